"""How the platform's database stands: events that wait, traffic, its schema; bounded work, however much there is.

Who reads over all accounts asks for their appids first, and then for each by its own.
"""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx

# Counting stops here: what is more is told as this many.
MOST = 10_000
MOST_LINES = 100_000
MICROS = 1_000_000
TAG = 12


class Events(msgspec.Struct, frozen=True):
    """The events of an account that wait, and those that were given up.

    Args:
        waiting: how many, at most :data:`MOST`.
        age: seconds since the oldest of them happened, 0 without one.
        dead: how many were given up, at most :data:`MOST`.
    """

    appid: str
    waiting: int
    age: int
    dead: int


def events_of(tx: Tx, appid: str, now: int) -> Events:
    """Return how the delivery of an account stands; ``now`` is in UTC seconds of the wall clock."""
    outbox = tables.outbox.c
    row = tx.one(sa.select(outbox.id).where(outbox.appid == appid).order_by(outbox.id).limit(1))
    age = max(0, now - (row[0] >> TAG) // MICROS) if row else 0
    return Events(appid, _count(tx, tables.outbox, appid), age, _count(tx, tables.dead_letter, appid))


def all_events(tx: Tx, now: int) -> list[Events]:
    """Return how delivery stands wherever events wait or were given up, the longest wait first."""
    found = [events_of(tx, appid, now) for appid in _accounts(tx, tables.outbox) | _accounts(tx, tables.dead_letter)]
    return sorted(found, key=lambda one: (-one.age, -one.waiting, -one.dead, one.appid))


def traffic(tx: Tx, since: int) -> dict[str, int]:
    """Return kind of change -> how many there were over all accounts since a time in UTC seconds of the wall clock."""
    journal, app, first = tables.journal.c, tables.app.c, since * MICROS << TAG
    totals: dict[str, int] = {}
    for (appid,) in tx.all(sa.select(app.appid).where(app.suspended == sa.false())):
        mine = (journal.appid == appid) & (journal.id >= first)
        lines = sa.select(journal.kind).where(mine).limit(MOST_LINES).subquery()
        for kind, count in tx.all(sa.select(lines.c.kind, sa.func.count()).group_by(lines.c.kind)):
            totals[kind] = totals.get(kind, 0) + count
    return totals


def errors(tx: Tx, since: int) -> list[tuple[int, int]]:
    """Return errcode and how many calls it refused over all accounts since a time, the most frequent first."""
    failed, totals = tables.failed_call.c, dict[int, int]()
    for appid in ["", *sorted(_accounts(tx, tables.failed_call))]:
        recent = (failed.appid == appid) & (failed.create_time >= since)
        lines = sa.select(failed.errcode).where(recent).limit(MOST_LINES).subquery()
        for errcode, count in tx.all(sa.select(lines.c.errcode, sa.func.count()).group_by(lines.c.errcode)):
            totals[errcode] = totals.get(errcode, 0) + count
    return sorted(totals.items(), key=lambda one: (-one[1], one[0]))


def _accounts(tx: Tx, table: sa.Table) -> set[str]:
    """Return the appids of the accounts that have a row in a table."""
    app = tables.app.c
    there = sa.exists().where(table.c.appid == app.appid)
    return {row[0] for row in tx.all(sa.select(app.appid).where(there))}


def _count(tx: Tx, table: sa.Table, appid: str) -> int:
    some = sa.select(table.c.id).where(table.c.appid == appid).limit(MOST).subquery()
    row = tx.one(sa.select(sa.func.count()).select_from(some))
    return int(row[0]) if row else 0
