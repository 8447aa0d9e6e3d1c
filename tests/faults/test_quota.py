"""Quotas hold over processes, and a killed server costs next to nothing of them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

import sqlalchemy as sa

from cli.command import of, printed
from kaquan.store import tables
from support.api import Api
from support.database import Database
from support.load import crowd
from support.run import run
from support.server import Server

PATH = "/card/batchget"
LIMIT = 1000
CALLERS = 48
TRIED = 1500
OK, DAILY = 0, 45009


def limited(server: Server, daily: int) -> Api:
    """Return a new account with this quota a day."""
    api = server.new_app()
    printed("app", "quota", api.appid, "--path", PATH, "--daily", daily, **of(server.database))
    return api


def calls(api: Api, count: int) -> dict[int, int]:
    """Return how often each errcode was the answer."""

    async def made() -> Counter[int]:
        async with crowd([api], CALLERS) as callers:
            asked = iter(range(count))

            async def call(caller: int) -> list[int]:
                return [(await callers[caller].post(PATH, offset=0, count=1))["errcode"] for _ in asked]

            found = await asyncio.gather(*(call(caller) for caller in range(CALLERS)))
            return Counter(errcode for one in found for errcode in one)

    return dict(run(made()))


def test_two_processes_let_a_quota_of_1000_through_within_a_hundredth(database: Database) -> None:
    with Server(database, workers=2) as server:
        found = calls(limited(server, LIMIT), TRIED)
    assert found.keys() == {OK, DAILY}
    assert LIMIT * 0.99 <= found[OK] <= LIMIT


def test_two_processes_let_a_large_quota_through_within_a_hundredth(database: Database) -> None:
    with Server(database, workers=2) as server:
        found = calls(limited(server, 8000), 9000)
    assert 8000 * 0.99 <= found[OK] <= 8000


def test_kill_9_keeps_the_count(database: Database) -> None:
    with Server(database) as server:
        api = limited(server, 8000)
        passed = calls(api, 3000)[OK]
        server.kill()
        server.start()
        again = Api(server.base_url, api.appid, api.secret)
        passed += calls(again, 6000)[OK]
    assert 8000 * 0.99 <= passed <= 8000


def test_a_server_that_stops_gives_back_what_it_did_not_use(database: Database) -> None:
    with Server(database) as server:
        api = limited(server, 80_000)
        assert calls(api, 60) == {OK: 60}
        server.stop()
    table = tables.quota_use.c
    counted = sa.select(table.used).where((table.appid == api.appid) & (table.path == PATH))
    assert database.transact(lambda tx: tx.all(counted)) == [(60,)]


def test_an_override_and_a_clearing_are_followed_within_a_second_by_every_process(database: Database) -> None:
    with Server(database, workers=2) as server:
        api = limited(server, 1)
        assert calls(api, 200)[OK] == 1
        api.ok("/cgi-bin/clear_quota", {"appid": api.appid})
        time.sleep(1.1)
        assert calls(api, 200)[OK] == 1
        printed("app", "quota", api.appid, "--default", **of(server.database))
        time.sleep(1.1)
        assert calls(api, 200) == {OK: 200}
