"""``/card/boardingpass/*``: boarding passes (spec: giftcards_and_tickets.md 5)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.api.call import Call
from kaquan.api.card.ticket import OfTicket, sent, set_ticket
from kaquan.api.decode import HeadedReader, Reader
from kaquan.api.route import endpoint
from kaquan.rules.fields import MaxBytes, MaxCharacters, Timestamp
from kaquan.rules.ticket import ORDER, Words

CHECK_IN, CANCEL = "check in", "cancel"


class CheckinHead(msgspec.Struct):
    """What of a ``checkin`` decides how the rest is read."""

    is_cancel: bool = False


class Checkin(OfTicket, kw_only=True):
    """Body of ``checkin``; boarding begins in UTC seconds."""

    passenger_name: Annotated[str, MaxBytes(45)] = ""
    class_: Annotated[str, MaxBytes(15)] = msgspec.field(name="class")
    etkt_bnr: Annotated[str, MaxCharacters(14)]
    seat: Words = ""
    gate: Annotated[str, MaxBytes(12)] = ""
    boarding_time: Timestamp = 0
    qrcode_data: Annotated[str, MaxBytes(512)] = ""


READER = HeadedReader(
    Reader(CheckinHead),
    {CHECK_IN: Reader(Checkin), CANCEL: Reader(OfTicket)},
    lambda head: CANCEL if head.is_cancel else CHECK_IN,
)


@endpoint("/card/boardingpass/checkin", reads=READER, refuses=ORDER)
async def checkin(call: Call, request: OfTicket) -> dict[str, Any]:
    """Set what a check-in gave, or take it back with is_cancel."""
    return await set_ticket(call, request, "BOARDING_PASS", sent(request) if isinstance(request, Checkin) else None)
