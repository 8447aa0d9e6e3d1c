"""What the tests of ``kaquan codes`` share: a card in deposit mode, files of codes, and what has become of them."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cli.command import Done, kaquan, of
from kaquan.store import tables
from support.database import Database
from support.shop import CARD

DEPOSIT: dict[str, Any] = {
    "use_custom_code": True,
    "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT",
    "sku": {"quantity": 0},
}
FOREVER = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": 1400000000, "end_timestamp": 2147400000}
HEAD = "code,state,openid,claim_time"
new_id = itertools.count(1 << 40).__next__


def names(count: int) -> list[str]:
    return [f"{number:05d}" for number in range(count)]


def write(file: Path, lines: list[str]) -> None:
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def imported(database: Database, file: Path, *flags: str, **more: str) -> Done:
    return kaquan("codes", "import", CARD, file, *flags, **of(database), **more)


def counts(done: Done) -> list[int]:
    """Return how many were imported, known before and refused."""
    assert done.status == 0, done
    found = re.match(r"imported (\d+), duplicate (\d+), refused (\d+)", done.lines[0])
    assert found, done
    return [int(number) for number in found.groups()]


def pool(database: Database) -> list[str]:
    rows = database.transact(lambda tx: tx.all(sa.select(tables.pool.c.code).order_by(tables.pool.c.code)))
    return [row[0] for row in rows]


def stock(database: Database) -> tuple[int, ...]:
    """Return what is left, all there was, and all that was deposited."""
    table = tables.stock.c
    row = database.transact(lambda tx: tx.one(sa.select(table.quantity, table.total_quantity, table.deposited)))
    assert row is not None
    return tuple(row)


def beside(file: Path) -> list[str]:
    return sorted(path.name for path in file.parent.iterdir() if path != file and path.name.startswith(file.name))


def first_error(done: Done) -> str:
    assert (done.status, done.out) == (1, ""), done
    return done.err.splitlines()[0]
