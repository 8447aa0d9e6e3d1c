"""Consumptions of several processes: they wait for each other one way round."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from card_bodies import NOW

from kaquan.actions.consume_code import Consume
from kaquan.store import tables
from kaquan.store.schema import open_engine
from support.database import Database
from support.run import run
from support.shop import APPID, shop, wish

FIRST, SECOND = "000000000001", "000000000002"
WAITING = sa.text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
PATIENCE_SECONDS = 10
USE_LIMIT_REACHED = (72020, "use_limit")


def lock(connection: sa.Connection, code: str, nowait: bool = False) -> None:
    """Lock one code's row."""
    mine = (tables.code.c.appid == APPID) & (tables.code.c.code == code)
    connection.execute(sa.select(tables.code.c.code).where(mine).with_for_update(nowait=nowait))


@contextmanager
def another_process(database: Database) -> Iterator[sa.Connection]:
    """Open a transaction beside the shop."""
    engine = open_engine(database.settings)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def until_somebody_waits(database: Database) -> None:
    """Return once a transaction waits for a lock."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not database.transact(lambda tx: tx.all(WAITING)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_who_waits_for_the_rest_of_a_wallet_does_not_hold_its_code_meanwhile(postgres_database: Database) -> None:
    async def scenario() -> None:
        async with shop(postgres_database, get_limit=2, use_limit=1) as opened:
            assert await opened.claim(wish("oA"), wish("oA")) == [FIRST, SECOND]
            with another_process(postgres_database) as connection:
                lock(connection, FIRST)
                consumed = asyncio.create_task(opened.consume(Consume(SECOND, NOW)))
                await asyncio.to_thread(until_somebody_waits, postgres_database)
                # Were it held, each would wait for the other until the database ends one of them a second later.
                lock(connection, SECOND, nowait=True)
            assert await consumed == [SECOND]
            assert await opened.consume(Consume(FIRST, NOW)) == [USE_LIMIT_REACHED]

    run(scenario())
