"""What a merchant says of one issued ticket (spec: giftcards_and_tickets.md 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from kaquan.errors import Errcode
from kaquan.errors.change import Change
from kaquan.rules.code import FOUND, states
from kaquan.rules.fields import MaxBytes

Words = Annotated[str, MaxBytes(54)]
"""A short text of a ticket that is printed on it: a hall, a seat, an entrance."""
MOST_SEATS = 100
SEATS_ORDER = ("41017 empty", "45021 too_many_seats")
"""The steps of :func:`check_seats`."""
ORDER = (FOUND, "45030 other_type", states("ticket"))
"""The steps of every change of a ticket, behind what the request gets wrong by itself."""
EVENT_ORDER = ("40053 missing | 41011 missing", "40079 event_ends_before_begin")
"""The steps of :func:`check_event`."""


def check_seats(seats: Sequence[str]) -> None:
    """Go on only if these are the seats of a ticket to a film.

    Raises:
        Refusal: 41017 none, or an empty text among them; 45021 more than 100.
    """
    if not seats or "" in seats:
        path = f"seat_number[{seats.index('')}]" if seats else "seat_number"
        raise Errcode.SEAT_NUMBER_MISSING("empty", path=path)
    if len(seats) > MOST_SEATS:
        raise Errcode.TOO_LONG("too_many_seats", path="seat_number", size=len(seats), limit=MOST_SEATS)


def check_type(code: str, card_id: str, card_type: str, wanted: str) -> None:
    """Go on only if the code belongs to a card of the type that the call is for.

    Raises:
        Refusal: 45030.
    """
    if card_type != wanted:
        raise Errcode.CARD_LIMITED("other_type", code=code, card_id=card_id, type=card_type, wanted=wanted)


def check_event(ticket: Mapping[str, Any], profile: Literal["strict", "lenient"]) -> None:
    """Go on only if it is known when the event begins and ends; a later call may leave out what stays.

    Raises:
        Refusal: 40053, or 41011 in the lenient profile, a time was never sent; 40079 the end is not after the begin.
    """
    missing = Errcode.INVALID_ACTION_INFO if profile == "strict" else Errcode.MISSING_FIELD
    for path in ("begin_time", "end_time"):
        if path not in ticket:
            repair = Change("fill", "integer").text(path)
            raise missing("missing", path=path, expected="integer", got="nothing", repair=repair)
    begin, end = ticket["begin_time"], ticket["end_time"]
    if begin >= end:
        facts = {"path": "end_time", "expected": f"more than {begin}", "got": str(end), "begin": begin, "end": end}
        raise Errcode.INVALID_TIME("event_ends_before_begin", **facts)
