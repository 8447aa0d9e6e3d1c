"""Whether now is one of the periods in which a coupon says that it is for use (spec: cards.md 3.6)."""

from __future__ import annotations

from collections.abc import Iterable

from kaquan.rules.card_content import TimeLimit

DAY, MINUTES = 86400, 1440
ZONE_SECONDS = 8 * 3600
# The first of January 1970 was a Thursday.
FIRST_WEEKDAY = 3
WEEK = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
HOLIDAY = "HOLIDAY"


def is_use_time(limits: Iterable[TimeLimit], at: int) -> bool:
    """Tell whether a time is within one of the periods, or there are none; holidays may be any day.

    Such periods are shown and never enforced: staff are told, and decide.

    Args:
        limits: the card's.
        at: UTC seconds.
    """
    days, second = divmod(at + ZONE_SECONDS, DAY)
    weekday, minute = WEEK[(days + FIRST_WEEKDAY) % len(WEEK)], second // 60
    every = list(limits)
    return not every or any(one.type in {weekday, HOLIDAY} and _covers(one, minute) for one in every)


def _covers(one: TimeLimit, minute: int) -> bool:
    begin = (one.begin_hour or 0) * 60 + (one.begin_minute or 0)
    end = MINUTES if one.end_hour is None else one.end_hour * 60 + (one.end_minute or 0)
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def day_began(at: int) -> int:
    """Return when the platform's day of a time began; both UTC seconds."""
    return at - (at + ZONE_SECONDS) % DAY
