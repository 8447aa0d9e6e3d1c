"""When a claimed code can be used (spec: cards.md 3.3). Days are those of UTC+8, times UTC seconds."""

from __future__ import annotations

DAY = 86400
UTC_PLUS_8 = 8 * 3600
FIX_TIME_RANGE = "DATE_TYPE_FIX_TIME_RANGE"
FIX_TERM = "DATE_TYPE_FIX_TERM"
FOREVER = (0, 2**32 - 1)


def code_validity(
    date_type: str, begin: int, end: int, fixed_term: int, fixed_begin_term: int, claimed_at: int
) -> tuple[int, int]:
    """Return the first and the last second a code can be used.

    Args:
        date_type: ``DATE_TYPE_FIX_TIME_RANGE``, ``DATE_TYPE_FIX_TERM`` or ``DATE_TYPE_PERMANENT``.
        begin, end: the card's own limits; 0 = none. Under FIX_TERM ``end`` caps the validity of every code.
        fixed_term, fixed_begin_term: days of validity, and days from the claim to their begin.
        claimed_at: when the code was claimed.
    """
    if date_type == FIX_TIME_RANGE:
        return begin, end
    if date_type != FIX_TERM:
        return FOREVER
    starts = day_start(claimed_at) + fixed_begin_term * DAY
    ends = starts + fixed_term * DAY - 1
    return starts, min(ends, end) if end else ends


def day_start(time: int) -> int:
    """Return 00:00:00 of the day, in UTC+8, that a time falls into."""
    return time - (time + UTC_PLUS_8) % DAY
