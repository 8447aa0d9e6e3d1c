"""Change a template (spec: cards.md 8)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.check_stores import check_stores
from kaquan.actions.create_card import columns
from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.actions.review_card import approve
from kaquan.rules import card_update as rule
from kaquan.rules.card import from_text, to_text
from kaquan.rules.card_tables import KEYS, NOT_VERIFY
from kaquan.rules.card_update import Change
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx


def update_card(tx: Tx, app: App, card_id: str, change: Change, now: int, record: Record) -> bool:
    """Change a card and tell whether the change goes to review; codes that were claimed follow the new content.

    What people see of an approved card stays until the change is approved, and claims go on.

    Raises:
        Refusal: 40073 unknown card, 40078 deleted card, 47001, 40100, 40150, 40098, 45025, 40145, 45046, 43017.
    """
    # Before the card is locked, as whoever deletes a store does it.
    stores = [store for store in change.base.get("location_id_list", ()) if store]
    key = KEYS[load_card(tx, app.appid, card_id).card_type]
    check_stores(tx, app.appid, stores, f"{key}.base_info.location_id_list")
    row = load_card(tx, app.appid, card_id, lock=True)
    rule.check_status(card_id, row.status)
    content = from_text(row.card_type, row.content)
    updated = rule.changed(row.card_type, content, change, row.quantity)
    rule.check_cells(updated.content, row.pay_cell, row.self_consume_cell, card_id, key)
    if not updated.changed:
        return False
    status = rule.status_after(row.status, updated)
    shown = ""
    if rule.keeps_visible(row.status, row.shown, status, updated):
        visible = from_text(row.card_type, row.shown or row.content)
        shown = to_text(rule.visible_after(row.card_type, visible, updated))
    values = {**columns(updated.content), "status": status, "shown": shown, "update_time": now}
    table = tables.card
    tx.run(sa.update(table).where((table.c.appid == app.appid) & (table.c.card_id == card_id)).values(**values))
    record.change("update", {"fields": list(updated.changed), "status": status}, now, card_id)
    sent = updated.reviewed or status != row.status
    if status == NOT_VERIFY and sent and app.review == "auto":
        approve(tx, app, card_id, now, record)
    record.save(tx, app.appid)
    return sent
