"""Count tries of what may not be tried without end; exact over all processes."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.rules.throttle import Limit, wait_seconds
from kaquan.store import tables
from kaquan.store.tx import Tx

OLDEST = 86400


def try_once(tx: Tx, name: str, limit: Limit, now: int) -> int:
    """Count a try, and return how many seconds it comes too early; 0 when it may be made."""
    table = tables.attempt
    mine = table.c.name == name
    tx.add_one(table, {"name": name, "start": now, "count": 0})
    row = tx.one(sa.select(table.c.start, table.c.count).where(mine).with_for_update())
    assert row is not None
    start, count = row
    if start + limit.seconds <= now:
        start, count = now, 0
    wait = wait_seconds(limit, start, count, now)
    tx.run(sa.update(table).where(mine).values(start=start, count=count + (not wait)))
    return wait


def forget_tries(tx: Tx, now: int) -> None:
    """Delete what was counted a day ago."""
    tx.run(sa.delete(tables.attempt).where(tables.attempt.c.start < now - OLDEST))
