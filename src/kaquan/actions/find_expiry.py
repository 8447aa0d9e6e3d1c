"""The next moment at which something of an app runs out, for who moves its clock."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx

NORMAL = "NORMAL"


def next_expiry(tx: Tx, appid: str, now: int) -> int:
    """Return when the next unused code of an app stops to be good, UTC seconds of the app's clock; 0 for never."""
    table = tables.code.c
    mine = (table.appid == appid) & (table.status == NORMAL) & (table.end_time >= now)
    row = tx.one(sa.select(sa.func.min(table.end_time)).where(mine))
    return int(row[0] or 0) if row else 0
