"""From a card to its account: where the original opens a chat, the wallet says what there is instead."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.note_visit import enter_session
from kaquan.wallet.face import face_of
from kaquan.wallet.holder import hold
from kaquan.web.page import page
from kaquan.web.visit import Visit


@page("/wallet/{appid}/{card_id}/{code}/chat", "GET", "POST")
async def chat(visit: Visit) -> Response:
    """Tell the merchant that a holder turned to the account (user_enter_session_from_card), and show its page."""
    held = await hold(visit)
    if visit.request.method == "POST":
        record = visit.platform.record()
        whose = (held.appid, held.openid, held.card_id, held.code)
        await visit.write(lambda tx: enter_session(tx, *whose, visit.now, record))
        return visit.go(held.path("chat"))
    return visit.show("wallet/card_chat.html", held=held, face=face_of(visit, held))
