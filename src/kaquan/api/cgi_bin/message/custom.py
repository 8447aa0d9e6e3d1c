"""``/cgi-bin/message/custom/*``: service messages (spec: distribution.md 7)."""

from __future__ import annotations

from typing import Any

from kaquan.actions.send_message import send_to_one
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card
from kaquan.api.cgi_bin.message import Message, note_of
from kaquan.api.route import CARD, endpoint
from kaquan.rules.fields import Openid
from kaquan.rules.openid import check_openid


class CustomMessage(Message, kw_only=True):
    """Body of ``send``."""

    touser: Openid


@endpoint("/cgi-bin/message/custom/send", reads=CustomMessage, needs=CARD)
async def send(call: Call, request: CustomMessage) -> dict[str, Any]:
    """Send a person a message."""
    check_openid(request.touser)
    note, number, record = note_of(call, request), call.platform.ids(), call.platform.record()
    return await change_card(
        call,
        note.card_id,
        lambda tx: send_to_one(tx, call.appid, request.touser, note, number, call.now, record),
    )
