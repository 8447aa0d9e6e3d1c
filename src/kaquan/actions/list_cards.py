"""List the ids of an account's templates (spec: cards.md 7)."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx


def list_cards(tx: Tx, appid: str, statuses: Collection[str] | None, offset: int, count: int) -> tuple[list[str], int]:
    """Return one page of card_ids, newest first, and how many cards there are in these statuses (None = any)."""
    table = tables.card.c
    wanted = table.appid == appid
    if statuses is not None:
        wanted &= table.status.in_(statuses)
    page = sa.select(table.card_id).where(wanted).order_by(table.create_time.desc(), table.card_id)
    total = tx.one(sa.select(sa.func.count()).select_from(tables.card).where(wanted))
    return [row[0] for row in tx.all(page.offset(offset).limit(count))], total[0] if total else 0
