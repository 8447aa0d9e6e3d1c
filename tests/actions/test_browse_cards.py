"""The list of an account's cards at a desk, and the tickets of one, on each kind of database."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from functools import partial

import pytest
from card_bodies import NOW, card

from kaquan.actions import browse_cards as browsing
from kaquan.actions.browse_cards import CardLine, Place, browse_cards, list_steps
from kaquan.actions.create_card import create_card
from kaquan.actions.create_qr import create_qr
from kaquan.actions.create_shelf import Shelf, ShelfCard, create_shelf
from kaquan.actions.delete_card import delete_card
from kaquan.actions.list_ways import Place as TicketPlace
from kaquan.actions.list_ways import list_shelves, list_testers, list_tickets, load_ticket
from kaquan.actions.manage_app import create_app, new_app
from kaquan.actions.record import Record
from kaquan.actions.review_card import review
from kaquan.actions.set_whitelist import set_whitelist
from kaquan.api.card_body import read_create
from kaquan.rules.card import normalise
from kaquan.rules.card_content import Content
from kaquan.rules.card_tables import DELETED, NOT_VERIFY, VERIFY_FAIL
from kaquan.rules.qr import Wish
from kaquan.store.tx import Tx
from support.database import Database

APP = new_app("wx0000000000000001", "secret", "Shop01", "shop", "gh_shop", sandbox=True, review="manual")
IDS = itertools.count(1)


def record() -> Record:
    """Return an empty journal."""
    return Record(lambda: next(IDS))


def furnish(tx: Tx, *titles: str) -> None:
    """Make an account with these cards, c0 to cN; two are made in each second."""
    create_app(tx, APP, NOW)
    for number, title in enumerate(titles):
        body = card("GIFT", {"title": title, "description": "说明里有茶"})
        content = read_create(json.dumps(body).encode(), "strict")[1]
        assert isinstance(content, Content)
        create_card(tx, APP, f"c{number}", "GIFT", normalise(content), NOW + number // 2, record())


def page(
    tx: Tx, statuses: Sequence[str] = (), after: Place | None = None, count: int = 2
) -> tuple[list[CardLine], Place | None]:
    """Return a page of the list."""
    return browse_cards(tx, APP.appid, statuses, "", after, count)


def put_out(tx: Tx, number: int) -> None:
    """Make a ticket that lives a minute; two are made in each second."""
    wish = Wish("c0", outer_str=f"door-{number}")
    create_qr(tx, APP.appid, f"q{number}", [wish], 60, NOW + number // 2)


def test_cards_come_newest_first_page_by_page(database: Database) -> None:
    database.transact(lambda tx: furnish(tx, *(f"卡{number}" for number in range(5))))
    seen: list[list[str]] = []
    after: Place | None = None
    for _ in range(3):
        lines, after = database.transact(partial(page, after=after))
        seen.append([one.card_id for one in lines])
    assert seen == [["c4", "c2"], ["c3", "c0"], ["c1"]]
    assert after is None
    exact = database.transact(lambda tx: browse_cards(tx, APP.appid, (), "", Place(NOW + 1, "c2"), 3))
    assert ([one.card_id for one in exact[0]], exact[1]) == (["c3", "c0", "c1"], None)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("茶", ["c3", "c1"]),
        ("TEA", ["c2"]),
        ("微信餐厅", ["c4", "c2", "c3", "c0", "c1"]),
        ("100%_", ["c4"]),
        ("说明", []),
    ],
)
def test_cards_are_found_by_title_and_brand_alone(database: Database, words: str, found: list[str]) -> None:
    database.transact(lambda tx: furnish(tx, "咖啡", "绿茶", "Tea", "红茶", "100%_"))
    lines, more = database.transact(lambda tx: browse_cards(tx, APP.appid, (), words, None, 9))
    assert ([one.card_id for one in lines], more) == (found, None)


def test_a_search_goes_on_where_it_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing, "CHUNK", 2)
    monkeypatch.setattr(browsing, "MOST_READ", 2)
    database.transact(lambda tx: furnish(tx, "茶", "咖啡", "咖啡", "咖啡"))
    lines, more = database.transact(lambda tx: browse_cards(tx, APP.appid, (), "茶", None, 9))
    assert (lines, more) == ([], Place(NOW + 1, "c3"))
    lines, more = database.transact(lambda tx: browse_cards(tx, APP.appid, (), "茶", more, 9))
    assert ([one.card_id for one in lines], more) == (["c0"], None)


def test_cards_are_narrowed_to_a_state_and_say_what_happened_to_them(database: Database) -> None:
    database.transact(lambda tx: furnish(tx, "一", "二", "三"))
    database.transact(lambda tx: review(tx, APP, "c0", "图片不清楚", NOW + 9, record()))
    database.transact(lambda tx: delete_card(tx, APP.appid, "c1", NOW + 9, record()))
    for status, found in ((VERIFY_FAIL, ["c0"]), (DELETED, ["c1"]), (NOT_VERIFY, ["c2"])):
        lines, _ = database.transact(partial(page, statuses=[status], count=9))
        assert [one.card_id for one in lines] == found
    steps = database.transact(lambda tx: list(list_steps(tx, APP.appid, "c0", 9)))
    assert [(one.kind, one.create_time) for one in steps] == [("refuse", NOW + 9), ("create", NOW)]
    assert steps[0].fields["RefuseReason"] == "图片不清楚"


def test_tickets_that_were_made_one_by_one_are_listed(database: Database) -> None:
    database.transact(lambda tx: furnish(tx, "一"))
    for number in range(3):
        database.transact(partial(put_out, number=number))
    shelf = Shelf("http://a.example/b.jpg", "本周", True, "SCENE_H5", [ShelfCard("c0", "http://a.example/c.jpg")])
    database.transact(lambda tx: create_shelf(tx, APP.appid, "s0", shelf, NOW))
    first = database.transact(lambda tx: list_tickets(tx, APP.appid, "c0", None, 2))
    assert [one.scan_id for one in first] == ["q2", "q0"]
    rest = database.transact(lambda tx: list_tickets(tx, APP.appid, "c0", TicketPlace(NOW, "q0"), 2))
    assert [(one.scan_id, one.outer_str, one.expire_time) for one in rest] == [("q1", "door-1", NOW + 60)]
    assert database.transact(lambda tx: load_ticket(tx, APP.appid, "s0")) is None
    assert database.transact(lambda tx: load_ticket(tx, APP.appid, "q1")) == rest[0]
    shelves = database.transact(lambda tx: list_shelves(tx, APP.appid, 0, 9))
    assert [(one.scan_id, one.page_id, one.page_title, one.cards) for one in shelves] == [("s0", 1, "本周", 1)]
    assert database.transact(lambda tx: list_shelves(tx, APP.appid, 1, 9)) == []


def test_testers_have_the_names_the_account_knows(database: Database) -> None:
    database.transact(furnish)
    database.transact(lambda tx: set_whitelist(tx, APP.appid, ["oShop01b", "oShop01a"], []))
    testers = database.transact(lambda tx: list_testers(tx, APP.appid))
    assert [(one.openid, one.external_id) for one in testers] == [("oShop01a", ""), ("oShop01b", "")]
