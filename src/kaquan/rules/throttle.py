"""How often something may be tried, per window of time."""

from __future__ import annotations

import msgspec


class Limit(msgspec.Struct, frozen=True):
    """At most ``count`` tries within ``seconds``."""

    count: int
    seconds: int


# A person mistypes; a machine does not stop. Many people may share an address.
SIGN_IN_NAME = Limit(10, 900)
SIGN_IN_ADDRESS = Limit(100, 900)
SIGN_UP_ADDRESS = Limit(50, 3600)
# A look for mistakes is some milliseconds of computing.
LAB_ADDRESS = Limit(200, 900)


def wait_seconds(limit: Limit, start: int, count: int, now: int) -> int:
    """Return how long the next try has to wait: 0 when it may come now.

    Args:
        start: when the current window began, UTC seconds.
        count: tries in it so far.
    """
    left = start + limit.seconds - now
    return left if left > 0 and count >= limit.count else 0
