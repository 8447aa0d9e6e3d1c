"""Limits hold however many callers come at once (design: a limit is checked in the statement that uses it up)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from card_bodies import card

from kaquan.store import tables
from support.api import Api
from support.fleet import Fleet
from support.load import Caller, crowd
from support.run import run

OK = 0
CODE_CONSUMED = 40099
STOCK_OUT = 45031
GET_LIMIT_REACHED = 45033
USE_LIMIT_REACHED = 72020
CALLERS = 64
IN_STOCK = 10


def errcodes(answers: Iterable[dict[str, Any]]) -> dict[int, int]:
    return dict(Counter(answer["errcode"] for answer in answers))


def test_ten_in_stock_are_given_to_exactly_ten_of_64_callers_200_times(fleet: Fleet) -> None:
    apis = fleet.new_app()
    people = apis[0].people(CALLERS)
    body = card("GROUPON", {"sku": {"quantity": IN_STOCK}, "get_limit": 1})
    cards = [apis[0].create_card(body) for _ in range(200)]

    async def claim_all() -> list[dict[int, int]]:
        async with crowd(apis, CALLERS) as callers:
            return [await claimed(callers, card_id) for card_id in cards]

    async def claimed(callers: list[Caller], card_id: str) -> dict[int, int]:
        calls = (
            caller.post("/ext/claim", card_id=card_id, openid=openid)
            for caller, openid in zip(callers, people, strict=True)
        )
        return errcodes(await asyncio.gather(*calls))

    assert run(claim_all()) == [{OK: IN_STOCK, STOCK_OUT: CALLERS - IN_STOCK}] * len(cards)
    assert kept(fleet, apis[0].appid) == dict.fromkeys(cards, (0, IN_STOCK, IN_STOCK))


def kept(fleet: Fleet, appid: str) -> dict[str, tuple[int, int, int]]:
    """Return per card what is left, how many codes there are, and how many claims were recorded."""
    code, journal, stock = tables.code.c, tables.journal.c, tables.stock.c
    claim = (journal.appid == appid) & (journal.kind == "claim")
    left = pairs(fleet, sa.select(stock.card_id, stock.quantity).where(stock.appid == appid))
    codes = pairs(fleet, sa.select(code.card_id, sa.func.count()).where(code.appid == appid).group_by(code.card_id))
    claims = pairs(fleet, sa.select(journal.card_id, sa.func.count()).where(claim).group_by(journal.card_id))
    return {card_id: (left[card_id], codes[card_id], claims[card_id]) for card_id in left}


def pairs(fleet: Fleet, query: sa.Select[tuple[str, int]]) -> dict[str, int]:
    return {row[0]: row[1] for row in fleet.database.transact(lambda tx: tx.all(query))}


def test_one_code_is_consumed_by_exactly_one_of_50_callers(fleet: Fleet) -> None:
    apis = fleet.new_app()
    card_id = apis[0].create_card(card("GROUPON"))
    codes = [apis[0].claim(card_id, openid) for openid in apis[0].people(40)]

    async def consume_all() -> list[dict[int, int]]:
        async with crowd(apis, 50) as callers:
            return [await consumed(callers, code) for code in codes]

    async def consumed(callers: list[Caller], code: str) -> dict[int, int]:
        return errcodes(await asyncio.gather(*(caller.post("/card/code/consume", code=code) for caller in callers)))

    assert run(consume_all()) == [{OK: 1, CODE_CONSUMED: 49}] * len(codes)


def test_a_person_gets_no_more_than_get_limit_however_many_claims_come_at_once(fleet: Fleet) -> None:
    apis = fleet.new_app()
    card_id = apis[0].create_card(card("GROUPON", {"get_limit": 3}))
    people = apis[0].people(20)

    async def claim_all() -> list[dict[int, int]]:
        async with crowd(apis, 32) as callers:
            return [await claimed(callers, openid) for openid in people]

    async def claimed(callers: list[Caller], openid: str) -> dict[int, int]:
        calls = (caller.post("/ext/claim", card_id=card_id, openid=openid) for caller in callers)
        return errcodes(await asyncio.gather(*calls))

    assert run(claim_all()) == [{OK: 3, GET_LIMIT_REACHED: 29}] * len(people)


def test_a_person_consumes_no_more_than_use_limit_however_many_calls_come_at_once(fleet: Fleet) -> None:
    apis = fleet.new_app()
    card_id = apis[0].create_card(card("GROUPON", {"get_limit": 8, "use_limit": 2}))
    wallets = [codes_of(apis[0], card_id, openid) for openid in apis[0].people(20)]

    async def consume_all() -> list[dict[int, int]]:
        async with crowd(apis, 8) as callers:
            return [await consumed(callers, codes) for codes in wallets]

    async def consumed(callers: list[Caller], codes: list[str]) -> dict[int, int]:
        calls = (caller.post("/card/code/consume", code=code) for caller, code in zip(callers, codes, strict=True))
        return errcodes(await asyncio.gather(*calls))

    assert run(consume_all()) == [{OK: 2, USE_LIMIT_REACHED: 6}] * len(wallets)


def codes_of(api: Api, card_id: str, openid: str) -> list[str]:
    return [api.claim(card_id, openid) for _ in range(8)]
