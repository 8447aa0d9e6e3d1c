"""Which days a report covers, and what may be added up."""

from __future__ import annotations

import pytest

from kaquan.rules.report import COUNTS, Daily, Period, change, daily, read_period, totals
from kaquan.rules.statistics import COLUMNS, date_of

TODAY = 20000
CUSTOM = {"days": "custom"}


def days(begin: int, end: int) -> dict[str, str]:
    """Return a question about days counted from today."""
    return {**CUSTOM, "begin": date_of(TODAY + begin), "end": date_of(TODAY + end)}


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        ({}, -7, -1),
        ({"days": "14"}, -14, -1),
        ({"days": "30", "begin": "x"}, -30, -1),
        ({"days": "400"}, -7, -1),
        ({"days": "-7"}, -7, -1),
        (days(0, 0), 0, 0),
        (days(-61, 0), -61, 0),
        (days(-100, -90), -100, -90),
    ],
)
def test_days_are_those_of_a_preset_or_ones_own(asked: dict[str, str], begin: int, end: int) -> None:
    assert read_period(asked, TODAY) == Period(TODAY + begin, TODAY + end)


@pytest.mark.parametrize(
    "asked",
    [days(-62, 0), days(0, 1), days(0, -1), CUSTOM, {**days(0, 0), "end": "2024-10-4"}, {**days(0, 0), "begin": ""}],
)
def test_days_that_cannot_be_shown_are_none(asked: dict[str, str]) -> None:
    assert read_period(asked, TODAY) is None


def test_the_days_before_are_as_many() -> None:
    period = Period(10, 16)
    assert (period.before, len(period.before.days), str(Period(0, 1))) == (Period(3, 9), 7, "1970-01-01/1970-01-02")


def test_a_day_without_a_row_has_zeros() -> None:
    row = (11, *range(1, 11))
    assert daily(Period(10, 11), [row]) == [Daily(10, (0,) * 10), Daily(11, tuple(range(1, 11)))]


def test_counts_are_added_up_and_persons_are_not() -> None:
    found = totals([Daily(1, tuple(range(10))), Daily(2, tuple(range(10)))])
    assert found == {name: 2 * COLUMNS.index(name) for name in COUNTS}
    assert all(name.endswith("_cnt") for name in found)


@pytest.mark.parametrize(
    ("now", "before", "percent"), [(3, 2, 50), (0, 2, -100), (2, 2, 0), (5, 0, None), (0, 0, None)]
)
def test_growth_is_told_in_percent_of_something(now: int, before: int, percent: int | None) -> None:
    assert change(now, before) == percent
