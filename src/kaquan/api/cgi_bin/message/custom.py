"""``/cgi-bin/message/custom/*``: service messages (spec: distribution.md 7)."""

from __future__ import annotations

from typing import Any

from kaquan.actions.send_message import send_to_one
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card
from kaquan.api.cgi_bin.message import NOTE, Message, note_of
from kaquan.api.route import CARD, endpoint
from kaquan.rules.fields import Openid
from kaquan.rules.openid import check_openid
from kaquan.rules.ways import MESSAGE_ORDER
from kaquan.store.apps import App

SEND = "/cgi-bin/message/custom/send"


class CustomMessage(Message, kw_only=True):
    """Body of ``send``."""

    touser: Openid


def check_message(request: CustomMessage, app: App, now: int) -> None:
    """Check to whom the message goes, and what it says."""
    check_openid(request.touser)
    note_of(SEND, request)


@endpoint(
    SEND,
    reads=CustomMessage,
    checks=check_message,
    refuses=("40003 malformed", NOTE, "43004 unknown_person", *MESSAGE_ORDER),
    needs=CARD,
)
async def send(call: Call, request: CustomMessage) -> dict[str, Any]:
    """Send a person a message."""
    note, number, record = note_of(SEND, request), call.platform.ids(), call.platform.record()
    return await change_card(
        call,
        note.card_id,
        lambda tx: send_to_one(tx, call.appid, request.touser, note, number, call.now, record),
    )
