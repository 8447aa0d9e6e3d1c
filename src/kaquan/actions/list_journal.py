"""The latest lines of an app's journal: each change of state, whether anybody was told of it or not."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx


class Line(msgspec.Struct, frozen=True):
    """One change; ``event`` is empty where nobody is told of it."""

    id: int
    kind: str
    event: str
    create_time: int
    openid: str
    card_id: str
    code: str
    fields: dict[str, Any]


def list_journal(tx: Tx, appid: str, limit: int) -> list[Line]:
    """Return the last lines, the newest first."""
    table = tables.journal.c
    columns = [table[name] for name in Line.__struct_fields__]
    rows = tx.all(sa.select(*columns).where(table.appid == appid).order_by(table.id.desc()).limit(limit))
    return [Line(**{**row._mapping, "fields": msgspec.json.decode(row.fields)}) for row in rows]
