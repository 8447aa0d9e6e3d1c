"""Load a store of the caller's own account (spec: statistics_and_stores.md B)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.errors import Errcode
from kaquan.rules.store import DELETED, from_text
from kaquan.rules.store_content import StoreInfo
from kaquan.store import tables
from kaquan.store.tx import Tx


def load_store(tx: Tx, appid: str, poi_id: int, lock: bool = False) -> Any:
    """Return the store's row; ``lock`` keeps others from changing it, or from naming it in a card, until the commit.

    Raises:
        Refusal: 65115 when the account never had such a store, 65116 when it was deleted.
    """
    table = tables.poi
    found = sa.select(table).where((table.c.appid == appid) & (table.c.poi_id == poi_id))
    row = tx.one(found.with_for_update() if lock else found)
    if row is None:
        raise Errcode.POI_NOT_FOUND("unknown", poi_id=poi_id)
    if row.status == DELETED:
        raise Errcode.POI_DELETED("deleted", poi_id=poi_id, name=from_text(row.content).business_name)
    return row


def current(row: Any) -> StoreInfo:
    """Return the data of a store's row, a change under review included."""
    return from_text(row.pending or row.content)
