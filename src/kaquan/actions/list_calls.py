"""The calls of an account that were kept, a page at a time."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx

REFUSED, DONE = "refused", "done"


class Wanted(msgspec.Struct, frozen=True):
    """Which calls to list; what is empty or 0 leaves none out.

    Args:
        outcome: an errcode, ``refused`` or ``done``.
        path: a part of the path.
        since, until: wall clock, UTC seconds; the end is not included.
        before: only those before this reference, which is the last of the page before.
    """

    outcome: str = ""
    path: str = ""
    since: int = 0
    until: int = 0
    before: str = ""


class Listed(msgspec.Struct, frozen=True):
    """A kept call in a list."""

    rid: str
    create_time: int
    millis: int
    method: str
    path: str
    errcode: int
    cause: str
    facts: str


def list_calls(tx: Tx, appid: str, wanted: Wanted, limit: int) -> list[Listed]:
    """Return up to ``limit`` calls, the newest first: a reference begins with its time, so their order is its order."""
    table = tables.failed_call
    columns = [table.c[name] for name in Listed.__struct_fields__]
    query = sa.select(*columns).where(table.c.appid == appid, *_conditions(wanted))
    return [Listed(*row) for row in tx.all(query.order_by(table.c.rid.desc()).limit(limit))]


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    table = tables.failed_call.c
    outcomes = {"": [], REFUSED: [table.errcode != 0], DONE: [table.errcode == 0]}
    found = list(outcomes.get(wanted.outcome, [table.errcode == _number(wanted.outcome)]))
    if wanted.path:
        found.append(table.path.contains(wanted.path, autoescape=True))
    if wanted.since:
        found.append(table.create_time >= wanted.since)
    if wanted.until:
        found.append(table.create_time < wanted.until)
    if wanted.before:
        found.append(table.rid < wanted.before)
    return found


def _number(text: str) -> int:
    """Return an errcode as it was typed, one that no call has where it is none."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 10 else -(2**31)
