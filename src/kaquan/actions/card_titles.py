"""The titles of an account's cards, for what names many of them."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.list_holdings import face_of
from kaquan.store import tables
from kaquan.store.tx import Tx


def card_titles(tx: Tx, appid: str, limit: int = 1000) -> dict[str, str]:
    """Return card_id -> title of the newest cards, deleted ones included, the newest first."""
    table = tables.card.c
    query = sa.select(table.card_id, table.shown, table.content).where(table.appid == appid)
    rows = tx.all(query.order_by(table.create_time.desc(), table.card_id).limit(limit))
    return {row.card_id: face_of(row.shown, row.content).title for row in rows}
