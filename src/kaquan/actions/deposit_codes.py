"""Deposit a merchant's codes for a card: claims hand them out in random order (spec: codes.md 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.errors import Errcode
from kaquan.rules.card import MAX_QUANTITY
from kaquan.rules.card_tables import DELETED
from kaquan.rules.deposit import flaw
from kaquan.store import tables
from kaquan.store.bulk import insert_pool
from kaquan.store.tx import Tx


class Deposited(msgspec.Struct, frozen=True):
    """What became of the codes of a deposit, each list in the order of the call."""

    new: list[str]
    known: list[str]
    bad: list[str]


def deposit_codes(
    tx: Tx, appid: str, card_id: str, codes: list[str], picks: list[int], now: int, record: Record
) -> Deposited:
    """Keep those of the codes that can be codes and were never deposited before; the stock stays as it is.

    Args:
        codes: all different.
        picks: a random 63-bit number for each.

    Raises:
        Refusal: 40073 unknown card, 40078 deleted card, 40150 card not in deposit mode.
    """
    load_depositable(tx, appid, card_id)
    good = [code for code in codes if not flaw(code)]
    known = find_deposited(tx, appid, card_id, good)
    new = [code for code in good if code not in known]
    add_codes(tx, appid, card_id, new, picks[: len(new)], now, record)
    record.save(tx, appid)
    return Deposited(new, [code for code in good if code in known], [code for code in codes if flaw(code)])


def load_depositable(tx: Tx, appid: str, card_id: str) -> Any:
    """Return the row of a card that codes may be deposited for; claims and other deposits wait until the commit.

    Raises:
        Refusal: 40073 unknown card, 40078 deleted card, 40150 card not in deposit mode.
    """
    row = load_card(tx, appid, card_id, lock=True)
    if row.status == DELETED:
        raise Errcode.INVALID_CARD_STATUS("deleted", card_id=card_id, status=row.status)
    if not row.deposit:
        raise Errcode.INVALID_CARD_PARAMETERS("not_deposit_mode", card_id=card_id)
    return row


def find_deposited(tx: Tx, appid: str, card_id: str, codes: Sequence[str]) -> set[str]:
    """Return those of the codes that were deposited for a card, claimed or not."""
    table = tables.pool.c
    mine = (table.appid == appid) & (table.card_id == card_id) & table.code.in_(codes)
    return {row[0] for row in tx.all(sa.select(table.code).where(mine))} if codes else set()


def add_codes(
    tx: Tx,
    appid: str,
    card_id: str,
    codes: Sequence[str],
    picks: Sequence[int],
    now: int,
    record: Record,
    to_stock: bool = False,
) -> int:
    """Put codes into the pool of a card whose stock is locked, and return how many were not there before.

    Args:
        to_stock: raise the stock by as many.

    Raises:
        Refusal: 40122 the stock would grow past its limit.
    """
    count = insert_pool(tx, appid, card_id, codes, picks) if codes else 0
    if not count:
        return 0
    stock = tables.stock
    mine = (stock.c.appid == appid) & (stock.c.card_id == card_id)
    grown = ("deposited", "quantity", "total_quantity") if to_stock else ("deposited",)
    tx.run(sa.update(stock).where(mine).values({name: stock.c[name] + count for name in grown}))
    record.change("deposit", {"codes": count}, now, card_id)
    if to_stock:
        _check_stock(tx, mine, card_id, count)
        record.change("stock", {"increase": count, "reduce": 0}, now, card_id)
    return count


def _check_stock(tx: Tx, mine: sa.ColumnElement[bool], card_id: str, increase: int) -> None:
    row = tx.one(sa.select(tables.stock.c.quantity, tables.stock.c.total_quantity).where(mine))
    if row is not None and row.total_quantity > MAX_QUANTITY:
        facts = {"card_id": card_id, "quantity": row.quantity - increase, "increase": increase, "reduce": 0}
        raise Errcode.INVALID_QUANTITY("too_many", maximum=MAX_QUANTITY, **facts)
