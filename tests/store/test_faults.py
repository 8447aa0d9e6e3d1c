"""What becomes of a batch when the database or the way to it fails."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import NOW

from kaquan.store import tables
from kaquan.store.hot import Query, Statement
from kaquan.store.pipeline import Lost, Pipeline
from kaquan.store.postgres import OPTIONS
from support.database import Database
from support.run import run
from support.shop import APPID, CARD, Shop, Wrap, shop, wish

FIRST, SECOND = "000000000001", "000000000002"
CLAIMED = ("claim", "oA")


def claims_of(opened: Shop) -> list[tuple[Any, ...]]:
    return [row for row in opened.rows(tables.journal, "kind", "openid") if row[0] == "claim"]


def lose_first_commit(monkeypatch: pytest.MonkeyPatch, arrives: bool) -> None:
    """Break the connection at the first COMMIT, behind it or before it."""
    original, lost = Pipeline.run, threading.Event()

    async def unlucky(self: Pipeline, queries: list[Query]) -> Any:
        if lost.is_set() or queries[-1].statement.name != "commit":
            return await original(self, queries)
        lost.set()
        if arrives:
            await original(self, queries)
        await self.close()
        raise Lost("cut by the test")

    monkeypatch.setattr(Pipeline, "run", unlucky)


def test_a_commit_whose_answer_was_lost_is_looked_up_and_acknowledged(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_first_commit(monkeypatch, arrives=True)

    async def scenario() -> None:
        async with shop(postgres_database) as opened:
            assert await opened.claim(wish("oA")) == [FIRST]
            assert opened.rows(tables.code, "code") == [(FIRST,)]
            assert claims_of(opened) == [CLAIMED]
            assert await opened.claim(wish("oB")) == [SECOND]

    run(scenario())


def test_a_commit_that_never_arrived_is_looked_up_and_made_again(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_first_commit(monkeypatch, arrives=False)

    async def scenario() -> None:
        async with shop(postgres_database) as opened:
            (code,) = await opened.claim(wish("oA"))
            assert (opened.rows(tables.code, "code"), claims_of(opened)) == ([(code,)], [CLAIMED])
            assert opened.rows(tables.stock, "quantity") == [(9,)]

    run(scenario())


def before_the_end(times: int, act: Callable[[], list[Query]]) -> Wrap:
    """Return what does something behind the reads of the first batches, and asks what that says."""
    left = [times]

    def wrap(flow: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any) -> Generator[Any, Any, Any]:
            plan = yield from flow(*args)
            if left[0]:
                left[0] -= 1
                if queries := act():
                    yield queries
            return plan

        return wrapped

    return wrap


@pytest.mark.parametrize("seconds", [0, 0.3], ids=["while it writes", "before it writes"])
def test_what_a_connection_lost_before_the_commit_did_not_write_is_run_again_on_another(
    postgres_database: Database, seconds: float
) -> None:
    ended = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
    )

    def cut() -> list[Query]:
        assert postgres_database.transact(lambda tx: tx.all(ended)) == [(True,)]
        time.sleep(seconds)
        return []

    async def scenario() -> None:
        async with shop(postgres_database, wrap=before_the_end(1, cut)) as opened:
            assert all(isinstance(one, str) for one in await opened.claim(wish("oA"), wish("oB")))
            assert claims_of(opened) == [("claim", "oA"), ("claim", "oB")]
            assert opened.rows(tables.stock, "quantity") == [(8,)]

    run(scenario())


def test_an_answer_is_found_though_the_loop_watches_the_socket_no_longer(postgres_database: Database) -> None:
    one = Query(Statement("one", "SELECT 1", ""), {})

    async def scenario() -> None:
        pipeline = await Pipeline.connect(postgres_database.url, OPTIONS)
        asyncio.get_running_loop().remove_reader(pipeline._socket)
        assert await pipeline.run([one]) == [[(1,)]]
        await pipeline.close()

    run(scenario(), seconds=10)


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03"])
def test_a_conflict_is_run_again_and_claims_once(postgres_database: Database, sqlstate: str) -> None:
    text = f"DO $$ BEGIN RAISE EXCEPTION SQLSTATE '{sqlstate}'; END $$"
    conflict = Query(Statement("conflict", text, ""), {})

    async def scenario() -> None:
        async with shop(postgres_database, wrap=before_the_end(2, lambda: [conflict])) as opened:
            assert len(await opened.claim(wish("oA"))) == 1
            assert claims_of(opened) == [CLAIMED]
            assert opened.rows(tables.stock, "quantity") == [(9,)]

    run(scenario())


def test_a_code_that_another_process_gave_out_meanwhile_is_given_to_nobody_else(postgres_database: Database) -> None:
    taken = {"appid": APPID, "code": FIRST, "scope": "", "card_id": CARD, "openid": "oX", "status": "NORMAL"}
    times = dict.fromkeys(("begin_time", "end_time", "claim_time", "event_time", "status_time"), NOW)
    row = {**taken, **times, "origin": "claim", "outer_str": "", "reason": ""}

    def insert() -> list[Query]:
        postgres_database.transact(lambda tx: tx.run(sa.insert(tables.code).values(**row)))
        return []

    async def scenario() -> None:
        async with shop(postgres_database, wrap=before_the_end(1, insert)) as opened:
            (code,) = await opened.claim(wish("oA"))
            assert code != FIRST
            assert opened.rows(tables.code, "code", "openid") == [(FIRST, "oX"), (code, "oA")]

    run(scenario())


def test_every_statement_works_after_the_first_batch_of_a_connection_failed(postgres_database: Database) -> None:
    async def scenario() -> None:
        async with shop(postgres_database) as opened:
            refused, *others = await opened.claim(wish("oA", outer_str="a\0b"), wish("oB"), wish("oC"))
            assert refused == (-1, "bad_data")
            assert [type(one) for one in others] == [str, str]
            assert claims_of(opened) == [("claim", "oB"), ("claim", "oC")]

    run(scenario())


def test_a_claim_waits_for_another_process_that_writes(sqlite_database: Database) -> None:
    async def scenario() -> None:
        async with shop(sqlite_database) as opened:
            held = threading.Event()
            thread = threading.Thread(target=hold, args=(sqlite_database, held))
            thread.start()
            await asyncio.to_thread(held.wait)
            assert await opened.claim(wish("oA")) == [FIRST]
            thread.join()

    run(scenario())


def hold(database: Database, held: threading.Event) -> None:
    """Keep the write lock for a while."""
    connection = sqlite3.connect(database.settings.sqlite_path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    held.set()
    time.sleep(0.3)
    connection.execute("ROLLBACK")
    connection.close()
