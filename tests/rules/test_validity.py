"""When a claimed code can be used."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.rules.validity import code_validity, day_start

RANGE, TERM, PERMANENT = "DATE_TYPE_FIX_TIME_RANGE", "DATE_TYPE_FIX_TERM", "DATE_TYPE_PERMANENT"
UTC_PLUS_8 = timezone(timedelta(hours=8))
Times = st.integers(0, 2**31 - 1)
Days = st.integers(0, 3650)


def at(text: str) -> int:
    """Return the UTC seconds of a local time in UTC+8."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC_PLUS_8).timestamp())


CLAIMED = at("2016-06-28 15:30:00")


@pytest.mark.parametrize(
    ("date_info", "claimed_at", "validity"),
    [
        ((RANGE, 1400000000, 1500000000, 0, 0), CLAIMED, (1400000000, 1500000000)),
        ((TERM, 0, 0, 90, 0), CLAIMED, (1467043200, 1474819199)),
        ((TERM, 0, 0, 1, 0), CLAIMED, (at("2016-06-28 00:00:00"), at("2016-06-28 23:59:59"))),
        ((TERM, 0, 0, 1, 1), CLAIMED, (at("2016-06-29 00:00:00"), at("2016-06-29 23:59:59"))),
        ((TERM, 0, 1470000000, 90, 0), CLAIMED, (1467043200, 1470000000)),
        ((TERM, 0, 1480000000, 90, 0), CLAIMED, (1467043200, 1474819199)),
        ((TERM, 0, 0, 1, 0), at("2016-06-28 00:00:00"), (at("2016-06-28 00:00:00"), at("2016-06-28 23:59:59"))),
        ((TERM, 0, 0, 1, 0), at("2016-06-28 23:59:59"), (at("2016-06-28 00:00:00"), at("2016-06-28 23:59:59"))),
        ((PERMANENT, 0, 0, 0, 0), CLAIMED, (0, 4294967295)),
    ],
)
def test_validity_follows_the_kind_of_date(
    date_info: tuple[str, int, int, int, int], claimed_at: int, validity: tuple[int, int]
) -> None:
    assert code_validity(*date_info, claimed_at) == validity


@given(Times)
def test_a_day_begins_at_midnight_in_utc_plus_8(time: int) -> None:
    midnight = datetime.fromtimestamp(time, UTC_PLUS_8).replace(hour=0, minute=0, second=0)
    assert day_start(time) == int(midnight.timestamp())


@given(st.integers(1, 3650), Days, Times)
def test_a_term_spans_whole_days(days: int, later: int, claimed_at: int) -> None:
    begin, end = code_validity(TERM, 0, 0, days, later, claimed_at)
    assert (begin - day_start(claimed_at), end - begin) == (later * 86400, days * 86400 - 1)


@given(st.integers(1, 3650), Days, Times, Times)
def test_no_code_outlives_the_cap_of_its_card(days: int, later: int, cap: int, claimed_at: int) -> None:
    _, end = code_validity(TERM, 0, cap, days, later, claimed_at)
    assert not cap or end <= cap
