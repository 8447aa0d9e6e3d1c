"""Where the server's time goes, function by function: ``python -m bench --profile``.

The profiler slows Python functions more than anything else: shares are rough, and the rate is not to be quoted.
"""

from __future__ import annotations

import pstats
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.generator import Generator
from bench.place import place
from bench.sample import MICRO
from bench.shop import Shop

HOOK = Path(__file__).parent / "profiling"
PEOPLE = 20_000
FILLED = 100_000
SECONDS = 4.0
SHOWN = 30
# Functions called less often per claim ran while the server started; what takes less is noise. Microseconds.
OFTEN = 0.005
LEAST_OWN = 0.2


@dataclass(frozen=True)
class Cost:
    """What one function costs per claim: microseconds of its own, with what it calls, and calls."""

    own: float
    whole: float
    calls: float
    name: str


def profile(dialect: str, generator: Generator, console: Console) -> None:
    """Print the costliest functions of each thread of a server under claims at 64 connections."""
    with place(dialect) as here:
        hook = {"PYTHONPATH": str(HOOK), "KAQUAN_BENCH_PROFILE": str(here.folder)}
        shop = Shop("profiled", here.databases.create(), generator, PEOPLE, here.roots, **hook)
        try:
            shop.fill(FILLED)
            claims = shop.claims(64, 0.0, SECONDS).good
        finally:
            shop.stop()
        for file in sorted(here.folder.glob("*.prof")):
            found = list(costs(file, claims))
            if found:
                console.print(table(f"{dialect}, {claims} claims, {file.stem}", found))


def costs(file: Path, claims: int) -> Iterator[Cost]:
    """Return what each function of one thread costs per claim."""
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, Any]] = vars(pstats.Stats(str(file)))["stats"]
    for (path, line, name), (_, calls, own, whole, _) in stats.items():
        if calls >= OFTEN * claims and own * MICRO >= LEAST_OWN * claims:
            where = f"{short(path)}:{line} {name}" if line else name
            yield Cost(own * MICRO / claims, whole * MICRO / claims, calls / claims, where)


def short(path: str) -> str:
    """Return a path from the package's folder on."""
    for root in ("/site-packages/", "/src/"):
        path = path.rpartition(root)[2]
    return path


def table(title: str, found: list[Cost]) -> Table:
    """Return the table of one thread."""
    shown = Table(title=title, title_justify="left")
    for name in ("own us", "with calls us", "calls"):
        shown.add_column(name, justify="right")
    shown.add_column("function")
    for one in sorted(found, key=lambda cost: -cost.own)[:SHOWN]:
        shown.add_row(f"{one.own:.2f}", f"{one.whole:.2f}", f"{one.calls:.2f}", one.name)
    return shown
