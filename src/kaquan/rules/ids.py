"""Ids that increase with time: microseconds of the wall clock, then a tag that keeps processes apart."""

from __future__ import annotations

TAG_BITS = 12
SECOND = 1_000_000
LAST_ID = 2**63 - 1


def first_id(at: int) -> int:
    """Return the lowest id of a second.

    Args:
        at: UTC seconds of the wall clock.
    """
    return min(max(at, 0) * SECOND << TAG_BITS, LAST_ID)
