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
# A guessed password must not be followed by a guessed code: of a million codes three are good at a time.
FACTOR_NAME = Limit(10, 900)
# A look for mistakes is some milliseconds of computing.
LAB_ADDRESS = Limit(200, 900)

# A page that is wrong is loaded by each of its visitors; the merchant needs a few of them explained.
JS_ADDRESS = Limit(120, 60)


def wait_seconds(limit: Limit, start: int, count: int, now: int) -> int:
    """Return how long the next try has to wait: 0 when it may come now.

    Args:
        start: when the current window began, UTC seconds.
        count: tries in it so far.
    """
    left = start + limit.seconds - now
    return left if left > 0 and count >= limit.count else 0


# A sale begins for everybody behind one address at once; a person who clicks that often is a machine.
CLAIM_ADDRESS = Limit(600, 60)
CLAIM_PERSON = Limit(30, 60)
# A till's camera sends two pictures a second.
FRAME_WORKER = Limit(240, 60)
CLAIM_STEP = "-1 too_many_by_person too_many_by_address"
"""The step of claims that come too often."""


class Bucket(msgspec.Struct):
    """What is left of a limit: it fills again evenly, up to the limit's count.

    Args:
        left: tries that may still come, as of ``at``.
        at: seconds of any clock that does not go back.
    """

    left: float
    at: float


def draw(bucket: Bucket, limit: Limit, at: float) -> bool:
    """Take one try out of a bucket, and tell whether there was one."""
    rate = limit.count / limit.seconds
    bucket.left = min(limit.count, bucket.left + max(0.0, at - bucket.at) * rate)
    bucket.at = max(bucket.at, at)
    if bucket.left < 1:
        return False
    bucket.left -= 1
    return True


class Buckets:
    """A bucket per name; those that are full again are forgotten when there are many.

    Args:
        limit: of each.
        most: how many are kept before full ones are looked for.
    """

    def __init__(self, limit: Limit, most: int = 10_000) -> None:
        self.limit = limit
        self._most = most
        self._buckets: dict[str, Bucket] = {}

    def draw(self, name: str, at: float) -> bool:
        """Take one try of this name's, and tell whether there was one."""
        if name not in self._buckets and len(self._buckets) >= self._most:
            self._forget(at)
        bucket = self._buckets.setdefault(name, Bucket(self.limit.count, at))
        return draw(bucket, self.limit, at)

    def _forget(self, at: float) -> None:
        # A bucket is full again after the limit's seconds at the latest; where none is, the oldest half goes.
        kept = {name: one for name, one in self._buckets.items() if at - one.at < self.limit.seconds}
        names = list(kept)[len(kept) // 2 :] if len(kept) >= self._most else list(kept)
        self._buckets = {name: kept[name] for name in names}
