"""What the figures must reach; ratios of lines of the same rounds, so that the machine matters little."""

from __future__ import annotations

from dataclasses import dataclass

from bench import stage
from bench.sample import Series, ratio

Lines = dict[str, Series]
BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Verdict:
    """Whether one floor holds.

    Args:
        name: what is compared.
        value: median of what was measured.
        bound: what it must reach, or may not pass.
        holds: whether it does.
    """

    name: str
    value: float
    bound: str
    holds: bool


@dataclass(frozen=True)
class Floor:
    """The rate of one line over another's, at least."""

    name: str
    over: str
    under: str
    least: dict[str, float]


FLOORS = (
    Floor("claims / cheapest endpoint", stage.CLAIMS, stage.CHEAPEST, {"postgresql": 0.40, "sqlite": 0.30}),
    Floor("claims / pgbench's conventional claim", stage.CLAIMS, stage.PGBENCH, {"postgresql": 12.0}),
    Floor("claims / FastAPI + ORM claim", stage.CLAIMS, stage.PEER, dict.fromkeys(BOTH, 40.0)),
    Floor("from an empty install / filled", stage.CLAIMS_EMPTY, stage.CLAIMS, dict.fromkeys(BOTH, 0.8)),
    Floor("filled / from an empty install", stage.CLAIMS, stage.CLAIMS_EMPTY, dict.fromkeys(BOTH, 0.8)),
)
MOST_MILLIS_ALONE = {"sqlite": 2.0}


def judge(dialect: str, lines: Lines) -> list[Verdict]:
    """Return the verdict on each floor of one kind of database."""
    verdicts = [
        _reaches(floor.name, ratio(lines[floor.over], lines[floor.under]).median, floor.least[dialect])
        for floor in FLOORS
        if dialect in floor.least
    ]
    if dialect in MOST_MILLIS_ALONE:
        value, most = lines[stage.CLAIMS_ONE].of("p50").median, MOST_MILLIS_ALONE[dialect]
        verdicts.append(Verdict("p50 of a claim at one connection, ms", value, f"<= {most:g}", value <= most))
    return verdicts


def _reaches(name: str, value: float, least: float) -> Verdict:
    return Verdict(name, value, f">= {least:g}", value >= least)
