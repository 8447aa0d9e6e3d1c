"""Import many codes for a card in deposit mode, a block at a time (spec: codes.md 8)."""

from __future__ import annotations

from kaquan.actions.deposit_codes import add_codes, load_depositable
from kaquan.actions.record import Record
from kaquan.store.bulk import analyze_pool
from kaquan.store.tx import Tx


def import_codes(
    tx: Tx, appid: str, card_id: str, codes: list[str], picks: list[int], now: int, record: Record, to_stock: bool
) -> int:
    """Keep those of the codes that were never deposited before, and return how many these are.

    Args:
        codes: each may be a code (:func:`kaquan.rules.deposit.flaw`); one may stand here twice.
        picks: a random 63-bit number for each.
        to_stock: raise the stock by as many.

    Raises:
        Refusal: 40073 unknown card, 40078 deleted card, 40150 card not in deposit mode, 40122 too large a stock.
    """
    load_depositable(tx, appid, card_id)
    # In the order of the key, so that neighbours in the table are written together.
    count = add_codes(tx, appid, card_id, sorted(codes), picks, now, record, to_stock)
    record.save(tx, appid)
    return count


def end_import(tx: Tx) -> None:
    """Let the database look at how the pool has grown, so that it goes on planning well."""
    analyze_pool(tx)
