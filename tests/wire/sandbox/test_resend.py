"""Events that are sent again: those that were given up, and those that a receiver lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from card_bodies import card

from kaquan.actions.record import Record
from kaquan.events.catalogue import UserDelCard
from kaquan.sources import Ids
from support.api import Api
from support.callback import Receiver
from support.server import Server
from wire.answers import refusal
from wire.kept import Kept

PATIENCE_SECONDS = 15.0


def tape(api: Api) -> list[dict[str, Any]]:
    """Return the tape."""
    events: list[dict[str, Any]] = api.ok("/sandbox/events")["events"]
    return events


def until(api: Api, holds: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    """Return the tape as soon as something holds of it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds(seen := tape(api)):
        assert time.monotonic() < deadline, seen
        time.sleep(0.05)
    return seen


def statuses(event: dict[str, Any]) -> list[tuple[int, int]]:
    """Return number and status of each delivery of an event."""
    return [(one["attempt"], one["status"]) for one in event["deliveries"]]


def test_an_event_that_was_given_up_is_sent_again_with_as_many_attempts_as_at_first(server: Server) -> None:
    answers = iter([*[(500, b"")] * 7, (200, b"success")])
    receiver = Receiver(lambda _: next(answers)).start()
    api = server.new_app()
    api.ok("/sandbox/callback", receiver.settings())
    assert api.ok("/sandbox/app")["callback"] == {"url": receiver.url, "mode": "plain", "format": "xml"}
    given_up = api.ok("/sandbox/trigger", {"event": "giftcard_pay_done"})["id"]
    until(api, lambda seen: seen[0]["state"] == "dead")
    done = api.ok("/sandbox/resend", {"dead": True})
    assert done == {"resent": 1, "waiting": 0, "last": given_up, "more": False}
    (event,) = until(api, lambda seen: seen[0]["state"] == "delivered")
    assert statuses(event) == [*((number, 500) for number in range(1, 8)), (8, 200)]
    assert {push.body for push in receiver.pushes} == {receiver.pushes[0].body}
    assert api.ok("/sandbox/resend", {"dead": True})["resent"] == 0
    receiver.stop()


def test_what_arrived_is_sent_again_by_id_by_range_and_by_type(sandbox: Api, receiver: Receiver) -> None:
    card_id, ann = sandbox.create_card(card()), sandbox.person("ann")
    code = sandbox.claim(card_id, ann)
    sandbox.ok("/sandbox/callback", receiver.settings())
    sandbox.ok("/card/code/consume", {"code": code})
    passed, got, consumed = (one["id"] for one in until(sandbox, lambda seen: seen[-1]["state"] == "delivered"))
    assert sandbox.ok("/sandbox/resend", {"ids": [consumed, consumed]})["resent"] == 1
    receiver.wait(2, "user_consume_card")
    # Those of before the callback was set have never been sent.
    assert sandbox.ok("/sandbox/resend", {"since": passed, "until": got}) == {
        "resent": 1,
        "waiting": 0,
        "last": got,
        "more": False,
    }
    receiver.wait(1, "user_get_card")
    assert sandbox.ok("/sandbox/resend", {"event": "card_pass_check", "last": 3600})["resent"] == 1
    receiver.wait(1, "card_pass_check")
    assert sandbox.ok("/sandbox/resend", {"last": 3600, "until": passed[:-1]})["resent"] == 0
    seen = until(sandbox, lambda seen: all(one["state"] == "delivered" for one in seen))
    assert [statuses(one) for one in seen] == [[(1, 200)], [(1, 200)], [(1, 200), (2, 200)]]


def test_an_event_that_is_on_its_way_is_not_sent_twice(sandbox: Api) -> None:
    receiver = Receiver(lambda _: (500, b"")).start()
    sandbox.ok("/sandbox/callback", receiver.settings())
    event_id = sandbox.ok("/sandbox/trigger", {"event": "giftcard_pay_done"})["id"]
    assert sandbox.ok("/sandbox/resend", {"ids": [event_id]}) == {
        "resent": 0,
        "waiting": 1,
        "last": event_id,
        "more": False,
    }
    (event,) = until(sandbox, lambda seen: seen[0]["state"] == "dead")
    receiver.stop()
    assert [number for number, _ in statuses(event)] == [1, 2, 3, 4]


def test_an_id_that_is_not_its_own_leaves_all_of_them_as_they_were(api: Api, kept: Kept, receiver: Receiver) -> None:
    api.ok("/sandbox/callback", receiver.settings())
    event_id = api.ok("/sandbox/trigger", {"event": "giftcard_pay_done"})["id"]
    until(api, lambda seen: seen[0]["state"] == "delivered")

    def refused(ids: list[Any]) -> str:
        return refusal(kept, api, api.post("/sandbox/resend", {"ids": ids}))

    assert refused([event_id, "7"]) == "40097 event_id"
    assert refused([event_id, *range(1000)]) == "40097 too_many_events"
    assert tape(api)[0]["state"] == "delivered"


def test_another_accounts_event_is_none_of_its_own(sqlite_server: Server, sandbox: Api, receiver: Receiver) -> None:
    other = sqlite_server.new_app()
    foreign = other.ok("/sandbox/trigger", {"event": "giftcard_pay_done"})["id"]
    sandbox.ok("/sandbox/callback", receiver.settings())
    assert sandbox.post("/sandbox/resend", {"ids": [foreign]})["errcode"] == 40097
    assert sandbox.ok("/sandbox/resend", {"since": "0"})["resent"] == 0
    assert receiver.pushes == []


def lines(count: int) -> Record:
    """Return so many events that nobody was told of."""
    record = Record(Ids())
    for number in range(count):
        record.event("claim", UserDelCard(CardId="p1", UserCardCode=str(number)), f"o{number}", 1700000000, "p1")
    return record


def test_a_range_of_more_than_a_thousand_is_sent_in_parts(sqlite_server: Server, receiver: Receiver) -> None:
    api = sqlite_server.new_app()
    sqlite_server.database.transact(lambda tx: lines(1001).save(tx, api.appid))
    api.ok("/sandbox/callback", receiver.settings())
    first = api.ok("/sandbox/resend", {"since": "0", "event": "user_del_card"})
    assert (first["resent"], first["more"]) == (1000, True)
    second = api.ok("/sandbox/resend", {"since": first["last"], "event": "user_del_card"})
    assert (second["resent"], second["more"]) == (1, False)
    assert len({push.body for push in receiver.wait(1001)}) == 1001
