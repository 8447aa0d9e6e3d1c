"""The tape of an app's events, each with its deliveries."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx

PAGE = 1000
# What the journal calls events that nothing real caused.
TRIGGER = "trigger"


def list_events(tx: Tx, appid: str, since: int, limit: int = PAGE) -> list[dict[str, Any]]:
    """Return up to ``limit`` events after the id ``since``, the oldest first."""
    table = tables.journal.c
    wanted = (table.appid == appid) & (table.id > since) & (table.event != "")
    rows = tx.all(sa.select(tables.journal).where(wanted).order_by(table.id).limit(limit))
    if not rows:
        return []
    span = (rows[0].id, rows[-1].id)
    deliveries = _grouped(tx, appid, span)
    states = _states(tx, appid, span)
    return [_shown(row, deliveries.get(row.id, []), states.get(row.id, "")) for row in rows]


def _shown(row: Any, deliveries: list[dict[str, Any]], state: str) -> dict[str, Any]:
    delivered = any(200 <= one["status"] < 300 for one in deliveries)
    return {
        "id": str(row.id),
        "event": row.event,
        "openid": row.openid,
        "create_time": row.create_time,
        "fields": msgspec.json.decode(row.fields),
        "state": state or ("delivered" if delivered else "not_sent"),
        "deliveries": deliveries,
        **({"triggered": True} if row.kind == TRIGGER else {}),
    }


def _grouped(tx: Tx, appid: str, span: tuple[int, int]) -> dict[int, list[dict[str, Any]]]:
    table = tables.delivery
    shown = (table.c.attempt, table.c.create_time, table.c.status, table.c.millis, table.c.answer)
    mine = (table.c.appid == appid) & table.c.id.between(*span)
    grouped: dict[int, list[dict[str, Any]]] = {}
    for number, *values in tx.all(sa.select(table.c.id, *shown).where(mine).order_by(table.c.id, table.c.attempt)):
        grouped.setdefault(number, []).append(dict(zip((one.name for one in shown), values, strict=True)))
    return grouped


def _states(tx: Tx, appid: str, span: tuple[int, int]) -> dict[int, str]:
    states: dict[int, str] = {}
    for table, state in ((tables.outbox, "waiting"), (tables.dead_letter, "dead")):
        mine = (table.c.appid == appid) & table.c.id.between(*span)
        states.update({row[0]: state for row in tx.all(sa.select(table.c.id).where(mine))})
    return states
