"""``/card/movieticket/*``: tickets to films (spec: giftcards_and_tickets.md 5)."""

from __future__ import annotations

from typing import Annotated, Any

from kaquan.api.call import Call
from kaquan.api.card.ticket import OfTicket, sent, set_ticket
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.fields import Between, Id, MissingAs, OneOrList, Timestamp
from kaquan.rules.ticket import ORDER, SEATS_ORDER, Words, check_seats
from kaquan.store.apps import App

DAY_MINUTES = 1440


class MovieTicketUser(OfTicket, kw_only=True):
    """Body of ``updateuser``; the show begins in UTC seconds and takes minutes."""

    ticket_class: Annotated[Words, MissingAs(Errcode.TICKET_CLASS_MISSING)]
    show_time: Annotated[Timestamp, MissingAs(Errcode.SHOW_TIME_MISSING)]
    duration: Annotated[Id, Between(1, DAY_MINUTES, Errcode.INVALID_ARGS)]
    screening_room: Annotated[Words, MissingAs(Errcode.SCREENING_ROOM_MISSING)]
    seat_number: Annotated[list[Words], OneOrList(), MissingAs(Errcode.SEAT_NUMBER_MISSING)]


def check_user(request: MovieTicketUser, app: App, now: int) -> None:
    """Check the seats."""
    check_seats(request.seat_number)


@endpoint("/card/movieticket/updateuser", reads=MovieTicketUser, checks=check_user, refuses=(*SEATS_ORDER, *ORDER))
async def updateuser(call: Call, request: MovieTicketUser) -> dict[str, Any]:
    """Set film, hall and seats of one issued ticket."""
    return await set_ticket(call, request, "MOVIE_TICKET", sent(request))
