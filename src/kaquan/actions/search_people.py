"""The people an account knows, as its desk looks for them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx


def find_people(tx: Tx, appid: str, text: str, limit: int) -> list[Any]:
    """Return the rows of people who are known by this openid, the merchant's own id for them, or this nickname."""
    table = tables.person.c
    found: dict[str, Any] = {}
    for column in (table.openid, table.external_id, table.nickname):
        wanted = (table.appid == appid) & (column == text)
        rows = tx.all(sa.select(tables.person).where(wanted).order_by(table.openid).limit(limit))
        found.update({row.openid: row for row in rows})
    return list(found.values())[:limit]


def page_of_people(tx: Tx, appid: str, after: str, limit: int) -> list[Any]:
    """Return the rows of people behind an openid, in the order of their openids."""
    table = tables.person.c
    wanted = (table.appid == appid) & (table.openid > after)
    return tx.all(sa.select(tables.person).where(wanted).order_by(table.openid).limit(limit))
