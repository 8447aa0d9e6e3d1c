"""What may be said of an issued ticket."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from kaquan.errors import Refusal
from kaquan.rules.ticket import check_event, check_seats, check_type

BEGIN = {"begin_time": 5}


def told(refused: Refusal) -> str:
    """Return errcode, cause and place."""
    return f"{refused.errcode:d} {refused.cause} {refused.facts.get('path', '')}".strip()


@pytest.mark.parametrize("seats", [["A1"], ["x"] * 100, [" "]])
def test_seats_of_a_film(seats: list[str]) -> None:
    check_seats(seats)


@pytest.mark.parametrize(
    ("seats", "answer"),
    [
        ([], "41017 empty seat_number"),
        (["A1", ""], "41017 empty seat_number[1]"),
        (["x"] * 100 + [""], "41017 empty seat_number[100]"),
        (["x"] * 101, "45021 too_many_seats seat_number"),
    ],
)
def test_seats_that_are_refused(seats: list[str], answer: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_seats(seats)
    assert told(refused.value) == answer


def test_a_call_is_for_one_type_of_card() -> None:
    check_type("1", "p1", "MOVIE_TICKET", "MOVIE_TICKET")
    with pytest.raises(Refusal) as refused:
        check_type("1", "p1", "GROUPON", "MOVIE_TICKET")
    assert told(refused.value) == "45030 other_type"
    assert refused.value.facts == {"code": "1", "card_id": "p1", "type": "GROUPON", "wanted": "MOVIE_TICKET"}


def test_an_event_begins_and_ends() -> None:
    check_event({**BEGIN, "end_time": 6}, "strict")


@pytest.mark.parametrize(
    ("ticket", "profile", "answer"),
    [
        ({}, "strict", "40053 missing begin_time"),
        ({}, "lenient", "41011 missing begin_time"),
        (BEGIN, "strict", "40053 missing end_time"),
        ({"end_time": 6}, "lenient", "41011 missing begin_time"),
        ({**BEGIN, "end_time": 5}, "strict", "40079 event_ends_before_begin end_time"),
        ({**BEGIN, "end_time": 4}, "lenient", "40079 event_ends_before_begin end_time"),
    ],
)
def test_times_of_an_event_that_are_refused(
    ticket: dict[str, Any], profile: Literal["strict", "lenient"], answer: str
) -> None:
    with pytest.raises(Refusal) as refused:
        check_event(ticket, profile)
    assert told(refused.value) == answer
