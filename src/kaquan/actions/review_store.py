"""Approve or refuse a store, or a change of one; the merchant is told (spec: statistics_and_stores.md B)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.actions.load_store import current, load_store
from kaquan.actions.record import Record
from kaquan.actions.review_card import system_event_time
from kaquan.errors import Errcode
from kaquan.events.catalogue import PoiCheckNotify
from kaquan.rules.store import APPROVED, IN_REVIEW, REFUSED
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx


def review_store(tx: Tx, app: App, poi_id: int, reason: str | None, now: int, record: Record) -> None:
    """Approve a store or its change, or refuse it where a reason is given, and save.

    Raises:
        Refusal: 65115 unknown store, 65116 deleted store, 65118 nothing is under review.
    """
    decide(tx, app, poi_id, reason, now, record)
    record.save(tx, app.appid)


def decide(tx: Tx, app: App, poi_id: int, reason: str | None, now: int, record: Record) -> None:
    """Do what :func:`review_store` does; the caller saves the record."""
    row = load_store(tx, app.appid, poi_id, lock=True)
    change_store(tx, app.appid, poi_id, {**_outcome(row, reason is None), "update_time": now})
    result = {"Result": "succ" if reason is None else "fail", "Msg": reason or "", "msg": reason or ""}
    event = PoiCheckNotify(UniqId=current(row).sid, PoiId=str(poi_id), **result)
    kind = "approve_store" if reason is None else "refuse_store"
    record.event(kind, event, app.system_openid, system_event_time(tx, app.appid, now), "")


def change_store(tx: Tx, appid: str, poi_id: int, values: dict[str, Any]) -> None:
    """Write columns of a store's row."""
    table = tables.poi
    tx.run(sa.update(table).where((table.c.appid == appid) & (table.c.poi_id == poi_id)).values(**values))


def _outcome(row: Any, approved: bool) -> dict[str, str]:
    """Return what a decision makes of the store; a change that is refused leaves the store as it was."""
    if row.status == IN_REVIEW:
        return {"status": APPROVED if approved else REFUSED}
    if not row.pending:
        raise Errcode.INVALID_POI_STATUS("not_in_review", poi_id=row.poi_id, status=row.status)
    return {"content": row.pending if approved else row.content, "pending": ""}
