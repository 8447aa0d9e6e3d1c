"""Plan faults of a sandbox app, and count the calls until they strike."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.errors import Errcode
from kaquan.rules.fault import MOST_FAULTS, Fault
from kaquan.store import tables
from kaquan.store.tx import Tx


def plan_fault(tx: Tx, appid: str, fault: Fault) -> int:
    """Save a fault and return its id; the call after this transaction is the first that it counts.

    Raises:
        Refusal: 40097, the app has planned too many.
    """
    table = tables.fault
    tx.one(sa.select(tables.app.c.appid).where(tables.app.c.appid == appid).with_for_update())
    size = tx.one(sa.select(sa.func.count()).select_from(table).where(table.c.appid == appid))
    if size is not None and size[0] >= MOST_FAULTS:
        raise Errcode.INVALID_ARGS("fault_count", size=size[0], limit=MOST_FAULTS)
    tx.run(sa.insert(table).values(appid=appid, seen=0, **msgspec.structs.asdict(fault)))
    return fault.id


def list_faults(tx: Tx, appid: str) -> list[dict[str, Any]]:
    """Return every planned fault, those that are over too, with how many calls it has seen; the oldest first."""
    table = tables.fault.c
    rows = tx.all(sa.select(tables.fault).where(table.appid == appid).order_by(table.id))
    return [dict(row._mapping) for row in rows]


def clear_faults(tx: Tx, appid: str, fault_id: int) -> int:
    """Forget one fault, or with 0 all of them, and return how many.

    Raises:
        Refusal: 40097, there is no such fault.
    """
    table = tables.fault.c
    mine = table.appid == appid
    cleared = tx.run(sa.delete(tables.fault).where(mine & (table.id == fault_id) if fault_id else mine))
    if fault_id and not cleared:
        raise Errcode.INVALID_ARGS("fault_id", path="fault_id", fault_id=str(fault_id))
    return cleared


def strike(tx: Tx, appid: str, planned: list[Fault]) -> tuple[Fault, int] | None:
    """Count a call on each fault of its path, and return the first that strikes it with the call's number.

    The numbers are handed out by the database, so that over all processes each call has its own.
    """
    numbers = [(fault, _number(tx, appid, fault)) for fault in sorted(planned, key=lambda one: one.id)]
    return next(((fault, number) for fault, number in numbers if fault.strikes(number)), None)


def _number(tx: Tx, appid: str, fault: Fault) -> int:
    table = tables.fault
    mine = (table.c.appid == appid) & (table.c.id == fault.id)
    if not tx.run(sa.update(table).where(mine).values(seen=table.c.seen + 1)):
        # Cleared a moment ago.
        return 0
    row = tx.one(sa.select(table.c.seen).where(mine))
    return int(row[0]) if row else 0
