"""What waits for the platform's decision over all accounts: their appids first, then the rows of each.

A queue has its oldest first; where it goes on is told by the last one's place.
"""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx


class Place(msgspec.Struct, frozen=True, order=True):
    """Where something stands in a queue: since when (the account's UTC seconds), whose, and which."""

    time: int
    appid: str
    key: str | int


class Queue(msgspec.Struct, frozen=True):
    """One kind of things that are reviewed.

    Args:
        table: of their rows.
        key: name of the column behind appid in its primary key.
        wanted: which rows wait.
    """

    table: sa.Table
    key: str
    wanted: Any


STORES = Queue(tables.poi, "poi_id", tables.IN_QUEUE)
FIRST = Place(-1, "", "")


def cards_in(status: str) -> Queue:
    """Return the queue of the cards in a state."""
    return Queue(tables.card, "card_id", tables.card.c.status == status)


def accounts_in(tx: Tx, queue: Queue) -> list[str]:
    """Return the appids of the accounts that have something in a queue."""
    app, table = tables.app.c, queue.table.c
    waits = sa.exists().where((table.appid == app.appid) & queue.wanted)
    return [row[0] for row in tx.all(sa.select(app.appid).where(waits).order_by(app.appid))]


def list_queue(tx: Tx, queue: Queue, limit: int, after: Place = FIRST, appid: str = "") -> list[Any]:
    """Return rows of a queue, the oldest first.

    Args:
        limit: how many at most.
        after: the place behind which they stand.
        appid: of whom alone; empty for all accounts.
    """
    accounts = [appid] if appid else accounts_in(tx, queue)
    found = [_of_account(tx, queue, one, limit, after) for one in accounts]
    return list(islice(merge(*found, key=lambda row: place_of(queue, row)), limit))


def place_of(queue: Queue, row: Any) -> Place:
    """Return the place of a row of a queue."""
    return Place(row.update_time, row.appid, getattr(row, queue.key))


def count_queue(tx: Tx, queue: Queue) -> int:
    """Return how many rows wait."""
    table = queue.table
    counted = sa.select(sa.func.count()).select_from(table).where(queue.wanted)
    rows = (tx.one(counted.where(table.c.appid == appid)) for appid in accounts_in(tx, queue))
    return sum(row[0] for row in rows if row)


def _of_account(tx: Tx, queue: Queue, appid: str, limit: int, after: Place) -> list[Any]:
    table = queue.table
    time, key = table.c.update_time, table.c[queue.key]
    # An account that sorts behind the last one's has its rows of the same second still to come.
    later = time >= after.time if appid > after.appid else time > after.time
    if appid == after.appid:
        later |= (time == after.time) & (key > after.key)
    page = sa.select(table).where((table.c.appid == appid) & queue.wanted & later).order_by(time, key).limit(limit)
    return tx.all(page)
