"""The hot commands on both databases: what is written, who is refused, and what happens to the neighbours."""

from __future__ import annotations

import itertools

import msgspec
from card_bodies import NOW

from kaquan.actions.consume_code import Consume
from kaquan.actions.find_code import Find
from kaquan.store import tables
from support.database import Database
from support.run import run
from support.shop import CARD, counted, fields, shop, wish

FIRST, SECOND, THIRD = (f"{number:012d}" for number in (1, 2, 3))
STOCK_OUT = (45031, "stock_empty")
UNKNOWN_CARD = (40073, "unknown")
BAD_DATA = (-1, "bad_data")


def test_a_claim_writes_code_stock_journal_and_event_in_one_transaction(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database) as opened:
            assert await opened.claim(wish("oA", outer_str="door")) == [FIRST]
            code = ("code", "scope", "card_id", "openid", "status", "origin", "claim_time", "event_time", "outer_str")
            assert opened.rows(tables.code, *code) == [
                (FIRST, "", CARD, "oA", "NORMAL", "claim", NOW, NOW, "door"),
            ]
            assert opened.rows(tables.stock, "quantity", "total_quantity") == [(9, 10)]
            assert opened.rows(tables.journal, "kind", "event", "create_time", "openid", "card_id", "code") == [
                ("create", "", NOW, "", CARD, ""),
                ("claim", "user_get_card", NOW, "oA", CARD, FIRST),
            ]
            assert opened.rows(tables.outbox, "openid", "due_time", "attempts") == [("oA", 0, 0)]

    run(scenario())


def test_a_consumption_writes_state_journal_and_event_in_one_transaction(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database) as opened:
            await opened.claim(wish("oA"))
            assert await opened.consume(Consume(FIRST, NOW + 60)) == [FIRST]
            assert opened.rows(tables.code, "code", "status", "status_time", "event_time") == [
                (FIRST, "CONSUMED", NOW + 60, NOW + 60)
            ]
            assert opened.rows(tables.journal, "kind", "event", "create_time", "code")[1:] == [
                ("claim", "user_get_card", NOW, FIRST),
                ("consume", "user_consume_card", NOW + 60, FIRST),
            ]

    run(scenario())


def test_who_redeems_a_code_of_their_own_tells_what_was_typed_and_touches_no_others(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database) as opened:
            await opened.claim(wish("oA"))
            mine = Consume(FIRST, NOW, CARD, openid="oA", verify_code="0123", remark_amount="1250")
            others = msgspec.structs.replace(mine, openid="oB")
            assert await opened.consume(others, mine, mine) == [(40056, "other_holder"), FIRST, (40099, "consumed")]
            (told,) = [
                fields(text) for event, text in opened.rows(tables.journal, "event", "fields") if "cons" in event
            ]
            assert (told["ConsumeSource"], told["VerifyCode"], told["RemarkAmount"]) == ("FROM_API", "0123", "1250")

    run(scenario())


def test_one_refused_claim_leaves_its_neighbours_their_codes(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, get_limit=1) as opened:
            first, *refused, last = await opened.claim(wish("oA"), wish("oB", "pNone"), wish("oA"), wish("oC"))
            assert refused == [(40073, "unknown"), (45033, "get_limit")]
            assert dict(opened.rows(tables.code, "openid", "code")) == {"oA": first, "oC": last}
            assert opened.rows(tables.stock, "quantity") == [(8,)]

    run(scenario())


def test_the_last_of_the_stock_goes_to_those_who_came_first(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, limit=4) as opened:
            outcomes = await opened.claim(*(wish(f"o{number:02d}") for number in range(12)))
            assert outcomes == [f"{number:012d}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)] + [STOCK_OUT] * 2
            assert opened.rows(tables.stock, "quantity") == [(0,)]

    run(scenario())


def test_two_consumptions_of_one_code_in_one_batch_are_one(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database) as opened:
            await opened.claim(wish("oA"))
            commands = (Consume(FIRST, NOW), Consume("0", NOW), Consume(FIRST, NOW))
            assert await opened.consume(*commands) == [FIRST, (40056, "unknown"), (40099, "consumed")]
            assert [row for row in opened.rows(tables.journal, "kind") if row == ("consume",)] == [("consume",)]

    run(scenario())


def test_a_look_up_sees_what_was_committed(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database) as opened:
            await opened.claim(wish("oA"))
            assert await opened.find(Find(FIRST), Find("0"), Find(FIRST, CARD)) == [FIRST, (40056, "unknown"), FIRST]

    run(scenario())


def test_equal_random_codes_become_different_ones(database: Database) -> None:
    numbers = itertools.count()

    def each_three_times() -> str:
        return f"{next(numbers) // 3:012d}"

    async def scenario() -> None:
        async with shop(database, new_code=each_three_times) as opened:
            codes = [await opened.claim(wish("oA"), wish("oB")), await opened.claim(wish("oC"), wish("oD"))]
            given = dict(zip(("oA", "oB", "oC", "oD"), codes[0] + codes[1], strict=True))
            assert dict(opened.rows(tables.code, "openid", "code")) == given
            assert len(set(given.values())) == 4

    run(scenario())


def test_a_value_that_no_database_can_hold_fails_alone(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database) as opened:
            wishes = [wish(f"o{number}") for number in range(8)]
            wishes[5] = wish("o5", outer_str="half a pair \ud800")
            outcomes = await opened.claim(*wishes)
            assert outcomes[5] == BAD_DATA
            assert len({one for one in outcomes if isinstance(one, str)}) == 7
            assert opened.rows(tables.stock, "quantity") == [(3,)]
            # The connection is as good as before.
            assert len(await opened.claim(wish("oA"))) == 1
            assert opened.rows(tables.stock, "quantity") == [(2,)]

    run(scenario())


def test_a_text_with_nul_fails_alone_or_not_at_all(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database) as opened:
            outcomes = await opened.claim(wish("oA"), wish("oB", outer_str="a\0b"), wish("oC"))
            assert outcomes[1] == BAD_DATA if database.dialect == "postgresql" else isinstance(outcomes[1], str)
            assert [isinstance(one, str) for one in (outcomes[0], outcomes[2])] == [True, True]
            assert isinstance((await opened.claim(wish("oD")))[0], str)

    run(scenario())


def test_events_of_one_person_have_a_second_each(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, get_limit=3) as opened:
            await opened.claim(wish("oA"), wish("oA"))
            await opened.claim(wish("oA"))
            await opened.consume(Consume(FIRST, NOW), Consume(SECOND, NOW))
            times = opened.rows(tables.journal, "openid", "create_time")[1:]
            assert times == [("oA", NOW + later) for later in range(5)]

    run(scenario())


def test_a_new_code_counts_on() -> None:
    new_code = counted()
    assert [new_code(), new_code()] == [FIRST, SECOND]
