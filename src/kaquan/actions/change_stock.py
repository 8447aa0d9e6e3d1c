"""Raise or lower a card's stock (spec: cards.md 10)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.errors import Errcode
from kaquan.rules.card import MAX_QUANTITY
from kaquan.rules.card_tables import DELETED
from kaquan.store import tables
from kaquan.store.tx import Tx


def change_stock(tx: Tx, appid: str, card_id: str, increase: int, reduce: int, now: int, record: Record) -> None:
    """Add ``increase`` and take ``reduce`` codes, neither below zero, both from what is left and from the total.

    Raises:
        Refusal: 40073 unknown card, 40078 deleted card, 40122 numbers that do not fit, 40136 more
            than is deposited and not claimed.
    """
    row = load_card(tx, appid, card_id, lock=True)
    if row.status == DELETED:
        raise Errcode.INVALID_CARD_STATUS("deleted", card_id=card_id, status=row.status)
    change = increase - reduce
    facts = {"card_id": card_id, "quantity": row.quantity, "increase": increase, "reduce": reduce}
    if row.quantity + change < 0:
        raise Errcode.INVALID_QUANTITY("below_zero", **facts)
    if row.total_quantity + change > MAX_QUANTITY:
        raise Errcode.INVALID_QUANTITY("too_many", maximum=MAX_QUANTITY, **facts)
    claimed = row.total_quantity - row.quantity
    if row.deposit and row.quantity + change > row.deposited - claimed:
        raise Errcode.DEPOSIT_QUANTITY("more_than_deposited", deposited=row.deposited, claimed=claimed, **facts)
    table = tables.stock
    moved = {"quantity": table.c.quantity + change, "total_quantity": table.c.total_quantity + change}
    tx.run(sa.update(table).where((table.c.appid == appid) & (table.c.card_id == card_id)).values(**moved))
    record.change("stock", {"increase": increase, "reduce": reduce}, now, card_id)
    record.save(tx, appid)
