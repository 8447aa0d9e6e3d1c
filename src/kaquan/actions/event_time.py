"""When a person's next event is: receivers tell events apart by openid and CreateTime (spec: events.md 4)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx


def next_event_time(tx: Tx, appid: str, openid: str, now: int) -> int:
    """Return the CreateTime of an event of a person: now, or the next second that no event of theirs has."""
    table = tables.code.c
    row = tx.one(sa.select(sa.func.max(table.event_time)).where((table.appid == appid) & (table.openid == openid)))
    return max(now, (row[0] or 0) + 1 if row else now)
