"""The figures for people (tables) and for programs (JSON)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.floors import Verdict
from bench.sample import Series, Spread

CORES = ("server", "loop", "thread", "database", "generator", "others")


@dataclass
class Outcome:
    """What one kind of database came to.

    Args:
        lines: name -> its turns.
        verdicts: on the floors.
        checks: invariant -> whether it holds.
        disturbed: turns kept although other programs took part of the machine.
    """

    lines: dict[str, Series] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    checks: dict[str, bool] = field(default_factory=dict)
    disturbed: int = 0

    @property
    def good(self) -> bool:
        """Tell whether every floor and every invariant holds."""
        return all(one.holds for one in self.verdicts) and all(self.checks.values())


def show(console: Console, dialect: str, outcome: Outcome) -> None:
    """Print the tables of one kind of database."""
    console.print(figures(dialect, outcome.lines))
    console.print(floors(outcome.verdicts))
    for name, holds in outcome.checks.items():
        console.print(f"  {mark(holds)} {name}")
    console.print(f"  turns disturbed by other programs: {outcome.disturbed}\n")


def figures(title: str, lines: dict[str, Series]) -> Table:
    """Return the table of rates, latencies and costs."""
    table = Table(title=title, title_justify="left")
    table.add_column("line")
    for name in ("per second (least-most)", "p50 ms", "p99 ms", "CPU us each, server+database"):
        table.add_column(name, justify="right")
    table.add_column("processors used: " + " ".join(CORES), justify="right")
    for name, series in lines.items():
        table.add_row(name, *cells(series))
    return table


def cells(series: Series) -> list[str]:
    """Return the cells of one line."""
    micros = [series.share("micros", name) for name in ("server", "database")]
    cores = [series.share("cores", name) for name in CORES]
    return [
        rate(series.of("rate")),
        millis(series.of("p50")),
        millis(series.of("p99")),
        "+".join(f"{value:.0f}" for value in micros if value is not None) or "-",
        " ".join("-" if value is None else f"{value:.2f}" for value in cores),
    ]


def rate(figure: Spread) -> str:
    """Return a rate with its range."""
    return f"{figure.median:,.0f} ({figure.least:,.0f}-{figure.most:,.0f})"


def millis(figure: Spread) -> str:
    """Return a latency, or a dash where there is none."""
    return f"{figure.median:.2f}" if figure.most else "-"


def floors(verdicts: list[Verdict]) -> Table:
    """Return the table of floors."""
    table = Table(show_edge=False)
    for name in ("floor", "measured", "bound", ""):
        table.add_column(name)
    for one in verdicts:
        table.add_row(one.name, f"{one.value:.2f}", one.bound, mark(one.holds))
    return table


def mark(holds: bool) -> str:
    """Return pass or fail in colour."""
    return "[green]pass[/green]" if holds else "[red]FAIL[/red]"


def save(path: Path, outcomes: dict[str, Outcome], facts: dict[str, Any]) -> None:
    """Write everything, each turn included, as JSON."""
    whole = {**facts, "databases": {dialect: asdict(outcome) for dialect, outcome in outcomes.items()}}
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
