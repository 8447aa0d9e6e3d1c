"""Counting: buckets of a histogram, and the slowest statements by their names."""

from __future__ import annotations

import pytest

from kaquan.tally import KEPT, Histogram, Statements, Tally, name_of


def test_a_value_on_a_bound_belongs_to_its_bucket() -> None:
    spread = Histogram((1.0, 5.0))
    for value in (0, 1, 1.5, 5, 5.1, 99):
        spread.add(value)
    assert (spread.counts, spread.total) == ([2, 2, 2], 111.6)


def test_answers_are_counted_by_kind_and_hundreds() -> None:
    tally = Tally()
    for kind, status in (("api", 200), ("api", 200), ("page", 303), ("page", 404)):
        tally.answer(kind, status, 0.001)
    assert tally.answered == {("api", 2): 2, ("page", 3): 1, ("page", 4): 1}
    assert {kind: sum(one.counts) for kind, one in tally.seconds.items()} == {"api": 2, "page": 2, "static": 0}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SELECT card.title, code.code\nFROM card JOIN code ON ... WHERE card.appid = ?", "SELECT card"),
        ("INSERT INTO journal (appid) VALUES ('secret')", "INSERT journal"),
        ("update card SET status='x'", "UPDATE card"),
        ("DELETE FROM platform WHERE name = ?", "DELETE platform"),
        ("claim_cards", "claim_cards"),
        ("BEGIN IMMEDIATE", "BEGIN IMMEDIATE"),
    ],
)
def test_a_statement_is_called_by_its_verb_and_first_table(text: str, name: str) -> None:
    assert name_of(text) == name


def test_the_slowest_statements_are_kept_by_name_and_no_more_than_some() -> None:
    statements = Statements()
    for number in range(KEPT + 5):
        statements.took(f"flow_{number}", number / 100)
        statements.took(f"flow_{number}", number / 1000)
    assert statements.slowest == {f"flow_{number}": number / 100 for number in range(5, KEPT + 5)}
    assert (statements.count, statements.slow) == (2 * KEPT + 10, 5)


def test_what_failed_took_time_too() -> None:
    statements = Statements()
    with pytest.raises(ZeroDivisionError), statements.timed("flow"):
        1 / 0  # noqa: B018
    assert statements.count == 1
