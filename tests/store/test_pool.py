"""Deposited codes on both databases: each is handed out once, at random, and none is lost."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import NOW

from kaquan.actions.change_code import update_code
from kaquan.actions.change_stock import change_stock
from kaquan.actions.deposit_codes import Deposited, deposit_codes
from kaquan.actions.record import Record
from kaquan.errors import Refusal
from kaquan.sources import new_picks
from kaquan.store import statements as sql
from kaquan.store import tables
from kaquan.store.schema import open_engine
from kaquan.store.tx import Tx
from support.database import Database
from support.run import run
from support.shop import APPID, CARD, Shop, shop, wish

DEPOSIT: dict[str, Any] = {
    "use_custom_code": True,
    "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT",
    "sku": {"quantity": 0},
    "get_limit": 1000,
}
EMPTY = (45031, "pool_empty")
new_id = itertools.count(1 << 40).__next__


def names(count: int) -> list[str]:
    """Return codes in the order in which they are deposited."""
    return [f"{number:05d}" for number in range(count)]


def deposit(tx: Tx, codes: list[str]) -> Deposited:
    return deposit_codes(tx, APPID, CARD, codes, new_picks(len(codes)), NOW, Record(new_id))


def place_five(tx: Tx) -> None:
    """Deposit five codes at places that are known."""
    deposit_codes(tx, APPID, CARD, names(5), [10, 20, 60, 80, 90], NOW, Record(new_id))


def raise_stock(tx: Tx, count: int) -> None:
    change_stock(tx, APPID, CARD, count, 0, NOW, Record(new_id))


def stocked(opened: Shop, count: int) -> list[str]:
    """Deposit so many codes, put them in the stock and return them."""
    codes = names(count)
    assert opened.database.transact(lambda tx: deposit(tx, codes)).new == codes
    opened.database.transact(lambda tx: raise_stock(tx, count))
    return codes


def people(count: int, name: str = "o") -> list[Any]:
    return [wish(f"{name}{number}") for number in range(count)]


def test_every_code_is_given_once_and_then_no_more(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, limit=7, **DEPOSIT) as opened:
            codes = stocked(opened, 40)
            outcomes = await opened.claim(*people(50))
            assert sorted(outcomes[:40]) == codes
            assert outcomes[40:] == [EMPTY] * 10
            assert opened.rows(tables.pool, "code", "taken") == [(code, True) for code in codes]
            assert opened.rows(tables.stock, "quantity", "total_quantity", "deposited") == [(0, 40, 40)]
            rows = opened.rows(tables.code, "code", "scope", "openid")
            assert rows == sorted((code, CARD, f"o{number}") for number, code in enumerate(outcomes[:40]))

    run(scenario())


def test_codes_come_in_another_order_each_time_and_not_in_that_of_their_deposit(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, limit=10, **DEPOSIT) as opened:
            codes = stocked(opened, 60)
            # One after another, then together: a batch takes neighbours, whose places are random.
            given = [(await opened.claim(one))[0] for one in people(30)]
            given += await opened.claim(*people(30, "p"))
            assert sorted(given) == codes
            rising = sum(one < other for one, other in itertools.pairwise(given))
            assert 10 < rising < 50

    run(scenario())


def test_the_stock_decides_how_many_of_the_deposited_codes_are_given(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, **DEPOSIT) as opened:
            opened.database.transact(lambda tx: deposit(tx, names(10)))
            assert await opened.claim(wish("oA")) == [(45031, "stock_not_raised")]
            opened.database.transact(lambda tx: raise_stock(tx, 3))
            outcomes = await opened.claim(*people(5))
            assert len(set(outcomes[:3])) == 3
            assert outcomes[3:] == [(45031, "stock_not_raised")] * 2
            assert refused(opened, lambda tx: raise_stock(tx, 8)) == (40136, "more_than_deposited")
            opened.database.transact(lambda tx: raise_stock(tx, 7))
            assert sorted(outcomes[:3] + await opened.claim(*people(7))) == names(10)

    run(scenario())


def refused(opened: Shop, action: Callable[[Tx], object]) -> tuple[int, str]:
    """Return errcode and cause of an action that is refused."""
    with pytest.raises(Refusal) as caught:
        opened.database.transact(action)
    return int(caught.value.errcode), caught.value.cause


def test_a_refused_claim_takes_no_code(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, **{**DEPOSIT, "get_limit": 1}) as opened:
            codes = stocked(opened, 4)
            first, again, other = await opened.claim(wish("oA"), wish("oA"), wish("oB"))
            assert again == (45033, "get_limit")
            taken = [code for code, taken in opened.rows(tables.pool, "code", "taken") if taken]
            assert taken == sorted([first, other])
            assert sorted([first, other, *await opened.claim(*people(2))]) == codes

    run(scenario())


def test_a_claim_that_starts_at_the_end_of_the_pool_goes_on_at_its_begin(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, limit=6, new_pick=lambda: 70, **DEPOSIT) as opened:
            opened.database.transact(place_five)
            opened.database.transact(lambda tx: raise_stock(tx, 5))
            assert sorted(await opened.claim(*people(4))) == ["00000", "00001", "00003", "00004"]

    run(scenario())


def test_a_pool_that_holds_less_than_its_stock_gives_what_it_has(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, **DEPOSIT) as opened:
            stocked(opened, 3)
            lost = sa.delete(tables.pool).where((tables.pool.c.appid == APPID) & (tables.pool.c.code == "00001"))
            opened.database.transact(lambda tx: tx.run(lost))
            outcomes = await opened.claim(*people(3))
            assert sorted(outcomes[:2]) == ["00000", "00002"]
            assert outcomes[2] == EMPTY

    run(scenario())


def test_a_code_that_was_out_once_is_never_given_again(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, **DEPOSIT) as opened:
            stocked(opened, 2)
            first, second = await opened.claim(*people(2))
            opened.database.transact(lambda tx: update_code(tx, APPID, first, CARD, "new", NOW, Record(new_id)))
            again = opened.database.transact(lambda tx: deposit(tx, [first, second, "new", "other"]))
            assert (again.new, again.known) == (["other"], [first, second, "new"])
            assert opened.rows(tables.stock, "deposited") == [(3,)]

    run(scenario())


@pytest.mark.parametrize("filled", [0, 5000])
def test_a_claim_reads_the_free_codes_from_their_index_alone(database: Database, filled: int) -> None:
    async def scenario() -> None:
        async with shop(database, **DEPOSIT) as opened:
            opened.database.transact(lambda tx: deposit(tx, names(filled)))
            plan = explained(opened.database)
            assert plan.count("ix_pool_appid_card_id_pick") == 2, plan
            assert [word for word in ("Seq Scan", "Sort", "SCAN pool", "TEMP B-TREE") if word in plan] == [], plan

    run(scenario())


def explained(database: Database) -> str:
    """Return how the statement that takes from the pool is carried out with parameters that are not known before."""
    values = {"appid": APPID, "card": CARD, "start": 1 << 62, "count": 9}
    if database.dialect == "sqlite":
        return raw_rows(database, [(f"EXPLAIN QUERY PLAN {sql.POOL.sqlite}", values)])
    text = sql.POOL.postgresql
    for position, name in enumerate(values, 1):
        text = text.replace(f"%({name})s", f"${position}")
    return raw_rows(
        database,
        [
            ("SET plan_cache_mode = force_generic_plan", {}),
            ("SET enable_seqscan = off", {}),
            (f"PREPARE pooled AS {text}", {}),
            (f"EXPLAIN EXECUTE pooled('{APPID}', '{CARD}', 1, 9)", {}),
        ],
    )


def raw_rows(database: Database, statements: list[tuple[str, dict[str, Any]]]) -> str:
    engine = open_engine(database.settings)
    try:
        with engine.begin() as connection:
            for text, values in statements:
                done = connection.exec_driver_sql(text, values or ())
            return "\n".join(str(row) for row in done.all())
    finally:
        engine.dispose()
