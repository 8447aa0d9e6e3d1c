"""``python -m fuzz``: many odd requests to a server of its own; exit status 1 when anything is not as it has to be."""

from __future__ import annotations

import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fuzz.run import Run, Verdict, running
from support.database import Database, Databases
from support.postgres import cluster

DIALECTS = ("sqlite", "postgresql")
SHOWN = 20
console = Console(width=None if sys.stdout.isatty() else 160, soft_wrap=True)


def main(
    count: Annotated[int, typer.Option(min=1, help="requests in all, shared by the databases")] = 20_000,
    seed: Annotated[str, typer.Option(help="the same seed makes the same requests; random unless given")] = "",
    database: Annotated[str, typer.Option(help="sqlite or postgresql; both unless given")] = "",
    only: Annotated[int | None, typer.Option(min=0, help="send the request of this number alone")] = None,
    stay: Annotated[
        bool, typer.Option(help="with a fault, let the server go on so that it can be asked again")
    ] = False,
    paths: Annotated[bool, typer.Option(help="print what each path has answered")] = False,
) -> None:
    """Send odd requests over every path to a server, and judge each answer and what is left behind."""
    seed = seed or secrets.token_hex(4)
    dialects = [one for one in DIALECTS if database in {"", one}]
    if not dialects:
        raise typer.BadParameter(f"{database!r} is none of {', '.join(DIALECTS)}", param_hint="--database")
    folder = Path(tempfile.gettempdir()) / "kaquan-fuzz"
    good = True
    for dialect in dialects:
        with made(dialect) as fresh, running(fresh) as server:
            verdict = one_run(Run(server, seed, folder), dialect, count // len(dialects), only)
            good = report(verdict, dialect, seed, paths) and good
            if stay and verdict.faults:
                wait(server.base_url)
    raise typer.Exit(0 if good else 1)


def one_run(run: Run, dialect: str, count: int, only: int | None) -> Verdict:
    """Run with a bar that shows how far it is."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(dialect, total=1 if only is not None else count)
        run.tick = lambda: progress.advance(task)
        return run.send(count, only)


def report(verdict: Verdict, dialect: str, seed: str, paths: bool) -> bool:
    """Print what came of a run, and tell whether it was good."""
    if paths:
        for (path, errcode), times in sorted(verdict.errcodes.items()):
            console.print(f"{path:40} {errcode or '-':>8} {times:6}", markup=False, highlight=False)
    for fault in verdict.faults[:SHOWN]:
        console.print(fault, markup=False, highlight=False)
    grown = f"the server grew by {verdict.growth / (1 << 20):.1f} MB once it was warm"
    console.print(f"{dialect}: {len(verdict.faults)} faults; {grown}; --seed {seed} makes these requests again")
    return not verdict.faults


def wait(base_url: str) -> None:
    """Wait for Ctrl-C."""
    console.print(f"{base_url} answers until Ctrl-C")
    with suppress(KeyboardInterrupt):
        sys.stdin.read()


@contextmanager
def made(dialect: str) -> Iterator[Database]:
    """Give a fresh database of a kind, and take it away again."""
    with tempfile.TemporaryDirectory() as folder:
        if dialect == "sqlite":
            yield Databases(Path(folder)).create()
            return
        with contextmanager(cluster)() as server:
            yield Databases(Path(folder), server).create()


if __name__ == "__main__":
    typer.run(main)
