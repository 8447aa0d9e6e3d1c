"""``python -m bench``: measure, compare, judge; exit status 1 when a floor or an invariant does not hold."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench import stage
from bench.floors import judge
from bench.generator import Generator, Job, get
from bench.profile import profile
from bench.report import Outcome, save, show
from bench.sample import Sample, Series, sample
from bench.sink import Sink
from bench.stage import Line, Plan, Stage

QUICK = Plan(rounds=3, seconds=0.5, warm=0.1, filled=50_000, people=50_000, newcomers=10_000)
# More of a processor than this in other programs' hands, and a turn is taken again.
DISTURBED = 0.3
AGAIN = 2
console = Console(width=None if sys.stdout.isatty() else 200)


def main(
    quick: Annotated[bool, typer.Option(help="about a minute; enough to see a floor give way")] = False,
    only: Annotated[str, typer.Option(help="sqlite or postgresql; both unless given")] = "",
    as_json: Annotated[Path | None, typer.Option("--json", help="file for every figure")] = None,
    seconds: Annotated[float, typer.Option(min=0, help="length of one turn; 0 = as planned")] = 0.0,
    rounds: Annotated[int, typer.Option(min=0, help="turns of each line; 0 = as planned")] = 0,
    profiled: Annotated[bool, typer.Option("--profile", help="print where the server's time goes instead")] = False,
) -> None:
    """Measure claims, consumptions and look-ups against baselines on SQLite and PostgreSQL."""
    plan = QUICK if quick else Plan()
    plan = replace(plan, seconds=seconds or plan.seconds, rounds=rounds or plan.rounds)
    dialects = [one for one in ("sqlite", "postgresql") if only in {"", one}]
    with closing(Generator()) as generator, closing(Sink()) as sink:
        if profiled:
            profile_all(dialects, generator)
            return
        limit = own_limit(generator, sink)
        outcomes = {dialect: compare(dialect, plan, generator, sink) for dialect in dialects}
    report(plan, limit, outcomes, as_json)


def profile_all(dialects: list[str], generator: Generator) -> None:
    """Print where the time of a server on each kind of database goes."""
    for dialect in dialects:
        profile(dialect, generator, console)


def report(plan: Plan, limit: Sample, outcomes: dict[str, Outcome], as_json: Path | None) -> None:
    """Print and save everything; end with status 1 if something does not hold."""
    for dialect, outcome in outcomes.items():
        show(console, dialect, outcome)
    console.print(f"the generator alone, against a bare server: {limit.rate:,.0f} a second")
    if as_json:
        save(as_json, outcomes, {"plan": vars(plan), "generator_limit": limit.rate})
    if not all(outcome.good for outcome in outcomes.values()):
        raise typer.Exit(1)


def own_limit(generator: Generator, sink: Sink) -> Sample:
    """Return what the generator reaches where the server costs next to nothing."""
    generator.feed("bare", [get("/")], repeat=True)
    return sample(generator.run(Job(sink.port, "bare", 64, 0.2, 1.0, b"success")))


def compare(dialect: str, plan: Plan, generator: Generator, sink: Sink) -> Outcome:
    """Let every line have its turns on one kind of database, and judge."""
    started = time.monotonic()
    console.print(f"{dialect}: starting")
    with closing(Stage(dialect, plan, generator)) as measured:
        outcome = alternate(dialect, plan, measured.lines())
        told, delivered = measured.with_callback(sink)
        outcome.lines |= {stage.CLAIMS_CALLBACK: Series([told]), stage.DELIVERIES: Series([delivered])}
        console.print(f"{dialect}: checking")
        measured.finish()
    outcome.checks = measured.checks
    outcome.verdicts = judge(dialect, outcome.lines)
    console.print(f"{dialect}: {time.monotonic() - started:.0f} s")
    return outcome


def alternate(dialect: str, plan: Plan, lines: dict[str, Line]) -> Outcome:
    """Run the lines one after another, round after round."""
    outcome = Outcome({name: Series() for name in lines})
    for number in range(1, plan.rounds + 1):
        for name, line in lines.items():
            one = steady(line)
            outcome.lines[name].samples.append(one)
            outcome.disturbed += one.others > DISTURBED
            console.print(f"{dialect} {number}/{plan.rounds}  {name}: {one.rate:,.0f}/s", highlight=False)
    return outcome


def steady(line: Line) -> Sample:
    """Take a turn, again if other programs were busy; the least disturbed one counts."""
    taken: list[Sample] = []
    while not taken or (taken[-1].others > DISTURBED and len(taken) <= AGAIN):
        taken.append(line())
    return min(taken, key=lambda one: one.others)


if __name__ == "__main__":
    typer.run(main)
