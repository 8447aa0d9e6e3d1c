"""``/card/meetingticket/*``: tickets to events (spec: giftcards_and_tickets.md 5)."""

from __future__ import annotations

from functools import partial
from typing import Any

from kaquan.api.call import Call
from kaquan.api.card.ticket import OfTicket, sent, set_ticket
from kaquan.api.route import endpoint
from kaquan.rules.fields import Timestamp
from kaquan.rules.ticket import EVENT_ORDER, ORDER, Words, check_event


class MeetingTicketUser(OfTicket, kw_only=True):
    """Body of ``updateuser``; times in UTC seconds, needed until they were sent once."""

    begin_time: Timestamp = 0
    end_time: Timestamp = 0
    zone: Words = ""
    entrance: Words = ""
    seat_number: Words = ""


@endpoint("/card/meetingticket/updateuser", reads=MeetingTicketUser, refuses=(*ORDER, *EVENT_ORDER))
async def updateuser(call: Call, request: MeetingTicketUser) -> dict[str, Any]:
    """Set time, zone and seat of one issued ticket."""
    check = partial(check_event, profile=call.app.profile)
    return await set_ticket(call, request, "MEETING_TICKET", sent(request), check)
