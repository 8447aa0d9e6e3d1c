"""Delete a template: no more claims, issued codes stay valid (spec: cards.md 9)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.rules.card_tables import DELETED
from kaquan.store import tables
from kaquan.store.tx import Tx


def delete_card(tx: Tx, appid: str, card_id: str, now: int, record: Record) -> None:
    """Delete a card for good; a second time changes nothing.

    Raises:
        Refusal: 40073 unknown card.
    """
    if load_card(tx, appid, card_id, lock=True).status == DELETED:
        return
    table = tables.card
    mine = (table.c.appid == appid) & (table.c.card_id == card_id)
    tx.run(sa.update(table).where(mine).values(status=DELETED, update_time=now))
    record.change("delete_card", {}, now, card_id)
    record.save(tx, appid)
