"""``/cgi-bin/qrcode/*``: the older way to a card's QR ticket (spec: cards.md 13.1)."""

from __future__ import annotations

from typing import Any

from kaquan.api.call import Call
from kaquan.api.card.qrcode import QR_ORDER, READER, QrOne, QrSeveral, check_ticket
from kaquan.api.card.qrcode import create as create_ticket
from kaquan.api.route import CARD, endpoint


@endpoint("/cgi-bin/qrcode/create", reads=READER, checks=check_ticket, refuses=QR_ORDER, needs=CARD)
async def create(call: Call, request: QrOne | QrSeveral) -> dict[str, Any]:
    """Make a ticket, as ``/card/qrcode/create`` does."""
    answer: dict[str, Any] = await create_ticket(call, request)
    return answer
