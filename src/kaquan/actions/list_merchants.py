"""The accounts of the platform, and the figures of one."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.rules.store import DELETED
from kaquan.store import tables
from kaquan.store.tx import Tx


class Merchant(msgspec.Struct, frozen=True):
    """An account in a list; ``create_time`` is in UTC seconds."""

    appid: str
    name: str
    sandbox: bool
    card_function: str
    suspended: bool
    create_time: int


class Wanted(msgspec.Struct, frozen=True):
    """Which accounts are wanted.

    Args:
        text: part of a name, or the beginning of an appid.
        sandbox: whether sandbox apps or others, None for both.
        card_function: the state of their card function, empty for any.
        suspended: whether suspended ones alone.
        before: create_time and appid of the last one that was seen.
    """

    text: str = ""
    sandbox: bool | None = None
    card_function: str = ""
    suspended: bool = False
    before: tuple[int, str] | None = None


class Figures(msgspec.Struct, frozen=True):
    """An account in numbers.

    Args:
        cards: state -> how many.
        claimed: codes that left the stock.
        stock: what is left of it.
        stores: those that are not deleted.
        errors: errcode and how many failed calls of the last day, the most frequent first.
    """

    cards: dict[str, int]
    claimed: int
    stock: int
    stores: int
    errors: list[tuple[int, int]]


def list_merchants(tx: Tx, wanted: Wanted, limit: int) -> list[Merchant]:
    """Return accounts, the newest first."""
    table = tables.app.c
    filters: list[Any] = []
    if wanted.text:
        named = table.name.icontains(wanted.text, autoescape=True)
        filters.append(named | table.appid.startswith(wanted.text, autoescape=True))
    if wanted.sandbox is not None:
        filters.append(table.sandbox == wanted.sandbox)
    if wanted.card_function:
        filters.append(table.card_function == wanted.card_function)
    if wanted.suspended:
        filters.append(table.suspended == sa.true())
    if wanted.before:
        time, appid = wanted.before
        filters.append((table.create_time < time) | ((table.create_time == time) & (table.appid < appid)))
    columns = [table[name] for name in Merchant.__struct_fields__]
    page = sa.select(*columns).where(*filters).order_by(table.create_time.desc(), table.appid.desc()).limit(limit)
    return [Merchant(*row) for row in tx.all(page)]


def figures(tx: Tx, appid: str, since: int) -> Figures:
    """Return an account in numbers; failed calls are counted since a time in UTC seconds."""
    card, stock, poi = tables.card.c, tables.stock.c, tables.poi.c
    cards = tx.all(sa.select(card.status, sa.func.count()).where(card.appid == appid).group_by(card.status))
    sums = sa.select(sa.func.sum(stock.quantity), sa.func.sum(stock.total_quantity))
    left, total = (int(one or 0) for one in tx.all(sums.where(stock.appid == appid))[0])
    standing = (poi.appid == appid) & (poi.status != DELETED)
    stores = tx.all(sa.select(sa.func.count()).select_from(tables.poi).where(standing))[0][0]
    return Figures(dict(map(tuple, cards)), total - left, left, stores, _errors(tx, appid, since))


def _errors(tx: Tx, appid: str, since: int) -> list[tuple[int, int]]:
    failed, count = tables.failed_call.c, sa.func.count()
    recent = (failed.appid == appid) & (failed.create_time >= since)
    grouped = sa.select(failed.errcode, count).where(recent).group_by(failed.errcode)
    return [tuple(row) for row in tx.all(grouped.order_by(count.desc(), failed.errcode).limit(10))]


def create_time_of(tx: Tx, appid: str) -> int:
    """Return when an account was made, UTC seconds."""
    row = tx.one(sa.select(tables.app.c.create_time).where(tables.app.c.appid == appid))
    return int(row[0]) if row else 0
