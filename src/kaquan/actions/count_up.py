"""Numbers that count up per account: pages, mass messages."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx


def count_up(tx: Tx, appid: str, name: str) -> int:
    """Return the next number of a kind, from 1; whoever else counts this kind waits until the commit."""
    table = tables.counter
    tx.add(table, [{"appid": appid, "name": name, "value": 0}])
    mine = (table.c.appid == appid) & (table.c.name == name)
    tx.run(sa.update(table).where(mine).values(value=table.c.value + 1))
    row = tx.one(sa.select(table.c.value).where(mine))
    assert row is not None
    return int(row[0])
