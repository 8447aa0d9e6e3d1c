"""Ordinary actions: one transaction each, on both databases."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from functools import partial

import pytest
import sqlalchemy as sa

from kaquan.errors import Errcode, Refusal
from kaquan.store import tables
from kaquan.store.tx import Tx
from support.database import Database
from support.run import run
from support.shop import APPID, CARD, shop

MINE = tables.stock.c.appid == APPID


def take_one(tx: Tx) -> int:
    quantity = sa.select(tables.stock.c.quantity).where(MINE).with_for_update()
    row = tx.one(quantity)
    assert row is not None
    tx.run(sa.update(tables.stock).where(MINE).values(quantity=row[0] - 1))
    return int(row[0]) - 1


def left(tx: Tx) -> int:
    row = tx.one(sa.select(tables.stock.c.quantity).where(MINE))
    assert row is not None
    return int(row[0])


def test_what_an_action_did_is_seen_by_the_next(database: Database) -> None:
    async def scenario() -> list[int]:
        async with shop(database) as opened:
            return [await opened.store.write(take_one), await opened.store.read(left)]

    assert run(scenario()) == [9, 9]


def test_a_refused_action_leaves_nothing(database: Database) -> None:
    def refused(tx: Tx) -> None:
        take_one(tx)
        raise Errcode.INVALID_CARD_ID("unknown", card_id=CARD)

    async def scenario() -> int:
        async with shop(database) as opened:
            with pytest.raises(Refusal) as caught:
                await opened.store.write(refused)
            assert (caught.value.errcode, caught.value.facts) == (40073, {"card_id": CARD})
            return int(await opened.store.read(left))

    assert run(scenario()) == 10


def test_actions_that_lock_each_other_out_are_both_done(database: Database) -> None:
    both, rows = threading.Barrier(2), (tables.stock, tables.card)

    def lock(first: sa.Table, second: sa.Table, tx: Tx) -> None:
        tx.one(sa.select(first.c.appid).where(first.c.appid == APPID).with_for_update())
        # SQLite has one writer, and whoever runs again finds nobody: they wait for the other in vain.
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        tx.one(sa.select(second.c.appid).where(second.c.appid == APPID).with_for_update())
        take_one(tx)

    async def scenario() -> int:
        async with shop(database) as opened:
            actions = (partial(lock, *rows), partial(lock, *rows[::-1]))
            await asyncio.gather(*map(opened.store.write, actions))
            return int(await opened.store.read(left))

    assert run(scenario()) == 8


def test_actions_that_lock_what_they_read_lose_no_update(database: Database) -> None:
    async def scenario() -> list[int]:
        async with shop(database) as opened:
            return sorted(await asyncio.gather(*(opened.store.write(take_one) for _ in range(10))))

    assert run(scenario()) == list(range(10))


def test_the_database_itself_refuses_a_negative_stock(database: Database) -> None:
    too_much = sa.update(tables.stock).where(MINE).values(quantity=-1)

    async def scenario() -> None:
        async with shop(database) as opened:
            with pytest.raises(sa.exc.IntegrityError):
                await opened.store.write(lambda tx: tx.run(too_much))

    run(scenario())


def test_run_tells_how_many_rows_it_touched(database: Database) -> None:
    async def scenario() -> list[int]:
        async with shop(database) as opened:
            statements = [sa.update(tables.stock).where(MINE).values(reminded_at=1), sa.delete(tables.qr)]
            return [await opened.store.write(lambda tx, one=one: tx.run(one)) for one in statements]

    assert run(scenario()) == [1, 0]


def test_closing_waits_for_what_was_begun(database: Database) -> None:
    async def scenario() -> list[int]:
        async with shop(database) as opened:
            work = [asyncio.ensure_future(opened.store.write(take_one)) for _ in range(5)]
            await asyncio.sleep(0)
        return sorted(await asyncio.gather(*work))

    assert run(scenario()) == [5, 6, 7, 8, 9]
