"""Every code of a card with its state, a page at a time: deposited ones first, then those that were claimed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from kaquan.actions.load_card import load_card
from kaquan.rules import code as rule
from kaquan.rules.card_tables import FIX_TIME_RANGE
from kaquan.rules.code import Code
from kaquan.store import tables
from kaquan.store.tx import Tx

PAGE = 5000
DEPOSITED = "DEPOSITED"
CodeRow = tuple[str, str, str, int | str]
"""Code, state, openid and claim time in UTC seconds; the last two are empty for a code that nobody has claimed."""


def export_codes(tx: Tx, appid: str, card_id: str, now: int) -> Iterator[list[CodeRow]]:
    """Yield the codes of a card; ``tx`` has to see one state all the while."""
    card = load_card(tx, appid, card_id)
    # A range of days can be widened after codes were claimed.
    times = {"begin_time": card.begin_time, "end_time": card.end_time} if card.date_type == FIX_TIME_RANGE else {}
    yield from _pages(tx, _free(appid, card_id), lambda row: (row.code, DEPOSITED, "", ""))
    yield from _pages(tx, _issued(appid, card_id), lambda row: _shown(row, times, now))


def _pages(tx: Tx, query: sa.Select[Any], shown: Callable[[Any], CodeRow]) -> Iterator[list[CodeRow]]:
    """Yield the rows of a query over the codes of one card, each page behind the last code of the one before."""
    code = query.selected_columns.code
    page = tx.all(query.order_by(code).limit(PAGE))
    while page:
        yield [shown(row) for row in page]
        page = tx.all(query.where(code > page[-1].code).order_by(code).limit(PAGE))


def _free(appid: str, card_id: str) -> sa.Select[Any]:
    table = tables.pool.c
    return sa.select(table.code).where((table.appid == appid) & (table.card_id == card_id) & ~table.taken)


def _issued(appid: str, card_id: str) -> sa.Select[Any]:
    table = tables.code.c
    columns = [table[name] for name in (*Code.__struct_fields__, "claim_time") if name in table]
    # Of a merchant's code that changed hands the giver keeps a line under another name.
    shown = (table.status != rule.GIFT_SUCC) | (table.reason == "")
    return sa.select(*columns).where((table.appid == appid) & (table.card_id == card_id) & shown)


def _shown(row: Any, times: dict[str, int], now: int) -> CodeRow:
    facts = {**row._mapping, **times}
    claim_time = facts.pop("claim_time")
    state = rule.state(Code(**facts, card_type="", use_limit=0), now)
    return row.code, rule.NORMAL if state == rule.NOT_BEGUN else state, row.openid, claim_time
