"""``python -m bench.codes``: import and export a million codes, and claim from a large pool and a small one in turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bench.place import place
from bench.shop import CARD
from support.api import Api
from support.database import Database
from support.server import Server

SMALL = 1000
CLAIMS = 400
console = Console(width=None if sys.stdout.isatty() else 200)


def main(
    count: Annotated[int, typer.Option(help="codes to import")] = 1_000_000,
    only: Annotated[str, typer.Option(help="sqlite or postgresql; both unless given")] = "",
) -> None:
    """Measure what a pool of many codes costs."""
    for dialect in (one for one in ("sqlite", "postgresql") if only in {"", one}):
        with place(dialect) as here:
            measure(here.databases.create(), here.folder, count)


def measure(database: Database, folder: Path, count: int) -> None:
    """Import codes in random order, export them, then compare claims."""
    with Server(database) as server:
        api = server.new_app()
        large, small = deposit_card(api), deposit_card(api)
        for card_id, size in ((small, SMALL), (large, count)):
            file = folder / f"{size}.csv"
            write_codes(file, size)
            console.print(f"{database.dialect} {run(database, 'import', card_id, file, '--stock')}", highlight=False)
        console.print(f"{database.dialect} {run(database, 'export', large, folder / 'out.csv')}", highlight=False)
        console.print(f"{database.dialect} {compare(api, large, small)}", highlight=False)


def write_codes(file: Path, count: int) -> None:
    """Write different codes in no order: the factor has no divisor in common with the modulus."""
    with file.open("w") as out:
        out.writelines(f"{number * 765_432_198_701 % 10**12:012d}\n" for number in range(count))


def deposit_card(api: Api) -> str:
    """Return a card in deposit mode."""
    base: dict[str, Any] = {**CARD["card"]["groupon"]["base_info"], "sku": {"quantity": 0}, "get_limit": CLAIMS}
    base |= {"use_custom_code": True, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT"}
    return api.create_card({"card": {**CARD["card"], "groupon": {**CARD["card"]["groupon"], "base_info": base}}})


def run(database: Database, verb: str, *arguments: object) -> str:
    """Run ``kaquan codes`` and return what it said, how long it took and the most memory it held."""
    command = [sys.executable, "-m", "kaquan", "codes", verb, *map(str, arguments)]
    environment = {**os.environ, "KAQUAN_DATABASE_URL": database.url}
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    _, status, used = os.wait4(process.pid, 0)
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return f"{verb}: {said}; {time.monotonic() - started:.1f} s in all, at most {used.ru_maxrss >> 10} MB"


def compare(api: Api, large: str, small: str) -> str:
    """Claim from both pools in turn and return the medians with their ratio."""
    (person,) = api.people(1)
    taken: dict[str, list[float]] = {large: [], small: []}
    for _ in range(CLAIMS):
        for card_id, times in taken.items():
            started = time.perf_counter()
            api.claim(card_id, person)
            times.append(time.perf_counter() - started)
    medians = {card_id: statistics.median(times) for card_id, times in taken.items()}
    return (
        f"claim, p50: {medians[large] * 1e3:.2f} ms from the large pool, {medians[small] * 1e3:.2f} ms from one of "
        f"{SMALL}, ratio {medians[large] / medians[small]:.2f}"
    )


if __name__ == "__main__":
    typer.run(main)
