"""What is read to send events to an address of one's choice."""

from __future__ import annotations

import pytest

from kaquan.actions.forward_events import events_to_forward
from kaquan.actions.manage_app import create_app, new_app, set_callback
from kaquan.actions.record import Record
from kaquan.actions.snapshot_app import load_snapshot, save_app
from kaquan.errors import Refusal
from kaquan.events.catalogue import UserDelCard
from kaquan.events.outbox import CallbackConfig, Pushed
from kaquan.sources import Ids
from kaquan.store.snapshot_file import head_of
from kaquan.store.tx import Tx
from support.database import KEYS, Database

APP = new_app("wx0123456789abcdef", "secret", "AbC123", "shop", "gh_1", False, "auto")
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
URL = "http://127.0.0.1:3000/again"


def happen(tx: Tx) -> list[int]:
    """Make two events and a change that is none, and return their ids."""
    create_app(tx, APP, 1)
    record = Record(Ids())
    for code in ("1", "2"):
        record.event("delete", UserDelCard(CardId="p1", UserCardCode=code), "oAnn", 5, "p1", code)
    record.change("other", {}, 5, "p1")
    record.save(tx, APP.appid)
    return [line.id for line in record.lines]


def test_events_go_as_to_the_callback_but_elsewhere(database: Database) -> None:
    first, second, other = database.transact(happen)

    def read(*ids: int) -> tuple[CallbackConfig, list[Pushed]]:
        return database.transact(lambda tx: events_to_forward(tx, KEYS, APP, ids, URL))

    config, events = read(second, first)
    assert config == CallbackConfig(APP.appid, "gh_1", URL, "", "", "plain", "xml")
    assert [(one.id, one.fields["UserCardCode"], one.last) for one in events] == [(first, "1", 1), (second, "2", 1)]
    database.transact(lambda tx: set_callback(tx, KEYS, APP.appid, "http://a.test/", "Tok3n", AES_KEY, "safe", "json"))
    assert read(first)[0] == CallbackConfig(APP.appid, "gh_1", URL, "Tok3n", AES_KEY, "safe", "json")
    with pytest.raises(Refusal) as caught:
        read(first, other)
    assert (caught.value.cause, caught.value.facts["event_id"]) == ("event_id", str(other))


def test_a_merchants_own_account_is_never_taken_back(database: Database) -> None:
    database.transact(happen)
    file = database.transact(lambda tx: save_app(tx, APP, URL, "1", 5))
    head = head_of(file, frozenset({"1"}))
    with pytest.raises(Refusal) as caught:
        database.transact(lambda tx: load_snapshot(tx, APP, file, head, URL, 5, True, Record(Ids())))
    assert caught.value.cause == "sandbox_only"
