"""Every type of event can be triggered, arrives as any other, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import card

from kaquan.events.catalogue import EVENTS
from kaquan.events.made import OF_SYSTEM
from kaquan.store import tables
from support.api import Api
from support.callback import Receiver
from support.server import Server

# What an event may write: its line, what waits to be delivered, and the last second of events that nobody caused.
TOUCHED = {"app", "callback", "journal", "outbox", "delivery", "credential", "failed_call"}
UNTOUCHED = [one for name, one in tables.metadata.tables.items() if name not in TOUCHED | tables.GLOBAL]


def rows(server: Server, appid: str) -> dict[str, list[Any]]:
    """Return what an account has beside its events."""
    read = {table.name: sa.select(table).where(table.c.appid == appid) for table in UNTOUCHED}
    return server.database.transact(lambda tx: {name: tx.all(one) for name, one in read.items()})


@pytest.mark.parametrize(("mode", "format"), [("plain", "xml"), ("safe", "json")])
def test_every_type_arrives_with_what_the_answer_says(
    sqlite_server: Server, receiver: Receiver, mode: str, format: str
) -> None:
    api = sqlite_server.new_app()
    ann, card_id = api.person("ann"), api.create_card(card())
    code = api.claim(card_id, ann)
    before = rows(sqlite_server, api.appid)
    api.ok("/sandbox/callback", receiver.settings(mode, format))
    told = {name: api.ok("/sandbox/trigger", {"event": name}) for name in EVENTS}
    pushes = {push.event: push for push in receiver.wait(len(EVENTS))}
    assert set(pushes) == set(EVENTS)
    for name, said in told.items():
        message, head = pushes[name].message, {"FromUserName": said["openid"], "CreateTime": said["create_time"]}
        assert {field: str(message[field]) for field in (*head, *said["fields"])} == {
            field: str(value) for field, value in {**head, **said["fields"]}.items()
        }
        assert pushes[name].signed
        assert (said["openid"] == ann) is (name not in OF_SYSTEM)
        assert said["fields"].get("CardId", card_id) == card_id
        assert said["fields"].get("UserCardCode", code) == code
    assert rows(sqlite_server, api.appid) == before


def test_no_two_have_the_same_openid_and_second_and_the_journal_calls_them_triggers(sqlite_server: Server) -> None:
    api = sqlite_server.new_app()
    api.claim(api.create_card(card()), api.person("ann"))
    for _ in range(3):
        api.ok("/sandbox/trigger", {"event": "user_del_card"})
    tape = api.ok("/sandbox/events")["events"]
    assert len({(one["openid"], one["create_time"]) for one in tape}) == len(tape) == 5
    journal = tables.journal.c
    kinds = sa.select(journal.kind).where((journal.appid == api.appid) & (journal.event != "")).order_by(journal.id)
    assert [row[0] for row in sqlite_server.database.transact(lambda tx: tx.all(kinds))][-3:] == ["trigger"] * 3


def test_one_that_is_not_taken_is_tried_again(sqlite_server: Server) -> None:
    answers = iter([(500, b"no"), (200, b"success")])
    receiver = Receiver(lambda _: next(answers)).start()
    api: Api = sqlite_server.new_app()
    api.ok("/sandbox/callback", receiver.settings())
    api.ok("/sandbox/trigger", {"event": "giftcard_pay_done", "fields": {"OrderId": "O-1"}})
    first, second = receiver.wait(2)
    receiver.stop()
    assert (first.body, first.message["OrderId"]) == (second.body, "O-1")
