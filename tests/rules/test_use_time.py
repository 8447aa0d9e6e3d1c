"""Whether now is one of the periods that a coupon names; they are shown, and staff decide."""

from __future__ import annotations

from datetime import datetime

import pytest

from kaquan.rules.card_content import TimeLimit
from kaquan.rules.use_time import day_began, is_use_time
from kaquan.web.templates import ZONE

LUNCH = TimeLimit("MONDAY", 11, 0, 14, 30)
NIGHT = TimeLimit("MONDAY", 22, 0, 2, 0)


def at(text: str) -> int:
    """Return a time of the platform's zone in UTC seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())


@pytest.mark.parametrize(
    ("limits", "time", "expected"),
    [
        ([], "2026-03-03 12:00", True),
        ([LUNCH], "2026-03-02 11:00", True),
        ([LUNCH], "2026-03-02 14:29", True),
        ([LUNCH], "2026-03-02 14:30", False),
        ([LUNCH], "2026-03-02 10:59", False),
        ([LUNCH], "2026-03-03 12:00", False),
        ([LUNCH, TimeLimit("TUESDAY")], "2026-03-03 23:59", True),
        ([TimeLimit("SUNDAY")], "2026-03-01 00:00", True),
        ([TimeLimit("HOLIDAY", 9, 0, 10, 0)], "2026-03-04 09:30", True),
        ([TimeLimit("HOLIDAY", 9, 0, 10, 0)], "2026-03-04 10:30", False),
        ([NIGHT], "2026-03-02 23:00", True),
        ([NIGHT], "2026-03-02 12:00", False),
    ],
)
def test_a_time_is_within_one_of_the_periods(limits: list[TimeLimit], time: str, expected: bool) -> None:
    assert is_use_time(limits, at(time)) is expected


def test_days_are_those_of_the_platform() -> None:
    assert [day_began(at(f"2026-03-02 {time}")) for time in ("00:00", "23:59")] == [at("2026-03-02 00:00")] * 2
