"""Load a template of the caller's own account (spec: cards.md 6)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.errors import Errcode
from kaquan.store import tables
from kaquan.store.tx import Tx

PREFIX = slice(1, 7)


def load_card(tx: Tx, appid: str, card_id: str, lock: bool = False) -> Any:
    """Return the card's row, with quantity, total_quantity and deposited; ``lock`` keeps claims out until the commit.

    Raises:
        Refusal: 40073 when the account has no such card.
    """
    stock, card = tables.stock, tables.card
    if lock:
        # The stock row first, as claims lock it, so that what they read of the card afterwards is the new state.
        held = sa.select(stock.c.card_id).where((stock.c.appid == appid) & (stock.c.card_id == card_id))
        tx.one(held.with_for_update())
    row = tx.one(
        sa.select(card, stock.c.quantity, stock.c.total_quantity, stock.c.deposited)
        .join(stock, (stock.c.appid == card.c.appid) & (stock.c.card_id == card.c.card_id))
        .where((card.c.appid == appid) & (stock.c.appid == appid) & (card.c.card_id == card_id))
    )
    if row is None:
        raise Errcode.INVALID_CARD_ID("unknown", card_id=card_id)
    return row


def load_listed(tx: Tx, appid: str, card_id: str, path: str) -> Any:
    """Return the row of a card that a list names at this JSON path.

    Raises:
        Refusal: 40073 with the path.
    """
    if not has_card(tx, appid, card_id):
        raise Errcode.INVALID_CARD_ID("unknown", card_id=card_id, path=path)
    return load_card(tx, appid, card_id)


def account_of_card(tx: Tx, card_id: str) -> str | None:
    """Return the appid of the account whose cards begin like this one, or None."""
    table = tables.account_prefix.c
    row = tx.one(sa.select(table.owner).where(table.prefix == card_id[PREFIX]))
    return row[0] if row else None


def has_card(tx: Tx, appid: str, card_id: str) -> bool:
    """Tell whether an account has this card."""
    table = tables.card.c
    return tx.one(sa.select(table.card_id).where((table.appid == appid) & (table.card_id == card_id))) is not None
