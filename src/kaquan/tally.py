"""Counting what a process does, so cheaply that the busiest paths can: plain numbers, read when somebody asks."""

from __future__ import annotations

import re
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0)
KEPT = 10
SLOW_SECONDS = 0.1
VERB = re.compile(r"\s*(\w+)")
TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(\w+)", re.IGNORECASE)


class Histogram:
    """How values are spread.

    Args:
        bounds: the upper bounds of its buckets, increasing; one more takes what is above.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Tally:
    """The requests that this process has answered.

    ``answered`` is kind and hundreds of the status -> how many, ``seconds`` how long each kind took, ``refused``
    errcode -> how many calls it refused, on the wire and on pages.
    """

    KINDS = ("api", "page", "static")

    def __init__(self) -> None:
        self.answered: dict[tuple[str, int], int] = {}
        self.seconds = {kind: Histogram(SECONDS) for kind in self.KINDS}
        self.refused: dict[int, int] = {}

    def answer(self, kind: str, status: int, seconds: float) -> None:
        """Count an answer."""
        place = (kind, status // 100)
        self.answered[place] = self.answered.get(place, 0) + 1
        self.seconds[kind].add(seconds)

    def refuse(self, errcode: int) -> None:
        """Count a refusal."""
        self.refused[errcode] = self.refused.get(errcode, 0) + 1


class Statements:
    """How many statements ran and how long they took, and the slowest by their names; values are never kept.

    ``slowest`` is name -> seconds of its slowest run.
    """

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self.slow = 0
        self.slowest: dict[str, float] = {}
        self._bar = 0.0
        self._guard = threading.Lock()

    def took(self, text: str, seconds: float) -> None:
        """Count a statement, or a batch of them under the name of what runs it."""
        with self._guard:
            self.count += 1
            self.seconds += seconds
            self.slow += seconds >= SLOW_SECONDS
            if seconds > self._bar:
                self._keep(name_of(text), seconds)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Count what is done meanwhile, failed or not."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.took(name, time.perf_counter() - begun)

    def _keep(self, name: str, seconds: float) -> None:
        self.slowest[name] = max(seconds, self.slowest.get(name, 0.0))
        if len(self.slowest) > KEPT:
            del self.slowest[min(self.slowest, key=self.slowest.__getitem__)]
        if len(self.slowest) == KEPT:
            self._bar = min(self.slowest.values())


def name_of(text: str) -> str:
    """Return what a statement is called: its verb and first table; a name stays as it is."""
    verb, table = VERB.match(text), TABLE.search(text)
    return f"{verb[1].upper()} {table[1]}" if verb and table else text.partition("\n")[0][:60]
