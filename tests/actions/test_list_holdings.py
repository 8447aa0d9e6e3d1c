"""What a person holds, page by page, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import NOW

from kaquan.actions.list_holdings import Held, Place, list_holdings, load_holding
from kaquan.rules import code as rule
from kaquan.store import tables
from kaquan.store.tx import Tx
from support.database import Database
from support.shop import APPID, CARD, furnish

ME, OTHER = "oMe", "oOther"
DAY = 86400


@pytest.fixture
def shop(database: Database) -> Database:
    """A database with an app and its card."""
    database.transact(lambda tx: furnish(tx, {"sku": {"quantity": 10}}))
    return database


def put(shop: Database, code: str, openid: str = ME, status: str = "NORMAL", claimed: int = NOW, **more: Any) -> None:
    """Put a code into somebody's hands."""
    row = {
        "appid": APPID,
        "code": code,
        "scope": "",
        "card_id": CARD,
        "openid": openid,
        "status": status,
        "origin": "",
        "begin_time": NOW - DAY,
        "end_time": NOW + DAY,
        "claim_time": claimed,
        "event_time": claimed,
        "status_time": claimed,
        "outer_str": "",
        "reason": "",
        **more,
    }
    shop.transact(lambda tx: tx.run(sa.insert(tables.code).values(**row)))


def listed(shop: Database, kept: bool = True, after: Place | None = None, count: int = 50) -> list[Held]:
    return shop.transact(lambda tx: list_holdings(tx, APPID, ME, kept, NOW, after, count))


def codes(held: list[Held]) -> list[str]:
    return [one.code.code for one in held]


def test_each_state_stands_on_its_list_or_on_none(shop: Database) -> None:
    states: dict[str, dict[str, Any]] = {
        "NORMAL": {},
        "GIFT_TIMEOUT": {"status": "GIFT_TIMEOUT"},
        "NOT_BEGUN": {"begin_time": NOW + 1},
        "GIFTING": {"status": "GIFTING"},
        "EXPIRE": {"end_time": NOW - 1},
        "given": {"status": "GIFTING", "end_time": NOW - 1},
        "back": {"status": "GIFTING", "claimed": NOW - DAY},
        "over": {"status": "GIFTING", "claimed": NOW - DAY, "end_time": NOW - 1},
        "CONSUMED": {"status": "CONSUMED"},
        "UNAVAILABLE": {"status": "UNAVAILABLE"},
        "DELETE": {"status": "DELETE"},
        "GIFT_SUCC": {"status": "GIFT_SUCC"},
    }
    for name, values in states.items():
        put(shop, name, **values)
    put(shop, "others", openid=OTHER)
    kept, ended = listed(shop), listed(shop, kept=False)
    stands = {"given": "GIFTING", "back": "GIFT_TIMEOUT", "over": "EXPIRE"}
    assert {one.code.code: rule.state(one.code, NOW) for one in [*kept, *ended]} == {
        name: stands.get(name, name) for name in states if name not in {"DELETE", "GIFT_SUCC"}
    }
    assert set(codes(kept)) == {"NORMAL", "GIFT_TIMEOUT", "NOT_BEGUN", "GIFTING", "given", "back"}
    assert set(codes(ended)) == {"EXPIRE", "CONSUMED", "UNAVAILABLE", "over"}


def test_a_page_is_one_query_however_many_cards_it_shows(shop: Database) -> None:
    for number in range(30):
        put(shop, f"{number}")
    asked: list[sa.Executable] = []

    def read(tx: Tx) -> list[Held]:
        def ask(statement: sa.Executable) -> list[Any]:
            asked.append(statement)
            return Tx.all(tx, statement)

        tx.all = ask  # type: ignore[method-assign]
        return list_holdings(tx, APPID, ME, True, NOW, None, 21)

    assert (len(shop.transact(read)), len(asked)) == (21, 1)


def test_the_last_second_of_the_validity_is_on_the_usable_list(shop: Database) -> None:
    put(shop, "1", end_time=NOW)
    assert (codes(listed(shop)), codes(listed(shop, kept=False))) == (["1"], [])


def test_pages_follow_one_another_without_gap_or_repetition(shop: Database) -> None:
    for number in range(7):
        put(shop, f"{number}", claimed=NOW - number // 3)
    seen: list[str] = []
    after = None
    while page := listed(shop, after=after, count=2):
        seen += codes(page)
        last = page[-1]
        after = Place(last.claim_time, APPID, last.code.code, last.code.scope)
    assert seen == ["0", "1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(("appid", "left"), [("wx0", ["1", "2"]), ("wxf", ["2"])])
def test_a_page_that_ended_in_another_account_goes_on_by_time_and_then_by_account(
    shop: Database, appid: str, left: list[str]
) -> None:
    put(shop, "1", claimed=NOW)
    put(shop, "2", claimed=NOW - 1)
    assert codes(listed(shop, after=Place(NOW, appid, "9", ""))) == left


def test_a_code_is_found_by_its_holder_alone(shop: Database) -> None:
    put(shop, "1")
    put(shop, "gone", status="GIFT_SUCC")
    put(shop, "deleted", status="DELETE")

    def found(openid: str, card_id: str, code: str) -> bool:
        return shop.transact(lambda tx: load_holding(tx, APPID, openid, card_id, code)) is not None

    assert found(ME, CARD, "1")
    assert not found(OTHER, CARD, "1")
    assert not found(ME, "pOther", "1")
    assert not found(ME, CARD, "gone")
    assert not found(ME, CARD, "deleted")


def test_a_change_under_review_is_not_shown_before_it_is_approved(shop: Database) -> None:
    put(shop, "1")
    table = tables.card

    def change(tx: Tx) -> None:
        row = tx.one(sa.select(table.c.content).where(table.c.appid == APPID))
        assert row is not None
        new = row[0].replace("Color010", "Color020").replace("不可与其他优惠同享", "新的")
        tx.run(sa.update(table).where(table.c.appid == APPID).values(content=new, shown=row[0]))

    shop.transact(change)
    holding = shop.transact(lambda tx: load_holding(tx, APPID, ME, CARD, "1"))
    assert holding is not None
    base = holding.content.base_info
    assert (base.description, base.color) == ("不可与其他优惠同享", "Color010")
    assert listed(shop)[0].face.color == "Color010"


def test_a_range_that_was_widened_counts_for_codes_claimed_before(database: Database) -> None:
    dates = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": NOW - DAY, "end_timestamp": NOW + 10 * DAY}
    database.transact(lambda tx: furnish(tx, {"date_info": dates}))
    put(database, "1", end_time=NOW - 1)
    (held,) = listed(database)
    assert (held.code.end_time, listed(database, kept=False)) == (NOW + 10 * DAY, [])
