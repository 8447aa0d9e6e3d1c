"""The card of a message: shown, and claimed with what the message brings for it."""

from __future__ import annotations

import time
from typing import Any

from starlette.responses import Response

from kaquan.actions.claim_card import Claimed
from kaquan.actions.list_messages import list_messages
from kaquan.actions.meet import find_openid
from kaquan.actions.show_cards import ShownCard, show_cards
from kaquan.api.claiming import add_card_ext, make_claim
from kaquan.api.failed import keep_failure
from kaquan.errors import Refusal
from kaquan.rules.claim import Claim
from kaquan.rules.claim_text import text_of
from kaquan.rules.message import WXCARD
from kaquan.store.tx import Tx
from kaquan.wallet.face import face_of_card
from kaquan.wallet.messages import LAST_ID
from kaquan.web.links import card_path
from kaquan.web.page import page
from kaquan.web.visit import NotHere, Visit


@page("/wallet/messages/{appid}.{message_id}", "GET", "POST")
async def message_card(visit: Visit) -> Response:
    """Show the card that somebody was sent, and claim it."""
    app = await visit.enter(visit.path["appid"])
    person = visit.require_person()
    openid = await visit.read(lambda tx: find_openid(tx, person.id, app.appid))
    told, card = await load(visit, openid)
    if visit.request.method == "GET":
        return show(visit, card)
    started = time.perf_counter()
    try:
        code = await claim(visit, told, openid)
    except Refusal as refused:
        rid = keep_failure(visit.call, refused, started)[0]
        return show(visit, card, text_of(refused, visit.language), rid)
    return visit.go(card_path(app.appid, card.card_id, code))


async def load(visit: Visit, openid: str) -> tuple[dict[str, Any], ShownCard]:
    """Return what the message says of its card, and the card.

    Raises:
        NotHere: it is no message of the visitor's, has no card, was withdrawn, or its card is gone.
    """
    asked, appid = visit.path["message_id"], visit.app.appid

    def read(tx: Tx) -> tuple[dict[str, Any], ShownCard | None]:
        for one in list_messages(tx, appid, openid, int(asked) + 1, 1):
            if one["id"] == asked and one["msgtype"] == WXCARD:
                card_id = one[WXCARD]["card_id"]
                return one[WXCARD], show_cards(tx, appid, [card_id]).get(card_id)
        return {}, None

    told, card = await visit.read(read) if openid and LAST_ID.fullmatch(asked) else ({}, None)
    if card is None:
        raise NotHere
    return told, card


async def claim(visit: Visit, told: dict[str, Any], openid: str) -> str:
    """Claim the card and return its code.

    Raises:
        Refusal: the checks of the claim.
    """
    one = Claim(told["card_id"], openid, visit.now)
    if "card_ext" in told:
        add_card_ext(visit.call, one, told["card_ext"])
    code: str = await make_claim(visit.call, one, code_of)
    return code


def code_of(claimed: Claimed) -> str:
    """Return the text of what was claimed."""
    return claimed.code


def show(visit: Visit, card: ShownCard, fault: str = "", rid: str = "") -> Response:
    """Show the card with its button."""
    return visit.show("wallet/message_card.html", face=face_of_card(visit, card), fault=fault, rid=rid)
