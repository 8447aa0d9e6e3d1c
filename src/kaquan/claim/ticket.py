"""Where a scanned QR code leads, and every other link that is a ticket: shelves, articles, what people share."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kaquan.actions.share_card import load_shared
from kaquan.actions.show_cards import ShownCard, show_cards, ticket_cards
from kaquan.api import scan
from kaquan.claim.desk import Row, Wish, claim_each, enter, guarded, look, new_nonce, require_openid, would_be
from kaquan.errors import Errcode
from kaquan.rules.card_tables import DEPOSIT_MODE
from kaquan.rules.claim import Claim
from kaquan.rules.share import may_share
from kaquan.web.claim_face import Face
from kaquan.web.page import page
from kaquan.web.visit import Visit


@page("/q/{scan_id}", "GET", "POST")
async def ticket(visit: Visit) -> Response:
    """Show the cards of a ticket, and claim them."""
    return await guarded(visit, serve)


async def serve(visit: Visit) -> Response:
    """Answer a request for a ticket that may be none.

    Raises:
        Refusal: 40073, 45030, 48004.
        SignInNeeded: nobody is signed in who could claim.
    """
    await enter(visit, visit.path["scan_id"])
    if visit.request.method == "POST":
        openid = await require_openid(visit)
        return show(visit, openid, await claim_each(visit, await wishes_of(visit, openid)), done=True)
    openid = await would_be(visit)
    return show(visit, openid, await look(visit, await wishes_of(visit, openid)))


async def wishes_of(visit: Visit, openid: str) -> list[Wish]:
    """Return what the ticket hands out; ``card_id`` in the query narrows it to one card.

    Raises:
        Refusal: 40073 there is no such ticket, 45030 it is a link to a card that is not shared any more.
    """
    appid, name = visit.app.appid, visit.path["scan_id"]
    found = await visit.read(lambda tx: ticket_cards(tx, appid, name))
    wanted = visit.query.get("card_id", "")
    card_ids = [one for one in found if wanted in {"", one}]
    if not card_ids:
        raise Errcode.INVALID_CARD_ID("ticket_unknown", card_id=wanted[:64])
    if name == scan.share_id(visit.platform.keys, appid, card_ids[0]):
        await visit.read(lambda tx: load_shared(tx, appid, name))
    shown = await visit.read(lambda tx: show_cards(tx, appid, card_ids, gone=True))
    sent = {"ticket": scan.scan_url(visit.platform.settings.base_url, name)}
    claims = [Claim(one, openid, visit.now, scan_id=name) for one in card_ids]
    return [
        Wish(one, shown.get(one.card_id), share=shared(shown, one.card_id, found[one.card_id]), sent=sent)
        for one in claims
    ]


def shared(shown: dict[str, ShownCard], card_id: str, one_claim: bool) -> bool:
    """Tell whether the page of a card of a ticket offers to share it."""
    if card_id not in shown:
        return False
    base = shown[card_id].base
    own_codes = base.use_custom_code and base.get_custom_code_mode != DEPOSIT_MODE
    return may_share(base.can_share, one_claim, own_codes, base.bind_openid)


def show(visit: Visit, openid: str, rows: list[Row], done: bool = False) -> Response:
    """Show the cards; ``done`` after the button was pressed."""
    facts: dict[str, Any] = {"rows": rows, "done": done, "person": openid, "face": Face(visit)}
    share_path = f"/q/{visit.path['scan_id']}/share"
    return visit.show("claim/claim.html", nonce=new_nonce(), sheet=None, share_path=share_path, **facts)
