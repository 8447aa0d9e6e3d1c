"""How much of an app's limits is handed out at this moment."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.clear_quota import CLEARINGS
from kaquan.rules.quota import month
from kaquan.store import tables
from kaquan.store.tx import Tx

Used = dict[tuple[str, str, int], int]


def list_quota_use(tx: Tx, appid: str) -> Used:
    """Return path, kind and start of each window -> how many calls of it are handed out."""
    table = tables.quota_use.c
    rows = tx.all(sa.select(table.path, table.kind, table.start, table.used).where(table.appid == appid))
    return {(row.path, row.kind, row.start): row.used for row in rows}


def clearings_of(used: Used, now: int) -> int:
    """Return how often the counts were begun anew in the month of UTC+8 that holds ``now``."""
    return used.get(("", CLEARINGS, month(now)[0]), 0)
