"""Many hands on one gift: it ends once, and the code is in one wallet (design: a state is changed under its lock)."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import card

from kaquan.actions.manage_app import change_app
from kaquan.rules.code import GIFT_SECONDS
from kaquan.store import tables
from kaquan.store.apps import FRESH_SECONDS
from support.api import Api
from support.fleet import Fleet
from support.load import Caller, crowd
from support.run import run

OK, INVALID_CODE, INVALID_CARD, CONSUMED, IN_GIFT, TAKEN, LATE = 0, 40056, 40073, 40099, 40127, 45033, 40079
CALLERS = 16
ROUNDS = 10
KINDS = {"platform": {}, "merchant": {"use_custom_code": True}}
Race = Callable[[list[Caller], str], list[Awaitable[dict[str, Any]]]]


@pytest.fixture(params=KINDS)
def given(request: pytest.FixtureRequest, fleet: Fleet) -> tuple[list[Api], str, str, list[tuple[str, str]]]:
    """Clients, the card, the giver, and (code, gift) of each round."""
    apis = fleet.new_app()
    api = apis[0]
    card_id, ann = api.create_card(card("GROUPON", {"get_limit": 50, **KINDS[request.param]})), api.person("ann")
    brought = [{"code": f"A-{number}"} if KINDS[request.param] else {} for number in range(ROUNDS)]
    codes = [api.claim(card_id, ann, **one) for one in brought]
    gifts = [api.ok("/sandbox/gift", {"openid": ann, "card_id": card_id, "code": code})["gift_id"] for code in codes]
    return apis, card_id, ann, list(zip(codes, gifts, strict=True))


def played(apis: list[Api], rounds: list[Any], race: Callable[[list[Caller], Any], list[Any]]) -> list[list[Any]]:
    """Return the answers of each round, whose calls are made at once."""

    async def scenario() -> list[list[Any]]:
        async with crowd(apis, CALLERS) as callers:
            return [await asyncio.gather(*race(callers, one)) for one in rounds]

    return run(scenario())


def told(fleet: Fleet, appid: str) -> Counter[str]:
    """Return how often each kind of change was recorded."""
    table = tables.journal.c
    kinds = sa.select(table.kind).where(table.appid == appid)
    return Counter(row.kind for row in fleet.database.transact(lambda tx: tx.all(kinds)))


def test_of_many_who_accept_one_gift_exactly_one_gets_the_code(
    fleet: Fleet, given: tuple[list[Api], str, str, list[tuple[str, str]]]
) -> None:
    apis, _, _, rounds = given
    people = apis[0].people(CALLERS)

    def race(callers: list[Caller], one: tuple[str, str]) -> list[Any]:
        pairs = zip(callers, people, strict=True)
        return [caller.post("/sandbox/accept", openid=openid, gift_id=one[1]) for caller, openid in pairs]

    answers = played(apis, rounds, race)
    assert [Counter(one["errcode"] for one in answer) for answer in answers] == [{OK: 1, TAKEN: CALLERS - 1}] * ROUNDS
    assert told(fleet, apis[0].appid)["gift_accept"] == ROUNDS
    won = {one["code"]: people[answer.index(one)] for answer in answers for one in answer if one["errcode"] == OK}
    held = {
        code["code"]: openid
        for openid in people
        for code in apis[0].ok("/card/user/getcardlist", {"openid": openid})["card_list"]
    }
    assert held == won


def test_a_gift_is_accepted_or_taken_back_never_both_and_nobody_consumes_it_twice(
    fleet: Fleet, given: tuple[list[Api], str, str, list[tuple[str, str]]]
) -> None:
    apis, card_id, ann, rounds = given
    bob = apis[0].person("bob")

    def race(callers: list[Caller], one: tuple[str, str]) -> list[Any]:
        code, gift_id = one
        return [
            callers[0].post("/sandbox/accept", openid=bob, gift_id=gift_id),
            callers[1].post("/sandbox/take_back", openid=ann, gift_id=gift_id),
            *(caller.post("/card/code/consume", card_id=card_id, code=code) for caller in callers[2:6]),
        ]

    for accepted, back, *consumed in played(apis, rounds, race):
        ends = (accepted["errcode"], back["errcode"])
        assert ends in {(OK, TAKEN), (INVALID_CARD, OK)}
        uses = Counter(one["errcode"] for one in consumed)
        assert uses[OK] <= 1
        assert set(uses) <= {OK, IN_GIFT, CONSUMED, INVALID_CODE}
        # The platform's code is another one once it is accepted; a merchant's is never unknown.
        assert not (uses[INVALID_CODE] and (accepted.get("code") or "").startswith("A-"))
        assert not (uses[INVALID_CODE] and ends[1] == OK)
    kinds = told(fleet, apis[0].appid)
    assert kinds["gift_accept"] + kinds["gift_return"] == ROUNDS


def test_what_is_over_comes_back_once_whoever_notices_first(
    fleet: Fleet, given: tuple[list[Api], str, str, list[tuple[str, str]]]
) -> None:
    apis, card_id, ann, rounds = given
    bob, appid = apis[0].person("bob"), apis[0].appid
    # As if the gifts had been made a day ago; the servers' own sweeps take part.
    began = sa.update(tables.code).where((tables.code.c.appid == appid) & (tables.code.c.status == "GIFTING"))
    due = sa.update(tables.gift).where(tables.gift.c.appid == appid)

    def age(tx: Any) -> None:
        tx.run(began.values(status_time=tables.code.c.status_time - GIFT_SECONDS))
        tx.run(due.values(due_time=tables.gift.c.due_time - GIFT_SECONDS))

    fleet.database.transact(age)

    def race(callers: list[Caller], one: tuple[str, str]) -> list[Any]:
        code, gift_id = one
        return [
            callers[0].post("/sandbox/accept", openid=bob, gift_id=gift_id),
            callers[1].post("/sandbox/take_back", openid=ann, gift_id=gift_id),
            callers[2].post("/sandbox/clock", advance=1),
            *(caller.post("/card/code/consume", card_id=card_id, code=code) for caller in callers[3:8]),
        ]

    for accepted, back, moved, *consumed in played(apis, rounds, race):
        assert (accepted["errcode"], back["errcode"], moved["errcode"]) == (LATE, OK, OK)
        assert Counter(one["errcode"] for one in consumed) == {OK: 1, CONSUMED: 4}
    kinds = told(fleet, appid)
    assert (kinds["gift_return"], kinds["consume"], kinds["gift_accept"]) == (ROUNDS, ROUNDS, 0)
    assert in_order(fleet, appid)


def in_order(fleet: Fleet, appid: str) -> bool:
    """Tell whether each code came back before it was consumed, with a CreateTime of its own."""
    table = tables.journal
    rows = fleet.database.transact(
        lambda tx: tx.all(sa.select(table).where(table.c.appid == appid).order_by(table.c.id))
    )
    kinds: dict[str, list[Any]] = {}
    for row in rows:
        if row.kind in {"gift_return", "consume"}:
            kinds.setdefault(row.code, []).append(row)
    return all(
        [row.kind for row in found] == ["gift_return", "consume"] and found[0].create_time < found[1].create_time
        for found in kinds.values()
    )


DEPOSIT = {"use_custom_code": True, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT", "sku": {"quantity": 0}}


def test_claims_and_gifts_that_draw_from_one_pool_never_draw_the_same_code(fleet: Fleet) -> None:
    apis = fleet.new_app()
    api, appid = apis[0], apis[0].appid
    fleet.database.transact(lambda tx: change_app(tx, appid, gift_new_code=True))
    card_id = api.create_card(card("GROUPON", {"get_limit": 50, **DEPOSIT}))
    ann, bob = api.person("ann"), api.person("bob")
    api.ok("/card/code/deposit", {"card_id": card_id, "code": [f"D-{number}" for number in range(3 * ROUNDS)]})
    api.ok("/card/modifystock", {"card_id": card_id, "increase_stock_value": 2 * ROUNDS})
    codes = [api.claim(card_id, ann) for _ in range(ROUNDS)]
    gifts = [api.ok("/sandbox/gift", {"openid": ann, "card_id": card_id, "code": code})["gift_id"] for code in codes]
    # Each process follows a change of an account within a second.
    time.sleep(FRESH_SECONDS + 0.2)

    def race(callers: list[Caller], gift_id: str) -> list[Any]:
        return [
            callers[0].post("/sandbox/accept", openid=bob, gift_id=gift_id),
            callers[1].post("/ext/claim", card_id=card_id, openid=ann),
        ]

    answers = [one for answer in played(apis, gifts, race) for one in answer]
    assert {one["errcode"] for one in answers} == {OK}
    assert len({*codes, *(one["code"] for one in answers)}) == 3 * ROUNDS
    assert api.stock(card_id) == {"quantity": 0, "total_quantity": 3 * ROUNDS}
