"""List an account's stores (spec: statistics_and_stores.md B)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.rules.store import DELETED
from kaquan.store import tables
from kaquan.store.tx import Tx


def list_stores(tx: Tx, appid: str, offset: int, count: int | None) -> tuple[list[Any], int]:
    """Return one page of stores' rows, the oldest first, and how many there are; None = all from ``offset`` on."""
    table = tables.poi
    wanted = (table.c.appid == appid) & (table.c.status != DELETED)
    page = sa.select(table).where(wanted).order_by(table.c.create_time, table.c.poi_id).offset(offset)
    total = tx.one(sa.select(sa.func.count()).select_from(table).where(wanted))
    return tx.all(page if count is None else page.limit(count)), total[0] if total else 0
