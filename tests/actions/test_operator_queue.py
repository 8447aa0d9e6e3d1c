"""What waits over all accounts, and cards taken off the shelf and put back, on both databases."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from card_bodies import NOW, card
from store_bodies import LEAST

from kaquan.actions.add_store import add_stores
from kaquan.actions.create_card import create_card
from kaquan.actions.keep_audit import Entry, list_about, list_audit, note_decision
from kaquan.actions.list_merchants import Wanted, figures, list_merchants
from kaquan.actions.list_queue import STORES, Place, cards_in, count_queue, list_queue, place_of
from kaquan.actions.load_card import load_card
from kaquan.actions.look_after import all_events, errors, traffic
from kaquan.actions.manage_app import change_app, create_app, new_app, set_callback
from kaquan.actions.record import Record
from kaquan.actions.review_card import put_back, review, take_down
from kaquan.actions.review_store import review_store
from kaquan.actions.update_card import update_card
from kaquan.actions.update_store import update_store
from kaquan.api.card_body import read_create
from kaquan.errors import Refusal
from kaquan.rules.card import from_text, normalise
from kaquan.rules.card_content import Content
from kaquan.rules.card_tables import NOT_VERIFY, OFF_SHELF, VERIFY_FAIL, VERIFY_OK
from kaquan.rules.card_update import Change
from kaquan.rules.store_content import Service, StoreInfo
from kaquan.store.apps import App, load_app
from kaquan.store.tx import Tx
from support.database import KEYS, Database

NEW_ID = itertools.count(NOW * 1_000_000 << 12).__next__
ANN, BOB = (
    new_app(f"wx000000000000000{n}", "s", f"Queue{n}", name, f"gh_{n}", n == 2, "manual")
    for n, name in ((1, "熊猫茶馆"), (2, "Bob's 100%"))
)
REWORDED = Change({"notice": "三人套餐"}, {})
UNREVIEWED = Change({"service_phone": "020-1"}, {})


def made(tx: Tx, app: App, name: str, at: int = NOW) -> str:
    """Make a card under review and return its id."""
    _, content = read_create(json.dumps(card()).encode(), "strict")
    assert isinstance(content, Content)
    create_card(tx, app, f"p{app.prefix}{name}", "GROUPON", normalise(content), at, Record(NEW_ID))
    return f"p{app.prefix}{name}"


@pytest.fixture
def two(database: Database) -> Callable[[Callable[[Tx], Any]], Any]:
    """Runs actions on a database with two accounts."""
    for number, app in enumerate((ANN, BOB)):
        database.transact(lambda tx, app=app, number=number: create_app(tx, app, NOW + number))  # type: ignore[misc]
    return database.transact


def test_cards_wait_in_the_order_in_which_they_came_whosever_they_are(two: Callable[..., Any]) -> None:
    times = [(ANN, "a", 3), (BOB, "b", 1), (ANN, "c", 1), (BOB, "d", 3), (ANN, "e", 2), (ANN, "f", 3)]
    for app, name, at in times:
        two(lambda tx, app=app, name=name, at=at: made(tx, app, name, at))
    queue = cards_in(NOT_VERIFY)
    every = ["c", "b", "e", "a", "f", "d"]
    assert [row.card_id[-1] for row in two(lambda tx: list_queue(tx, queue, 10))] == every
    for size in (1, 2, 3, 4):
        pages, place = [], Place(-1, "", "")
        while rows := two(lambda tx, place=place, size=size: list_queue(tx, queue, size, place)):
            pages += [row.card_id[-1] for row in rows]
            place = place_of(queue, rows[-1])
        assert pages == every
    assert [row.card_id[-1] for row in two(lambda tx: list_queue(tx, queue, 10, appid=BOB.appid))] == ["b", "d"]
    two(lambda tx: review(tx, ANN, f"p{ANN.prefix}c", None, NOW, Record(NEW_ID)))
    assert two(lambda tx: (count_queue(tx, queue), count_queue(tx, cards_in(VERIFY_OK)))) == (5, 1)


def test_a_card_off_the_shelf_comes_back_as_it_was_approved(two: Callable[..., Any]) -> None:
    def act(action: Callable[..., Any], *args: Any) -> Any:
        return two(lambda tx: action(tx, ANN, card_id, *args, NOW, Record(NEW_ID)))

    def state() -> tuple[str, str, str, str]:
        row = two(lambda tx: load_card(tx, ANN.appid, card_id))
        shown = from_text("GROUPON", row.shown).base_info.notice if row.shown else ""
        return row.status, from_text("GROUPON", row.content).base_info.notice, shown, row.refuse_reason

    card_id = two(lambda tx: made(tx, ANN, "x"))
    for action, args, cause in ((take_down, ("why",), "not_on_shelf"), (put_back, (), "not_off_shelf")):
        with pytest.raises(Refusal, match=cause):
            act(action, *args)
    act(review, None)
    act(take_down, "misleading")
    assert state() == (OFF_SHELF, "使用时出示此券", "", "misleading")
    with pytest.raises(Refusal, match="not_on_shelf"):
        act(take_down, "again")
    assert act(update_card, UNREVIEWED) is False
    assert state() == (OFF_SHELF, "使用时出示此券", "", "misleading")
    # What has to be reviewed waits until the card is back, and does not bring it back.
    act(update_card, REWORDED)
    assert state() == (OFF_SHELF, "三人套餐", "使用时出示此券", "misleading")
    act(put_back)
    assert state() == (NOT_VERIFY, "三人套餐", "使用时出示此券", "")
    act(take_down, "still")
    act(put_back)
    act(review, "no")
    assert state() == (VERIFY_FAIL, "三人套餐", "", "no")
    act(update_card, Change({"notice": "四人套餐"}, {}))
    act(review, None)
    act(take_down, "why")
    act(put_back)
    assert state() == (VERIFY_OK, "四人套餐", "", "")


def test_a_card_off_the_shelf_is_not_brought_back_by_an_automatic_review(two: Callable[..., Any]) -> None:
    card_id = two(lambda tx: made(tx, ANN, "x"))
    auto = msgspec.structs.replace(ANN, review="auto")
    two(lambda tx: review(tx, auto, card_id, None, NOW, Record(NEW_ID)))
    two(lambda tx: take_down(tx, auto, card_id, "why", NOW, Record(NEW_ID)))
    for change in (REWORDED, UNREVIEWED):
        two(lambda tx, change=change: update_card(tx, auto, card_id, change, NOW, Record(NEW_ID)))
    assert two(lambda tx: load_card(tx, ANN.appid, card_id)).status == OFF_SHELF


def test_stores_and_their_changes_wait_together(two: Callable[..., Any]) -> None:
    ids = itertools.count(7).__next__
    info = msgspec.convert(LEAST, StoreInfo)
    for app, at in ((BOB, 5), (ANN, 4), (ANN, 6)):
        two(lambda tx, app=app, at=at: add_stores(tx, app, [info], ids, at, Record(NEW_ID)))

    def waiting() -> list[int]:
        return [row.poi_id for row in two(lambda tx: list_queue(tx, STORES, 9))]

    assert waiting() == [8, 7, 9]
    two(lambda tx: review_store(tx, ANN, 8, None, 7, Record(NEW_ID)))
    assert waiting() == [7, 9]
    two(lambda tx: update_store(tx, ANN, 8, Service(telephone="020-2"), 8, Record(NEW_ID)))
    assert (waiting(), two(lambda tx: count_queue(tx, STORES))) == ([7, 9, 8], 3)


def test_merchants_are_found_by_name_and_state(two: Callable[..., Any]) -> None:
    def found(**wanted: Any) -> list[str]:
        return [one.appid[-1] for one in two(lambda tx: list_merchants(tx, Wanted(**wanted), 10))]

    two(lambda tx: change_app(tx, ANN.appid, suspended=True))
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["2", "1"]),
        ({"text": "茶"}, ["1"]),
        ({"text": "bob"}, ["2"]),
        ({"text": "%"}, ["2"]),
        ({"text": "wx0"}, ["2", "1"]),
        ({"sandbox": True}, ["2"]),
        ({"sandbox": False, "card_function": "none"}, ["1"]),
        ({"card_function": "granted"}, ["2"]),
        ({"suspended": True}, ["1"]),
        ({"before": (NOW + 1, BOB.appid)}, ["1"]),
        ({"before": (NOW, ANN.appid)}, []),
    ]
    assert [(wanted, found(**wanted)) for wanted, _ in cases] == cases


def test_a_decision_stands_in_both_logs_and_names_nobody_to_the_merchant(two: Callable[..., Any]) -> None:
    facts = {"account_id": "a1", "name": "alice", "role": "operator", "action": "card.takedown", "reason": "why"}
    entry = Entry(id=5, create_time=NOW, target="p1", **facts)
    two(lambda tx: note_decision(tx, ANN.appid, entry))
    assert two(lambda tx: list_audit(tx, "", 0, 5)) == [entry]
    theirs = msgspec.structs.replace(entry, account_id="", name="")
    assert two(lambda tx: list_audit(tx, ANN.appid, 0, 5)) == [theirs]
    assert two(lambda tx: list_about(tx, ANN.appid, "p1", 5)) == [theirs]
    assert two(lambda tx: (list_about(tx, ANN.appid, "p2", 5), list_about(tx, BOB.appid, "p1", 5))) == ([], [])


def test_the_platform_in_figures(two: Callable[..., Any]) -> None:
    two(lambda tx: set_callback(tx, KEYS, ANN.appid, "https://shop.example/", "Tok3n", "", "plain", "xml"))
    card_id = two(lambda tx: made(tx, ANN, "x"))
    two(lambda tx: review(tx, ANN, card_id, None, NOW, Record(NEW_ID)))
    (waits,) = two(lambda tx: all_events(tx, NOW + 60))
    assert (waits.appid, waits.waiting, waits.dead) == (ANN.appid, 1, 0)
    assert 59 <= waits.age <= 60
    assert two(lambda tx: (traffic(tx, NOW), traffic(tx, NOW + 60))) == ({"create": 1, "approve": 1}, {})
    assert two(lambda tx: errors(tx, 0)) == []
    shown = two(lambda tx: figures(tx, ANN.appid, 0))
    assert (shown.cards, shown.claimed, shown.stock, shown.stores) == ({VERIFY_OK: 1}, 0, 500000, 0)


def test_a_suspension_without_a_reason_takes_none_over(two: Callable[..., Any]) -> None:
    kept = []
    for values in ({"suspended": True, "suspend_reason": "why"}, {"name": "x"}, {"suspended": True}):
        two(lambda tx, values=values: change_app(tx, ANN.appid, **values))
        app = two(lambda tx: load_app(tx, ANN.appid))
        kept.append((app.suspended, app.suspend_reason))
    assert kept == [(True, "why"), (True, "why"), (True, "")]
