"""Turn a cell of a card's page on or off (spec: cards.md 11)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.rules.card import from_text
from kaquan.rules.cells import cells_on, check_cell
from kaquan.store import tables
from kaquan.store.tx import Tx


def set_cell(
    tx: Tx, appid: str, card_id: str, cell: str, is_open: bool, options: dict[str, bool], now: int, record: Record
) -> None:
    """Switch a cell; the same again changes nothing.

    Args:
        cell: ``PAY`` or ``SELF_CONSUME`` of :mod:`kaquan.rules.cells`, which is its column.
        options: further columns that belong to it.

    Raises:
        Refusal: 40073 unknown card, and as :func:`~kaquan.rules.cells.check_cell`.
    """
    row = load_card(tx, appid, card_id, lock=True)
    base_info = from_text(row.card_type, row.content).base_info
    on = cells_on(base_info, row.pay_cell, row.self_consume_cell)
    check_cell(cell, is_open, card_id, row.status, base_info, on)
    table = tables.card
    values = {cell: is_open, **options}
    tx.run(sa.update(table).where((table.c.appid == appid) & (table.c.card_id == card_id)).values(**values))
    record.change(cell, values, now, card_id)
    record.save(tx, appid)
