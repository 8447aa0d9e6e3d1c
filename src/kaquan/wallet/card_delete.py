"""A holder takes a card out of the wallet, after being asked."""

from __future__ import annotations

import time

from starlette.responses import Response

from kaquan.actions.change_code import delete_code
from kaquan.errors import Refusal
from kaquan.wallet.card import offer_of
from kaquan.wallet.face import face_of
from kaquan.wallet.holder import Held, hold
from kaquan.wallet.refusal import said
from kaquan.web.page import page
from kaquan.web.visit import Visit


@page("/wallet/{appid}/{card_id}/{code}/delete", "GET", "POST")
async def delete(visit: Visit) -> Response:
    """Ask whether the card is meant to go, then delete it (user_del_card)."""
    held = await hold(visit)
    if visit.request.method == "GET":
        return visit.go(held.path()) if not offer_of(held).delete else show(visit, held)
    started, record = time.perf_counter(), visit.platform.record()
    whose = (held.appid, held.openid, held.code, held.card_id)
    try:
        await visit.write(lambda tx: delete_code(tx, *whose, visit.now, record))
    except Refusal as refused:
        return show(visit, held, *said(visit, refused, started))
    return visit.go("/wallet")


def show(visit: Visit, held: Held, fault: str = "", rid: str = "") -> Response:
    """Show the question."""
    return visit.show("wallet/card_delete.html", held=held, face=face_of(visit, held), fault=fault, rid=rid)
