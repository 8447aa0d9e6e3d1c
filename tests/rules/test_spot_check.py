"""Spot checks: what counts as an answer, what speaks against it, and how a sample is drawn."""

from __future__ import annotations

import random

import pytest

from kaquan.rules.spot_check import Answer, check_number, doubt, is_complete, places


@pytest.mark.parametrize(
    ("given", "complete"),
    [
        (Answer(), False),
        (Answer("unused"), True),
        (Answer("lost"), True),
        (Answer("used"), False),
        (Answer("used", 1), False),
        (Answer("used", 0, "店"), False),
        (Answer("used", 1, "店"), True),
    ],
)
def test_a_used_code_is_answered_for_with_when_and_where(given: Answer, complete: bool) -> None:
    assert is_complete(given) is complete


@pytest.mark.parametrize(
    ("answer", "state", "found"),
    [
        ("used", "CONSUMED", ""),
        ("used", "NORMAL", "unreported"),
        ("used", "EXPIRE", "unreported"),
        ("used", "", "unreported"),
        ("unused", "NORMAL", ""),
        ("unused", "CONSUMED", "reported"),
        ("lost", "CONSUMED", "reported"),
        ("lost", "EXPIRE", "lapsed"),
        ("lost", "NORMAL", ""),
        ("", "CONSUMED", ""),
    ],
)
def test_what_speaks_against_an_answer(answer: str, state: str, found: str) -> None:
    assert doubt(Answer(answer), state) == found


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), (str((1 << 63) - 1), (1 << 63) - 1), (str(1 << 63), 0), ("9" * 40, 0), ("٣", 0), ("-1", 0), ("", 0)],
)
def test_a_check_is_named_by_a_number_of_63_bits(text: str, number: int) -> None:
    assert check_number(text) == number


def test_a_sample_has_distinct_places_and_favours_none() -> None:
    chance = random.Random(7)
    drawn = [places([chance.getrandbits(63) for _ in range(3)], 10, 3) for _ in range(3000)]
    assert {len(set(one)) for one in drawn} == {3}
    counts = [sum(place in one for one in drawn) for place in range(10)]
    # 900 each are expected; five times the spread of chance is 125.
    assert all(abs(count - 900) < 125 for count in counts), counts


def test_of_fewer_than_were_asked_for_all_are_drawn() -> None:
    assert places([5, 5, 5, 5, 5], 3, 5) == [0, 1, 2]
    assert places([5], 0, 1) == []
