"""Hand on the claim page of a card: whoever opens the link claims a code of their own (qa_cases.md Q3)."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.list_wallet import list_wallet
from kaquan.actions.load_card import load_card
from kaquan.actions.share_card import check_share, load_shared, share_card
from kaquan.actions.show_cards import show_cards, ticket_cards
from kaquan.api import scan
from kaquan.claim.desk import enter, guarded
from kaquan.web.claim_face import Face
from kaquan.web.page import page
from kaquan.web.visit import NotHere, Visit


@page("/q/{scan_id}/share", "POST")
async def share(visit: Visit) -> Response:
    """Make the link by which a card of this ticket is shared."""
    return await guarded(visit, make_link)


@page("/share/{appid}/{card_id}", "GET", "POST")
async def own(visit: Visit) -> Response:
    """Let whoever holds a card share it from their wallet."""
    return await guarded(visit, share_own)


@page("/share/{share_id}")
async def link(visit: Visit) -> Response:
    """Show the link, to be copied or scanned."""
    return await guarded(visit, show_link)


async def make_link(visit: Visit) -> Response:
    """Save the link's ticket and lead to it.

    Raises:
        Refusal: 40073, 45030, 48004.
    """
    name, card_id = visit.path["scan_id"], visit.form.get("card_id", "")[:64]
    app = await enter(visit, name)
    share_id = scan.share_id(visit.platform.keys, app.appid, card_id)
    await visit.write(lambda tx: share_card(tx, app.appid, card_id, name, share_id, visit.now))
    return visit.go(f"/share/{share_id}")


async def share_own(visit: Visit) -> Response:
    """Make the link of a card that the visitor holds, once the button is pressed; a link that is there is shown.

    Raises:
        NotHere: the visitor does not hold the card.
        Refusal: 45030.
    """
    app, card_id = await visit.enter(visit.path["appid"]), visit.path["card_id"]
    openid, share_id = await visit.openid(), scan.share_id(visit.platform.keys, app.appid, card_id)
    shown = await visit.read(lambda tx: show_cards(tx, app.appid, [card_id]))
    if card_id not in shown or not await visit.read(lambda tx: list_wallet(tx, app.appid, openid, card_id)):
        raise NotHere
    if visit.request.method == "POST":
        await visit.write(lambda tx: share_card(tx, app.appid, card_id, "", share_id, visit.now))
    elif not await visit.read(lambda tx: ticket_cards(tx, app.appid, share_id)):
        await visit.read(lambda tx: check_share(load_card(tx, app.appid, card_id), one_claim=False))
        return visit.show("claim/share.html", card=shown[card_id], face=Face(visit), url="", ticket="")
    return visit.go(f"/share/{share_id}")


async def show_link(visit: Visit) -> Response:
    """Show a link that was made.

    Raises:
        Refusal: 40073, 45030, 48004.
    """
    name = visit.path["share_id"]
    app = await enter(visit, name)
    card_id = (await visit.read(lambda tx: load_shared(tx, app.appid, name))).card_id
    card = (await visit.read(lambda tx: show_cards(tx, app.appid, [card_id])))[card_id]
    keys, base_url = visit.platform.keys, visit.platform.settings.base_url
    url, ticket = scan.scan_url(base_url, name), scan.ticket(keys, name)
    return visit.show("claim/share.html", card=card, face=Face(visit), url=url, ticket=ticket)
