"""Gifts in the database: who holds what afterwards, what the merchant is told, and what is over by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import NOW

from kaquan.actions.change_code import delete_code, update_code, void_code
from kaquan.actions.consume_code import Consume
from kaquan.actions.deposit_codes import deposit_codes
from kaquan.actions.export_codes import export_codes
from kaquan.actions.find_code import Find
from kaquan.actions.list_wallet import list_wallet
from kaquan.rules.claim import Claim
from kaquan.rules.code import GIFT_SECONDS
from kaquan.store import tables
from support.database import Database
from support.gifts import ANN, BOB, CAT, Gifts
from support.run import run
from support.shop import APPID, CARD, Shop, shop, wish

LATER = NOW + GIFT_SECONDS + 1
CODE = "000000000001"
CUSTOM = {"use_custom_code": True}
GIVEN = ("user_gifting_card", ANN, 1, f"{CODE} 0 1")
GET = "user_get_card"


def play(
    database: Database,
    scenario: Callable[[Gifts], Awaitable[Any]],
    new_code: bool = False,
    **base: Any,
) -> Any:
    """Return what a scenario returns, played in a shop where Ann has claimed a code (A-1 of a merchant's)."""

    async def played() -> Any:
        async with shop(database, **base) as opened:
            custom = "use_custom_code" in base
            claim = Claim(CARD, ANN, NOW, "A-1", "poster") if custom else wish(ANN, outer_str="poster")
            await opened.claim(claim)
            return await scenario(Gifts(opened, new_code))

    return run(played())


async def wallets(opened: Shop) -> dict[str, list[str]]:
    """Return what each person holds."""
    return {
        openid: [code for code, _ in await opened.store.read(lambda tx, one=openid: list_wallet(tx, APPID, one, None))]
        for openid in (ANN, BOB, CAT)
    }


def test_after_a_day_a_code_is_consumed_though_nobody_has_brought_it_back(database: Database) -> None:
    async def scenario(gifts: Gifts) -> Any:
        name = await gifts.give(ANN, CODE, to=BOB)
        assert await gifts.shop.consume(Consume(CODE, NOW + GIFT_SECONDS - 1)) == [(40127, "gifting")]
        assert await gifts.shop.find(Find(CODE)) == [CODE]
        assert await gifts.shop.consume(Consume(CODE, LATER), Consume(CODE, LATER)) == [CODE, (40099, "consumed")]
        assert await gifts.accept(BOB, name, LATER) == (40079, "gift_timed_out")
        assert await gifts.sweep(LATER + 5) == 0
        assert gifts.shop.rows(tables.gift, "status", "end_time") == [("timed_out", LATER)]
        assert gifts.shop.rows(tables.code, "status", "status_time") == [("CONSUMED", LATER)]
        return gifts.told()

    assert play(database, scenario) == [
        (GET, ANN, 0, f"{CODE} 0"),
        ("user_gifting_card", ANN, 1, f"{CODE} 0 {BOB} 0"),
        ("user_gifting_card", ANN, GIFT_SECONDS + 1, f"{CODE} 1 {BOB} 0"),
        ("user_consume_card", ANN, GIFT_SECONDS + 2, CODE),
    ]


def test_the_sweep_brings_back_what_is_due_once(database: Database) -> None:
    async def scenario(gifts: Gifts) -> Any:
        await gifts.give(ANN, CODE)
        found = [await gifts.sweep(NOW + after) for after in (0, GIFT_SECONDS - 1, GIFT_SECONDS, GIFT_SECONDS + 1)]
        assert gifts.shop.rows(tables.code, "status") == [("GIFT_TIMEOUT",)]
        assert await gifts.shop.consume(Consume(CODE, LATER)) == [CODE]
        return found, gifts.told()

    assert play(database, scenario) == (
        [0, 0, 1, 0],
        [
            (GET, ANN, 0, f"{CODE} 0"),
            GIVEN,
            ("user_gifting_card", ANN, GIFT_SECONDS, f"{CODE} 1 1"),
            ("user_consume_card", ANN, GIFT_SECONDS + 1, CODE),
        ],
    )


def test_more_gifts_than_one_transaction_takes_come_back_in_several(database: Database) -> None:
    async def scenario(gifts: Gifts) -> Any:
        codes = [code for code in await gifts.shop.claim(*(wish(ANN) for _ in range(60))) if isinstance(code, str)]
        for code in codes:
            await gifts.give(ANN, code)
        found = [await gifts.sweep(LATER) for _ in range(3)]
        times = [at for event, _, at, _ in gifts.told() if event == "user_gifting_card"]
        assert len(set(times)) == len(times) == 120
        return found

    assert play_many(database, scenario) == [50, 10, 0]


def play_many(database: Database, scenario: Callable[[Gifts], Awaitable[Any]]) -> Any:
    """Return what a scenario returns, played in a shop with many codes."""

    async def played() -> Any:
        async with shop(database, sku={"quantity": 100}, get_limit=100, limit=100) as opened:
            return await scenario(Gifts(opened))

    return run(played())


Late = Callable[[Gifts], Awaitable[Any]]
LATE: dict[str, Late] = {
    "unavailable": lambda gifts: gifts.act(
        lambda tx, record: void_code(tx, APPID, "A-1", CARD, "", LATER, record),
    ),
    "update": lambda gifts: gifts.act(
        lambda tx, record: update_code(tx, APPID, "A-1", CARD, "B-1", LATER, record),
    ),
    "same text": lambda gifts: gifts.act(
        lambda tx, record: update_code(tx, APPID, "A-1", CARD, "A-1", LATER, record),
    ),
    "delete": lambda gifts: gifts.act(
        lambda tx, record: delete_code(tx, APPID, ANN, "A-1", CARD, LATER, record),
    ),
    "give": lambda gifts: gifts.give(ANN, "A-1", LATER, BOB),
    "take back": lambda gifts: gifts.take_back(ANN, "gift-1", LATER),
}


@pytest.mark.parametrize("name", LATE)
def test_whatever_is_done_with_a_code_that_is_over_brings_it_back_first(database: Database, name: str) -> None:
    async def scenario(gifts: Gifts) -> Any:
        await gifts.give(ANN, "A-1", to=CAT)
        assert await LATE[name](gifts) in {None, "gift-2"}
        assert await gifts.sweep(LATER) == 0
        assert gifts.shop.rows(tables.gift, "status")[0] == ("timed_out",)
        return gifts.told()[2]

    back = ("user_gifting_card", ANN, GIFT_SECONDS + 1, f"A-1 1 {CAT} 0")
    assert play(database, scenario, **CUSTOM) == back


def test_a_code_of_the_platform_becomes_another_one(database: Database) -> None:
    async def scenario(gifts: Gifts) -> Any:
        opened = gifts.shop
        said = {"ticket": '{"zone":"A"}'}
        await opened.store.write(lambda tx: tx.run(sa.update(tables.code).values(said).where(MINE)))
        code = await gifts.accept(BOB, await gifts.give(ANN, CODE))
        columns = ("code", "openid", "status", "origin", "outer_str", "ticket", "begin_time", "end_time")
        old, new = opened.rows(tables.code, *columns)
        assert old[:6] == (CODE, ANN, "GIFT_SUCC", "claim", "poster", "")
        assert new[:6] == (code, BOB, "NORMAL", "gift", "poster", '{"zone":"A"}')
        assert old[6:] == new[6:]
        assert await opened.consume(Consume(CODE, NOW), Consume(code, NOW)) == [(40056, "given_away"), code]
        assert opened.rows(tables.stock, "quantity", "total_quantity") == [(9, 10)]
        return await wallets(opened), gifts.told()

    new = "900000000001"
    assert play(database, scenario) == (
        {ANN: [], BOB: [], CAT: []},
        [
            (GET, ANN, 0, f"{CODE} 0"),
            GIVEN,
            (GET, BOB, 0, f"{new} 1 {ANN} {CODE}"),
            ("user_consume_card", BOB, 1, new),
        ],
    )


MINE = tables.code.c.appid == APPID


def test_a_merchants_code_stays_and_the_giver_keeps_a_line_of_it(database: Database) -> None:
    async def scenario(gifts: Gifts) -> Any:
        opened = gifts.shop
        assert await gifts.accept(BOB, await gifts.give(ANN, "A-1")) == "A-1"
        assert await wallets(opened) == {ANN: [], BOB: ["A-1"], CAT: []}
        assert await gifts.accept(CAT, await gifts.give(BOB, "A-1")) == "A-1"
        assert await gifts.accept(ANN, await gifts.give(CAT, "A-1")) == "A-1"
        assert await wallets(opened) == {ANN: ["A-1"], BOB: [], CAT: []}
        # The claim counts for the claimer alone, and each event has a second of its own.
        claims = await opened.claim(Claim(CARD, ANN, NOW, "A-2"), Claim(CARD, BOB, NOW, "A-3"))
        assert claims == [(45033, "get_limit"), "A-3"]
        exported = await opened.store.read(
            lambda tx: [row for page in export_codes(tx, APPID, CARD, NOW) for row in page]
        )
        assert [(code, state, openid) for code, state, openid, _ in exported] == [
            ("A-1", "NORMAL", ANN),
            ("A-3", "NORMAL", BOB),
        ]
        times = [(openid, at) for _, openid, at, _ in gifts.told()]
        assert len(times) == len(set(times))
        return await opened.consume(Consume("A-1", NOW, CARD))

    assert play(database, scenario, **CUSTOM, get_limit=1) == ["A-1"]


def test_a_merchants_code_becomes_another_one_where_the_app_wants_that(database: Database) -> None:
    async def scenario(gifts: Gifts) -> Any:
        code = await gifts.accept(BOB, await gifts.give(ANN, "A-1"))
        assert gifts.shop.rows(tables.code, "code", "scope", "status") == [
            (code, CARD, "NORMAL"),
            ("A-1", CARD, "GIFT_SUCC"),
        ]
        return await gifts.shop.consume(Consume("A-1", NOW, CARD), Consume(code, NOW, CARD))

    assert play(database, scenario, new_code=True, **CUSTOM) == [(40056, "given_away"), "900000000001"]


DEPOSIT: dict[str, Any] = {**CUSTOM, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT", "sku": {"quantity": 0}}


def test_a_deposited_code_becomes_one_that_no_stock_was_raised_for(database: Database) -> None:
    async def played() -> Any:
        async with shop(database, new_pick=lambda: 0, **DEPOSIT) as opened:
            gifts = Gifts(opened, new_code=True)

            def prepare(tx: Any, record: Any) -> None:
                deposit_codes(tx, APPID, CARD, ["D-1", "D-2", "D-3"], [1, 2, 3], NOW, record)
                tx.run(
                    sa.update(tables.stock).where(tables.stock.c.appid == APPID).values(quantity=2, total_quantity=2)
                )

            await gifts.act(prepare)
            (code,) = await opened.claim(wish(ANN))
            # One is spare: the first gift takes it, the second finds none and leaves the code what it is.
            other = await gifts.accept(BOB, await gifts.give(ANN, code), pick=3)
            same = await gifts.accept(CAT, await gifts.give(BOB, other))
            last = await opened.claim(wish(ANN), wish(BOB))
            stock = opened.rows(tables.stock, "quantity", "total_quantity", "deposited")
            return code, other, same, last, stock, opened.rows(tables.pool, "code", "taken")

    code, other, same, last, stock, pool = run(played())
    assert (other, same) == ("D-3", "D-3")
    assert sorted([code, last[0], other]) == ["D-1", "D-2", "D-3"]
    assert last[1] == (45031, "pool_empty")
    assert stock == [(0, 3, 3)]
    assert pool == [("D-1", True), ("D-2", True), ("D-3", True)]


def test_a_code_that_is_drawn_a_second_time_is_drawn_again(database: Database) -> None:
    async def scenario(gifts: Gifts) -> Any:
        gifts.codes = iter([CODE, CODE, "900000000009"])
        return await gifts.accept(BOB, await gifts.give(ANN, CODE))

    assert play(database, scenario) == "900000000009"


def test_onward_gifts_name_the_code_before(database: Database) -> None:
    async def scenario(gifts: Gifts) -> Any:
        second = await gifts.accept(BOB, await gifts.give(ANN, CODE))
        third = await gifts.accept(CAT, await gifts.give(BOB, second))
        assert await gifts.accept(ANN, await gifts.give(CAT, third)) == "900000000003"
        return [said for event, _, _, said in gifts.told() if event == GET]

    assert play(database, scenario) == [
        f"{CODE} 0",
        f"900000000001 1 {ANN} {CODE}",
        f"900000000002 1 {BOB} 900000000001",
        f"900000000003 1 {CAT} 900000000002",
    ]


def test_a_range_of_days_that_was_widened_counts_for_a_gift(database: Database) -> None:
    async def scenario(gifts: Gifts) -> Any:
        ended = {"begin_time": 1, "end_time": 2}
        await gifts.shop.store.write(lambda tx: tx.run(sa.update(tables.code).where(MINE).values(ended)))
        name = await gifts.give(ANN, CODE)
        return await gifts.accept(BOB, name)

    range_of_days = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": NOW - 9, "end_timestamp": LATER}
    assert play(database, scenario, date_info=range_of_days) == "900000000001"
