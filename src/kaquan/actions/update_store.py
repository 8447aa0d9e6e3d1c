"""Change the service data of an approved store; the change is reviewed (spec: statistics_and_stores.md B)."""

from __future__ import annotations

from kaquan.actions.load_store import load_store
from kaquan.actions.record import Record
from kaquan.actions.review_store import change_store, decide
from kaquan.errors import Errcode
from kaquan.rules.store import APPROVED, changed, from_text, to_text
from kaquan.rules.store_content import Service
from kaquan.store.apps import App
from kaquan.store.tx import Tx


def update_store(tx: Tx, app: App, poi_id: int, change: Service, now: int, record: Record) -> None:
    """Take the change, to be approved by hand or at once; one that changes nothing is not reviewed.

    Raises:
        Refusal: 65115 unknown store, 65116 deleted store, 65106 the store is not approved, 65107 its last change is
            still under review.
    """
    row = load_store(tx, app.appid, poi_id, lock=True)
    if row.status != APPROVED:
        raise Errcode.POI_NOT_APPROVED("not_approved", poi_id=poi_id, status=row.status)
    if row.pending:
        raise Errcode.POI_NOT_MODIFIABLE("change_in_review", poi_id=poi_id)
    wanted = to_text(changed(from_text(row.content), change))
    if wanted == row.content:
        return
    change_store(tx, app.appid, poi_id, {"pending": wanted, "update_time": now})
    record.change("update_store", {"poi_id": poi_id}, now, "")
    if app.review == "auto":
        decide(tx, app, poi_id, None, now, record)
    record.save(tx, app.appid)
