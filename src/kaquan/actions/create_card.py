"""Create a template; it goes to review at once (spec: cards.md 3)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.actions.check_stores import check_stores
from kaquan.actions.record import Record
from kaquan.actions.review_card import approve
from kaquan.rules.card import DEFAULT_USE_LIMIT, to_text
from kaquan.rules.card_content import Content
from kaquan.rules.card_tables import DEPOSIT_MODE, KEYS, NOT_VERIFY
from kaquan.rules.statistics import API
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx

CELL_COLUMNS = ("pay_cell", "self_consume_cell", "need_verify_code", "need_remark_amount")


def create_card(
    tx: Tx, app: App, card_id: str, card_type: str, content: Content, now: int, record: Record, made_by: str = API
) -> None:
    """Save a checked card under this id with its stock; the app's review setting decides whether it is approved.

    Args:
        card_id: 28 characters, new.
        card_type: upper case, as on the wire.
        content: normalised, after its checks.
        now: the app's time, UTC seconds.
        record: the transaction's journal.
        made_by: how, which statistics tell apart: ``api`` or ``console``.

    Raises:
        Refusal: 45025 too many stores, 40098 a store that cannot be named.
    """
    stores = content.base_info.location_id_list
    check_stores(tx, app.appid, stores, f"card.{KEYS[card_type]}.base_info.location_id_list")
    quantity = content.base_info.sku.quantity
    facts: dict[str, Any] = {"card_type": card_type, "status": NOT_VERIFY, "refuse_reason": "", "shown": ""}
    facts |= {"create_time": now, "update_time": now, "made_by": made_by}
    facts |= dict.fromkeys(CELL_COLUMNS, False)
    tx.run(sa.insert(tables.card).values(appid=app.appid, card_id=card_id, **facts, **columns(content)))
    stock = {"quantity": quantity, "total_quantity": quantity, "reminded_at": 0, "deposited": 0}
    tx.run(sa.insert(tables.stock).values(appid=app.appid, card_id=card_id, **stock))
    record.change("create", {"card_type": card_type, "quantity": quantity}, now, card_id)
    if app.review == "auto":
        approve(tx, app, card_id, now, record)
    record.save(tx, app.appid)


def columns(content: Content) -> dict[str, Any]:
    """Return the columns that rules read, beside the content as a whole."""
    base, date = content.base_info, content.base_info.date_info
    return {
        "use_custom_code": base.use_custom_code,
        "deposit": base.get_custom_code_mode == DEPOSIT_MODE,
        "bind_openid": base.bind_openid,
        "can_give_friend": base.can_give_friend,
        "get_limit": base.get_limit,
        "use_limit": base.use_limit or DEFAULT_USE_LIMIT,
        "date_type": date.type,
        "begin_time": date.begin_timestamp,
        "end_time": date.end_timestamp,
        "fixed_term": date.fixed_term,
        "fixed_begin_term": date.fixed_begin_term,
        "content": to_text(content),
    }
