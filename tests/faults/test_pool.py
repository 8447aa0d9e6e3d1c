"""Deposited codes under attack: each is given exactly once, whoever comes, and whatever is deposited meanwhile."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import card

from kaquan.store import tables
from support.api import Api
from support.fleet import Fleet
from support.load import Caller, crowd
from support.run import run

OK = 0
STOCK_OUT = 45031
CALLERS = 64
POOL = 25
BODY = card(
    "GROUPON",
    {
        "use_custom_code": True,
        "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT",
        "sku": {"quantity": 0},
        "get_limit": 1_000_000,
    },
)
# Three blocks.
IMPORTED = 30_000
# What a claim may wait for while a file is imported; a block takes a fraction of a second.
PATIENCE_SECONDS = 5.0


def names(count: int, first: str = "") -> list[str]:
    return [f"{first}{number:05d}" for number in range(count)]


def deposit(api: Api, card_id: str, codes: list[str]) -> None:
    """Deposit codes and raise the stock by as many."""
    for start in range(0, len(codes), 100):
        part = codes[start : start + 100]
        assert api.ok("/card/code/deposit", {"card_id": card_id, "code": part})["succ_code"] == part
    api.ok("/card/modifystock", {"card_id": card_id, "increase_stock_value": len(codes)})


def test_all_codes_of_a_small_pool_go_to_64_callers_each_once_50_times(fleet: Fleet) -> None:
    apis = fleet.new_app()
    people = apis[0].people(CALLERS)
    cards = [apis[0].create_card(BODY) for _ in range(50)]
    for card_id in cards:
        deposit(apis[0], card_id, names(POOL))

    async def claim_all() -> list[list[dict[str, Any]]]:
        async with crowd(apis, CALLERS) as callers:
            return [await claimed(callers, card_id) for card_id in cards]

    async def claimed(callers: list[Caller], card_id: str) -> list[dict[str, Any]]:
        pairs = zip(callers, people, strict=True)
        return await asyncio.gather(*(one.post("/ext/claim", card_id=card_id, openid=who) for one, who in pairs))

    rounds = run(claim_all())
    given = [[one["code"] for one in answers if one["errcode"] == OK] for answers in rounds]
    refused = [Counter(one["errcode"] for one in answers if one["errcode"]) for answers in rounds]
    assert [sorted(codes) for codes in given] == [names(POOL)] * len(cards)
    assert refused == [{STOCK_OUT: CALLERS - POOL}] * len(cards)
    assert len({tuple(codes) for codes in given}) > len(cards) // 2
    assert {card_id: kept(fleet, apis[0].appid, card_id) for card_id in cards} == dict.fromkeys(cards, names(POOL))


def kept(fleet: Fleet, appid: str, card_id: str) -> list[str]:
    """Return the codes of a card that are in somebody's hands, after comparing them with the pool and the stock."""
    code, pool, stock = tables.code.c, tables.pool.c, tables.stock.c
    held = sa.select(code.code).where((code.appid == appid) & (code.card_id == card_id))
    taken = sa.select(pool.code).where((pool.appid == appid) & (pool.card_id == card_id) & pool.taken)
    left = sa.select(stock.quantity, stock.total_quantity).where((stock.appid == appid) & (stock.card_id == card_id))
    codes, marked = texts(fleet, held), texts(fleet, taken)
    row = fleet.database.transact(lambda tx: tx.one(left))
    assert row is not None
    assert codes == marked
    assert len(codes) == row.total_quantity - row.quantity
    return codes


def texts(fleet: Fleet, query: sa.Select[tuple[str]]) -> list[str]:
    return sorted(row[0] for row in fleet.database.transact(lambda tx: tx.all(query)))


async def live(caller: Caller, card_id: str, openid: str, given: list[str], end: asyncio.Event, last: bool) -> float:
    """Claim until the end, keep what was given, and return the longest that a claim took.

    Args:
        last: go on behind the end until nothing is left.
    """
    longest, left, ended = 0.0, True, False
    while not ended or (last and left):
        # Asked before the claim: what is deposited before the end is there for it.
        ended = end.is_set()
        started = time.monotonic()
        answer = await caller.post("/ext/claim", card_id=card_id, openid=openid)
        longest = max(longest, time.monotonic() - started)
        assert answer["errcode"] in {OK, STOCK_OUT}, answer
        left = answer["errcode"] == OK
        if left:
            given.append(answer["code"])
        else:
            await asyncio.sleep(0.01)
    return longest


def test_codes_deposited_while_claims_run_are_all_given_once(fleet: Fleet) -> None:
    apis = fleet.new_app()
    people, card_id, given = apis[0].people(16), apis[0].create_card(BODY), list[str]()

    async def scenario() -> None:
        end = asyncio.Event()
        async with crowd(apis, len(people)) as callers:
            pairs = zip(callers, people, strict=True)
            work = [asyncio.create_task(live(one, card_id, who, given, end, last=True)) for one, who in pairs]
            for number in range(20):
                await asyncio.to_thread(deposit, apis[number % len(apis)], card_id, names(40, f"{number}-"))
            end.set()
            await asyncio.gather(*work)

    run(scenario())
    assert len(given) == 800
    assert sorted(given) == kept(fleet, apis[0].appid, card_id)


@pytest.mark.parametrize("fleet", [1], ids=["one process"], indirect=True)
def test_a_file_is_imported_while_claims_run_and_none_waits_long(fleet: Fleet, tmp_path: Path) -> None:
    apis = fleet.new_app()
    people, card_id, given = apis[0].people(16), apis[0].create_card(BODY), list[str]()
    deposit(apis[0], card_id, names(200, "first-"))
    (tmp_path / "codes.csv").write_text("\n".join(names(IMPORTED)))

    async def scenario() -> float:
        end = asyncio.Event()
        async with crowd(apis, len(people)) as callers:
            pairs = zip(callers, people, strict=True)
            work = [asyncio.create_task(live(one, card_id, who, given, end, last=False)) for one, who in pairs]
            out = await asyncio.to_thread(import_file, fleet, card_id, tmp_path / "codes.csv")
            assert out.startswith(f"imported {IMPORTED}, duplicate 0, refused 0"), out
            end.set()
            return max(await asyncio.gather(*work))

    assert run(scenario()) < PATIENCE_SECONDS
    assert len(given) > 200
    assert sorted(given) == kept(fleet, apis[0].appid, card_id)


def import_file(fleet: Fleet, card_id: str, file: Path) -> str:
    """Run the command in a process beside the server and return what it prints."""
    command = [sys.executable, "-m", "kaquan", "codes", "import", card_id, str(file), "--stock"]
    environment = {**os.environ, "KAQUAN_DATABASE_URL": fleet.database.url}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True).stdout
