"""The daily figures of an account, brought up to date at once: the server does it some seconds later by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sqlalchemy as sa

from kaquan.actions.close_days import close_days, forget_persons
from kaquan.actions.count_acts import lock_fold
from kaquan.actions.fold_journal import LINES, fold_journal
from kaquan.rules.statistics import COLUMNS, EVERY, date_of, day_of, start_of
from kaquan.store import tables
from kaquan.store.tx import Tx
from support.api import Api

ANY_ID = 2**63 - 1
Transact = Callable[[Callable[[Tx], Any]], Any]


def end_day(api: Api) -> str:
    """Move a sandbox's clock to the next midnight of UTC+8, and return the day that has ended then."""
    now = api.ok("/sandbox/clock", {})["now"]
    api.ok("/sandbox/clock", {"advance": start_of(day_of(now) + 1) - now})
    api.renew()
    return date_of(day_of(now))


def count(transact: Transact, api: Api) -> None:
    """Count all that an account's journal has, and end its days before today."""
    fold(transact, api.appid, api.ok("/sandbox/clock", {})["now"])


def fold(transact: Transact, appid: str, now: int, until: int = ANY_ID, most: int = LINES) -> None:
    """Take every step there is, each when the server has taken its own."""
    steps: list[Any] = [
        lambda tx: fold_journal(tx, appid, until, most) > 0,
        lambda tx: close_days(tx, appid, until, now, most),
        lambda tx: forget_persons(tx, appid),
    ]
    for step in steps:
        while transact(partial(in_turn, appid=appid, step=step)):
            pass


def in_turn(tx: Tx, appid: str, step: Callable[[Tx], Any]) -> Any:
    """Take a step when nobody else changes the account's figures."""
    lock_fold(tx, appid)
    return step(tx)


Figures = dict[tuple[int, str], dict[str, int]]


def stored(tx: Tx, appid: str) -> Figures:
    """Return the figures of an account: per day and cards, what is not 0."""
    table = tables.stat_day
    rows = tx.all(sa.select(table).where(table.c.appid == appid))
    return {(row.day, row.cards): {name: row._mapping[name] for name in COLUMNS if row._mapping[name]} for row in rows}


def named(tx: Tx, appid: str) -> dict[tuple[int, str, str, str], tuple[int, int]]:
    """Return claims and consumptions per day, cards, kind of name and name."""
    table = tables.stat_named
    rows = tx.all(sa.select(table).where(table.c.appid == appid))
    return {(row.day, row.cards, row.what, row.name): (row.receive_cnt, row.verify_cnt) for row in rows}


def recount(tx: Tx, appid: str, closed: int) -> Figures:
    """Return what the figures should be, by a count over the whole journal and all codes at once.

    Args:
        closed: the first day that has not been ended.
    """
    ways = {row.card_id: row for row in tx.all(sa.select(tables.card).where(tables.card.c.appid == appid))}
    people: dict[tuple[int, str, str], list[str]] = {}
    for day, kind, openid, card_id in [*told(tx, appid), *over(tx, appid, closed, ways)]:
        for cards in (card_id, ways[card_id].made_by, EVERY):
            people.setdefault((day, cards, kind), []).append(openid)
    found: Figures = {}
    for (day, cards, kind), openids in people.items():
        figures = found.setdefault((day, cards), {})
        figures |= {f"{kind}_cnt": len(openids), f"{kind}_user": len(set(openids))}
    return found


def told(tx: Tx, appid: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield day, kind, openid and card_id of what the journal counts."""
    kinds = {"claim": "receive", "consume": "verify", "gift": "given"}
    for row in tx.all(sa.select(tables.journal).where(tables.journal.c.appid == appid)):
        if row.kind in kinds:
            yield (row.create_time + 8 * 3600) // 86400, kinds[row.kind], row.openid, row.card_id


def over(tx: Tx, appid: str, closed: int, ways: dict[str, Any]) -> Iterator[tuple[int, str, str, str]]:
    """Yield day, kind, openid and card_id of the codes that were not used when they ended."""
    for row in tx.all(sa.select(tables.code).where(tables.code.c.appid == appid)):
        card = ways[row.card_id]
        end = card.end_time if card.date_type == "DATE_TYPE_FIX_TIME_RANGE" else row.end_time
        thrown = row.status in {"DELETE", "UNAVAILABLE"} and row.status_time > end
        if (end + 8 * 3600) // 86400 < closed and (thrown or row.status in {"NORMAL", "GIFTING", "GIFT_TIMEOUT"}):
            yield (end + 8 * 3600) // 86400, "expire", row.openid, row.card_id
