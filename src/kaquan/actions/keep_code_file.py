"""Deposit the codes of an uploaded file in the background: a block of lines in each transaction (spec: codes.md 8).

Whatever process works on a file, and however often it is interrupted, each block is deposited once: a block that is
done has no lines left, and its codes, its report and the file's counts change together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.deposit_codes import add_codes, find_deposited, load_depositable
from kaquan.actions.record import NewId, Record
from kaquan.errors import Refusal
from kaquan.rules.deposit import flaw
from kaquan.store import tables
from kaquan.store.bulk import analyze_pool
from kaquan.store.tx import Tx

WAITING, DONE, FAILED = "waiting", "done", "failed"
BLOCK = 5000
KNOWN = "known"
IS_WAITING = tables.code_file.c.status == sa.literal_column(f"'{WAITING}'")
Line = tuple[int, str]
"""Number of a line in the file, from 1, and its first column."""


class CodeFile(msgspec.Struct, frozen=True):
    """A file with what has become of it.

    Args:
        file_id, card_id, name: which, for which card, and what it was called.
        to_stock: whether the stock grows with the codes.
        status: ``waiting`` until all of it is deposited, ``done``, or ``failed``.
        failure: JSON of errcode, cause and facts of a failed one, else empty.
        line_count, done: lines with something on them, and how many of them have been looked at.
        taken, duplicate, malformed: what became of these.
        create_time: UTC seconds.
    """

    file_id: str
    card_id: str
    name: str
    to_stock: bool
    status: str
    failure: str
    line_count: int
    done: int
    taken: int
    duplicate: int
    malformed: int
    create_time: int


class Failure(msgspec.Struct, frozen=True):
    """Why the rest of a file was not deposited."""

    errcode: int
    cause: str
    facts: dict[str, Any]


class Work(msgspec.Struct, frozen=True):
    """What one step of the work is given.

    Args:
        picks: a random 63-bit number for each line of a block.
        now: the app's time, UTC seconds.
        new_id: gives the ids of journal lines.
    """

    picks: list[int]
    now: int
    new_id: NewId


def keep_code_file(
    tx: Tx, appid: str, card_id: str, file_id: str, name: str, lines: list[Line], to_stock: bool, now: int
) -> None:
    """Keep the lines of a file, to be deposited one block after the other.

    Raises:
        Refusal: 40073 unknown card, 40078 deleted card, 40150 card not in deposit mode.
    """
    load_depositable(tx, appid, card_id)
    counts = dict.fromkeys(("done", "taken", "duplicate", "malformed"), 0)
    facts = {"card_id": card_id, "name": name, "to_stock": to_stock, "status": WAITING, "failure": ""}
    row = {"appid": appid, "file_id": file_id, **facts, "line_count": len(lines), "create_time": now, **counts}
    tx.run(sa.insert(tables.code_file).values(**row))
    blocks = [
        {
            "appid": appid,
            "file_id": file_id,
            "position": position,
            "lines": msgspec.json.encode(lines[position : position + BLOCK]).decode(),
            "report": "",
        }
        for position in range(0, len(lines), BLOCK)
    ]
    tx.run(sa.insert(tables.code_block), blocks)


def waiting_files(tx: Tx) -> list[tuple[str, str, int]]:
    """Return appid and file_id of the files that are not done, with the seconds the app's clock is ahead; no locks."""
    app, file = tables.app.c, tables.code_file.c
    found = sa.select(app.appid, file.file_id, app.clock_offset).where((file.appid == app.appid) & IS_WAITING)
    return [tuple(row) for row in tx.all(found.order_by(file.create_time))]


def deposit_block(tx: Tx, appid: str, file_id: str, work: Work) -> bool:
    """Deposit the next block of a file, and tell whether there may be more.

    Raises:
        Refusal: the card does not take the codes; nothing was changed, and :func:`fail` says so of the file.
    """
    file = load_code_file(tx, appid, file_id)
    if file is None or file.status != WAITING:
        return False
    load_depositable(tx, appid, file.card_id)
    block = _next_block(tx, appid, file_id)
    if block is None:
        _change(tx, appid, file_id, status=DONE)
        analyze_pool(tx)
        return False
    lines = msgspec.json.decode(block.lines, type=list[Line])
    new, report = sort_out(lines, find_deposited(tx, appid, file.card_id, good_codes(lines)))
    record = Record(work.new_id)
    codes = sorted(new)
    add_codes(tx, appid, file.card_id, codes, work.picks[: len(codes)], work.now, record, file.to_stock)
    record.save(tx, appid)
    _finish_block(tx, appid, file_id, block.position, report)
    counted = {"done": len(lines), "taken": len(new), "duplicate": sum(one[2] == KNOWN for one in report)}
    _count(tx, appid, file_id, {**counted, "malformed": len(report) - counted["duplicate"]})
    return True


def good_codes(lines: Iterable[Line]) -> list[str]:
    """Return the codes among the lines."""
    return [code for _, code in lines if not flaw(code)]


def sort_out(lines: Iterable[Line], known: set[str]) -> tuple[set[str], list[tuple[int, str, str]]]:
    """Return the codes that are new, and number, text and reason of every line that adds none."""
    new: set[str] = set()
    report: list[tuple[int, str, str]] = []
    for number, code in lines:
        reason = flaw(code) or (KNOWN if code in known or code in new else "")
        if reason:
            report.append((number, code, reason))
        else:
            new.add(code)
    return new, report


def fail(tx: Tx, appid: str, file_id: str, refused: Refusal) -> None:
    """Put on a file that the rest of it cannot be deposited, and why."""
    failure = Failure(int(refused.errcode), refused.cause, refused.facts)
    _change(tx, appid, file_id, status=FAILED, failure=msgspec.json.encode(failure).decode())


def load_code_file(tx: Tx, appid: str, file_id: str) -> CodeFile | None:
    """Return a file, None when the account has no such file."""
    table = tables.code_file.c
    row = tx.one(sa.select(*_COLUMNS).where((table.appid == appid) & (table.file_id == file_id)))
    return CodeFile(*row) if row else None


def list_code_files(tx: Tx, appid: str, card_id: str, count: int) -> list[CodeFile]:
    """Return the files of a card, the latest first."""
    table = tables.code_file.c
    mine = sa.select(*_COLUMNS).where((table.appid == appid) & (table.card_id == card_id))
    return [CodeFile(*row) for row in tx.all(mine.order_by(table.create_time.desc(), table.file_id).limit(count))]


def read_report(tx: Tx, appid: str, file_id: str) -> Iterator[tuple[int, str, str]]:
    """Yield number, text and reason of every line that added no code, in the order of the file."""
    table = tables.code_block.c
    mine = sa.select(table.report).where((table.appid == appid) & (table.file_id == file_id) & (table.report != ""))
    for row in tx.all(mine.order_by(table.position)):
        yield from msgspec.json.decode(row.report, type=list[tuple[int, str, str]])


_COLUMNS = [tables.code_file.c[name] for name in CodeFile.__struct_fields__]


def _next_block(tx: Tx, appid: str, file_id: str) -> Any:
    table = tables.code_block.c
    left = (table.appid == appid) & (table.file_id == file_id) & (table.lines != "")
    return tx.one(sa.select(table.position, table.lines).where(left).order_by(table.position).limit(1))


def _finish_block(tx: Tx, appid: str, file_id: str, position: int, report: list[tuple[int, str, str]]) -> None:
    table = tables.code_block
    mine = (table.c.appid == appid) & (table.c.file_id == file_id) & (table.c.position == position)
    told = msgspec.json.encode(report).decode() if report else ""
    tx.run(sa.update(table).where(mine).values(lines="", report=told))


def _count(tx: Tx, appid: str, file_id: str, counts: dict[str, int]) -> None:
    table = tables.code_file.c
    _change(tx, appid, file_id, **{name: table[name] + count for name, count in counts.items()})


def _change(tx: Tx, appid: str, file_id: str, **values: Any) -> None:
    table = tables.code_file
    tx.run(sa.update(table).where((table.c.appid == appid) & (table.c.file_id == file_id)).values(**values))
