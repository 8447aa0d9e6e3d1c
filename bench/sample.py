"""One turn of one line, and what many turns amount to."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from bench.generator import Load

MILLI = 1000.0
MICRO = 1_000_000.0
OF_SERVER = ("server", "database")


@dataclass(frozen=True)
class Sample:
    """One turn.

    Args:
        rate: good answers per second.
        p50, p99: their latency in milliseconds, 0 where it is not known.
        cores: name -> processors used, 1.0 = one of them all the time.
        micros: ``server`` and ``database`` -> CPU microseconds per answer.
    """

    rate: float
    p50: float = 0.0
    p99: float = 0.0
    cores: dict[str, float] = field(default_factory=dict)
    micros: dict[str, float] = field(default_factory=dict)

    @property
    def others(self) -> float:
        """Return the processors that programs outside this run have used."""
        return self.cores.get("others", 0.0)


def sample(load: Load) -> Sample:
    """Return the figures of a load."""
    if not load.latencies:
        raise RuntimeError("no good answer was counted")
    wall = load.cpu["wall"]
    return Sample(
        rate=len(load.latencies) / load.seconds,
        p50=quantile(load.latencies, 0.50) * MILLI,
        p99=quantile(load.latencies, 0.99) * MILLI,
        cores={name: seconds / wall for name, seconds in load.cpu.items() if name != "wall"},
        micros={name: load.cpu[name] * MICRO / load.good for name in OF_SERVER if name in load.cpu},
    )


def quantile(ordered: list[float], part: float) -> float:
    """Return the value below which ``part`` of the sorted values lie."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


@dataclass(frozen=True)
class Spread:
    """Median, least and most of one figure over the rounds."""

    median: float
    least: float
    most: float


def spread(values: list[float]) -> Spread:
    """Return the spread of some values."""
    return Spread(statistics.median(values), min(values), max(values))


@dataclass
class Series:
    """The turns of one line, in the order of the rounds."""

    samples: list[Sample] = field(default_factory=list)

    def of(self, figure: str) -> Spread:
        """Return the spread of ``rate``, ``p50`` or ``p99``."""
        return spread([getattr(one, figure) for one in self.samples])

    def share(self, table: str, name: str) -> float | None:
        """Return the median of one name in ``cores`` or ``micros``, None where it was not measured."""
        values = [getattr(one, table)[name] for one in self.samples if name in getattr(one, table)]
        return statistics.median(values) if values else None


def ratio(over: Series, under: Series) -> Spread:
    """Return the spread of one line's rate over another's, round by round."""
    pairs = zip(over.samples, under.samples, strict=True)
    return spread([one.rate / other.rate for one, other in pairs])
