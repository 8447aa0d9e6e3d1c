"""Create a store; it goes to review at once (spec: statistics_and_stores.md B)."""

from __future__ import annotations

from collections.abc import Callable

from kaquan.actions.record import Record
from kaquan.actions.review_store import decide
from kaquan.rules.store import IN_REVIEW, to_text
from kaquan.rules.store_content import StoreInfo
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx


def add_stores(
    tx: Tx, app: App, infos: list[StoreInfo], new_poi_id: Callable[[], int], now: int, record: Record
) -> list[int]:
    """Save checked stores, and return their poi_ids; the app's review setting decides whether they are approved.

    Args:
        infos: after their checks.
        new_poi_id: draws a number; one the account has already is drawn again.
        now: the app's time, UTC seconds.
        record: the transaction's journal.
    """
    ids = [_add(tx, app, info, new_poi_id, now, record) for info in infos]
    record.save(tx, app.appid)
    return ids


def _add(tx: Tx, app: App, info: StoreInfo, new_poi_id: Callable[[], int], now: int, record: Record) -> int:
    row = {"appid": app.appid, "status": IN_REVIEW, "content": to_text(info), "pending": ""}
    times = {"create_time": now, "update_time": now}
    poi_id = new_poi_id()
    while not tx.add_one(tables.poi, {**row, **times, "poi_id": poi_id}):
        poi_id = new_poi_id()
    record.change("add_store", {"poi_id": poi_id, "business_name": info.business_name}, now, "")
    if app.review == "auto":
        decide(tx, app, poi_id, None, now, record)
    return poi_id
