"""Leased quotas: exact over processes, and without a transaction where units are at hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from kaquan.actions.clear_quota import clear_quota
from kaquan.actions.record import Record
from kaquan.errors import Refusal
from kaquan.rules.quota import Override
from kaquan.store.apps import App, load_app
from kaquan.store.quota import Ask, Quotas, Return, give_back, lease_units, used_of
from kaquan.store.tx import Tx
from support.database import Database
from support.run import run
from support.shop import APPID, Shop, shop

PATH = "/card/code/get"
NOW = 1_700_000_040
MIDNIGHT = 1_699_977_600


class Process:
    """One process's quotas over a store, and how many transactions they made."""

    def __init__(self, opened: Shop) -> None:
        self.transactions = 0
        self.tick = 0.0
        self._store = opened.store
        self.quotas = Quotas(self._write, lambda: self.tick)

    async def _write(self, action: Callable[[Tx], Any]) -> Any:
        self.transactions += 1
        return await self._store.write(action)

    async def call(self, app: App, now: int = NOW) -> bool:
        """Tell whether a call is let through."""
        try:
            await self.quotas.spend(app, PATH, now)
        except Refusal:
            return False
        return True


@asynccontextmanager
async def processes(database: Database, count: int) -> AsyncIterator[list[Process]]:
    """Open so many over one store."""
    async with shop(database) as opened:
        yield [Process(opened) for _ in range(count)]


def app_with(database: Database, **limits: int) -> App:
    """Return the shop's app with these limits alone."""
    app = database.transact(lambda tx: load_app(tx, APPID))
    assert app is not None
    return msgspec.structs.replace(app, quota="none", overrides=(Override(PATH, **limits),))


def used(database: Database, kind: str = "day", start: int = MIDNIGHT) -> int:
    return database.transact(lambda tx: used_of(tx, APPID, PATH, kind, start))


def test_a_quota_lets_exactly_so_many_calls_through_whoever_makes_them(database: Database) -> None:
    async def scenario() -> list[int]:
        async with processes(database, 3) as three:
            app = app_with(database, daily=50)
            calls = [one.call(app) for _ in range(40) for one in three]
            return [sum(await asyncio.gather(*calls)), used(database)]

    assert run(scenario()) == [50, 50]


def test_most_calls_need_no_transaction(database: Database) -> None:
    async def scenario() -> tuple[int, int]:
        async with processes(database, 1) as (one,):
            app = app_with(database, daily=800_000, minute=800_000)
            through = sum([await one.call(app) for _ in range(5000)])
            return through, one.transactions

    assert run(scenario()) == (5000, 5)


def test_processes_that_share_a_large_quota_end_within_a_hundredth_of_it(database: Database) -> None:
    async def scenario() -> int:
        async with processes(database, 2) as (busy, idle):
            app = app_with(database, daily=10_000)
            assert await idle.call(app)
            return 1 + sum([await busy.call(app) for _ in range(11_000)])

    assert 9_900 <= run(scenario()) <= 10_000


def test_a_refused_call_names_the_limit_and_costs_the_other_limits_nothing(database: Database) -> None:
    async def scenario() -> tuple[int, dict[str, Any]]:
        async with processes(database, 1) as (one,):
            app = app_with(database, daily=9, minute=2)
            assert [await one.call(app) for _ in range(4)] == [True, True, False, False]
            with pytest.raises(Refusal) as caught:
                await one.quotas.spend(app, PATH, NOW)
            await one.quotas.close()
            return int(caught.value.errcode), caught.value.facts

    facts = {"appid": APPID, "interface": PATH, "used": 2, "allowed": 2, "span": 60, "resets": NOW + 60, "left": 60}
    assert run(scenario()) == (45011, facts)
    assert (used(database), used(database, "minute", NOW)) == (2, 2)


def test_a_window_that_begins_is_whole_again(database: Database) -> None:
    async def scenario() -> list[bool]:
        async with processes(database, 1) as (one,):
            app = app_with(database, calls=1, seconds=10)
            return [await one.call(app, now) for now in (NOW, NOW + 9, NOW + 10, NOW + 11, NOW + 25)]

    assert run(scenario()) == [True, False, True, False, True]


def test_a_call_that_was_refused_later_gives_its_unit_back(database: Database) -> None:
    async def scenario() -> list[bool]:
        async with processes(database, 1) as (one,):
            app = app_with(database, daily=1)
            one.quotas.undo(await one.quotas.spend(app, PATH, NOW))
            return [await one.call(app), await one.call(app)]

    assert run(scenario()) == [True, False]


def test_a_limit_that_is_changed_counts_what_was_called_before(database: Database) -> None:
    async def scenario() -> list[int]:
        async with processes(database, 1) as (one,):
            large, small, larger = (app_with(database, daily=daily) for daily in (1_000_000, 3, 5))
            found = [sum([await one.call(large) for _ in range(2)])]
            found.append(sum([await one.call(small) for _ in range(4)]))
            found.append(sum([await one.call(larger) for _ in range(4)]))
            return found

    assert run(scenario()) == [2, 1, 2]


def test_a_used_up_quota_is_asked_for_again_after_a_second(database: Database) -> None:
    async def scenario() -> list[Any]:
        async with processes(database, 2) as (one, other):
            app = app_with(database, daily=1)
            found: list[Any] = [await other.call(app), await one.call(app), await one.call(app), one.transactions]
            database.transact(lambda tx: clear_quota(tx, APPID, NOW, Record(iter(range(1, 9)).__next__)))
            found.append(await one.call(app))
            one.tick = 1.0
            return [*found, await one.call(app), await one.call(app)]

    assert run(scenario()) == [True, False, False, 1, False, True, False]


def test_idle_leases_are_given_back_and_all_of_them_at_the_end(database: Database) -> None:
    async def scenario() -> list[int]:
        async with processes(database, 1) as (one,):
            app = app_with(database, daily=8000)
            assert await one.call(app)
            found = [used(database)]
            await one.quotas.sweep()
            found.append(used(database))
            await one.quotas.sweep()
            found.append(used(database))
            assert await one.call(app)
            found.append(used(database))
            await one.quotas.close()
            return [*found, used(database)]

    assert run(scenario()) == [10, 10, 1, 11, 2]


def test_what_comes_back_after_a_clearing_is_not_counted_below_nothing(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database):
            ask = Ask("day", MIDNIGHT, 8000)
            database.transact(lambda tx: lease_units(tx, APPID, PATH, [ask]))
            database.transact(lambda tx: give_back(tx, APPID, [Return(PATH, "day", MIDNIGHT, 11)]))
            assert used(database) == 10
            database.transact(lambda tx: give_back(tx, APPID, [Return(PATH, "day", MIDNIGHT, 10)]))

    run(scenario())
    assert used(database) == 0


def test_counts_of_long_ago_are_forgotten(database: Database) -> None:
    async def scenario() -> None:
        async with processes(database, 1) as (one,):
            app = app_with(database, minute=5)
            for now in (NOW, NOW + 600, NOW + 660):
                assert await one.call(app, now)

    run(scenario())
    assert [used(database, "minute", start) for start in (NOW, NOW + 600, NOW + 660)] == [0, 1, 1]
