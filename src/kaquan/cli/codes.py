"""``kaquan codes``: import the codes of a card in deposit mode, export those of any card."""

from __future__ import annotations

import csv
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TextIO

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from kaquan.actions.deposit_codes import load_depositable
from kaquan.actions.export_codes import CodeRow, export_codes
from kaquan.actions.import_codes import end_import, import_codes
from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.cli.code_file import BadFile, Beside, Block, Progress, blocks
from kaquan.cli.database import app_of_card, opened, run, settings_of
from kaquan.cli.output import stop
from kaquan.cli.serve import DatabaseUrl
from kaquan.rules.text import inert
from kaquan.sources import Ids, new_picks, wall_clock
from kaquan.store.apps import App
from kaquan.store.tx import Tx

commands = typer.Typer(help="Import and export the codes of a card.", no_args_is_help=True)
Card = Annotated[str, typer.Argument(help="the card_id; whose it is follows from it")]
BLOCK = 10_000
# SQLite lets whoever asks at the right moment write next; a server that waits asks every 25 to 100 ms.
PAUSE_SECONDS = 0.05


@commands.command("import")
def import_(
    card: Card,
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8, a code in the first column of each line")],
    stock: Annotated[bool, typer.Option("--stock", help="raise the stock by what is imported")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="begin anew after an interrupted run")] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Deposit the codes of a file for a card in deposit mode; servers may run meanwhile.

    A heading `code` is skipped, codes that were deposited before are counted, lines that can be no code are listed in
    FILE.refused.csv. An interrupted run goes on where it stopped; running it again is always safe.

    Examples:

      kaquan codes import pdkJ9uLRSbnB3UFEjZAgUxAJrjeY codes.csv

      kaquan codes import pdkJ9uLRSbnB3UFEjZAgUxAJrjeY codes.csv --stock
    """
    settings = settings_of(database_url)
    with opened(settings) as engine, file.open("rb") as source:
        app = run(engine, lambda tx: depositable(tx, card))
        importing = Import(engine, app, card, Beside(file), stock, PAUSE_SECONDS if settings.is_sqlite else 0)
        try:
            importing.run(source, restart)
        except BadFile as fault:
            stop(f"{file}: {fault}")
        except KeyboardInterrupt:
            stop(f"stopped behind line {importing.progress.line}: the same command goes on from there")
        typer.echo(importing.summary())
        typer.echo(run(engine, lambda tx: standing(tx, app, card)))


def depositable(tx: Tx, card: str) -> App:
    """Return the account of a card that codes may be deposited for."""
    app = app_of_card(tx, card)
    load_depositable(tx, app.appid, card)
    return app


def standing(tx: Tx, app: App, card: str) -> str:
    """Return how many codes a card has, in words."""
    row = load_card(tx, app.appid, card)
    claimed = row.total_quantity - row.quantity
    return f"the card has {row.deposited} codes deposited, {claimed} claimed, {row.quantity} in stock"


class Import:
    """One run over one file.

    Args:
        engine: of the database.
        app, card: whose codes these are.
        beside: what is kept beside the file.
        to_stock: raise the stock as well.
        pause: seconds between blocks, for those who wait.
    """

    def __init__(self, engine: sa.Engine, app: App, card: str, beside: Beside, to_stock: bool, pause: float) -> None:
        self._engine = engine
        self._app = app
        self._card = card
        self._beside = beside
        self._to_stock = to_stock
        self._pause = pause
        self._ids = Ids()
        self.progress = Progress(card, 0, 0)
        self._seconds = 0.0
        self._lines = 0

    def run(self, source: BinaryIO, restart: bool) -> None:
        """Import what is left of the file, block by block, each a transaction.

        Raises:
            BadFile: a line cannot be read; the blocks before it are imported.
        """
        self.progress = progress = self._beside.begin(self._card, restart)
        if progress.line:
            typer.echo(f"going on behind line {progress.line}; --restart begins anew", err=True)
        started, before = time.monotonic(), progress.line
        with bar("import", progress.size) as moved:
            for block in blocks(source, progress.offset, progress.line, BLOCK):
                self._keep(block)
                self._seconds, self._lines = time.monotonic() - started, progress.line - before
                moved(progress.offset, self.rate())
                time.sleep(self._pause)
        run(self._engine, end_import)
        self._beside.end()

    def _keep(self, block: Block) -> None:
        now, record = wall_clock() + self._app.clock_offset, Record(self._ids)
        wanted = (self._app.appid, self._card, block.codes, new_picks(len(block.codes)), now, record, self._to_stock)
        imported = run(self._engine, lambda tx: import_codes(tx, *wanted))
        self.progress.count(block, imported)
        self._beside.save(self.progress, block.refused)

    def rate(self) -> int:
        """Return the lines of a second of this run."""
        return round(self._lines / self._seconds) if self._seconds else 0

    def summary(self) -> str:
        """Return what became of the lines, in words."""
        done: Progress = self.progress
        refused = f"refused {done.refused}" + (f" (see {self._beside.report})" if done.refused else "")
        counted = f"imported {done.imported}, duplicate {done.duplicate}, {refused}"
        return f"{counted}, in {self._seconds:.1f} s, {self.rate()} a second"


@commands.command("export")
def export(
    card: Card,
    file: Annotated[Path | None, typer.Argument(help="where to; stdout without one")] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="for programs: no apostrophe before what could be a formula")
    ] = False,
    database_url: DatabaseUrl = None,
) -> None:
    """Write every code of a card as CSV: code, state, openid and claim_time (UTC seconds), as of one moment.

    Codes that are deposited and not claimed are DEPOSITED. A value that a spreadsheet would take for a formula gets an
    apostrophe before it.

    Examples:

      kaquan codes export pdkJ9uLRSbnB3UFEjZAgUxAJrjeY codes.csv

      kaquan codes export pdkJ9uLRSbnB3UFEjZAgUxAJrjeY --raw
    """
    with opened(settings_of(database_url), writes=False) as engine:
        count = run(engine, lambda tx: write_codes(tx, card, file, raw))
    if file is not None:
        typer.echo(f"exported {count} codes to {file}")


def write_codes(tx: Tx, card: str, file: Path | None, raw: bool) -> int:
    """Write the codes of a card and return how many they are."""
    app = app_of_card(tx, card)
    row = load_card(tx, app.appid, card)
    about = max(row.deposited, row.total_quantity - row.quantity)
    started, count = time.monotonic(), 0
    with bar("export", about) as moved, target(file) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("code", "state", "openid", "claim_time"))
        for page in export_codes(tx, app.appid, card, wall_clock() + app.clock_offset):
            writer.writerows(page if raw else map(harmless, page))
            count += len(page)
            moved(count, round(count / (time.monotonic() - started)))
    return count


def harmless(row: CodeRow) -> CodeRow:
    """Return a row that a spreadsheet shows as it is; openids begin with a letter, so only codes can do otherwise."""
    return inert(row[0]), *row[1:]


@contextmanager
def target(file: Path | None) -> Iterator[TextIO]:
    """Open what is written to; a file gets its name when it is whole."""
    if file is None:
        yield sys.stdout
        return
    part = file.with_name(f"{file.name}.part")
    with part.open("w", encoding="utf-8", newline="") as out:
        yield out
    os.replace(part, file)


@contextmanager
def bar(name: str, total: int) -> Iterator[Any]:
    """Show on a terminal how far something has come, and give what moves it: (done, lines of a second)."""
    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]:,} a second"), TimeRemainingColumn())
    console = Console(stderr=True)
    with Bar(TextColumn(name), *columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(name, total=total, rate=0)
        yield lambda done, rate: shown.update(task, completed=done, rate=rate)
