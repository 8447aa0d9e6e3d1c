"""The outbox of the database, from a recorded event to its delivery."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from events.memory import delivery
from events.merchant import Merchant, merchant
from events.samples import AES_KEY, APPID, CARD_ID, GH_ID, TOKEN
from events.test_delivery import answers, person
from kaquan.actions.list_events import list_events
from kaquan.actions.manage_app import create_app, new_app, set_callback
from kaquan.actions.record import Record
from kaquan.events.catalogue import UserDelCard
from kaquan.store.outbox import StoreOutbox
from kaquan.store.schema import open_store
from kaquan.store.tx import Tx
from support.database import KEYS, Database

NOW = 1700000000
Story = Callable[[StoreOutbox, Any, Merchant], Awaitable[Any]]


def prepare(tx: Tx, url: str, mode: str, events: int, people: int) -> None:
    """Save an app with a callback and with events that wait."""
    create_app(tx, new_app(APPID, "secret", "prefix", "test", GH_ID, True, "auto"), NOW)
    set_callback(tx, KEYS, APPID, url, TOKEN, AES_KEY, mode, "xml")
    numbers = iter(range(1, events + 1))
    record = Record(lambda: next(numbers))
    for number in range(events):
        event = UserDelCard(CardId=CARD_ID, UserCardCode=str(number))
        record.event("delete", event, person(number % people), NOW + number, CARD_ID, str(number))
    record.save(tx, APPID)


def run(database: Database, answer: Any, story: Story, events: int = 60, people: int = 7, mode: str = "plain") -> Any:
    """Return what a story of an app with waiting events comes to."""

    async def play() -> Any:
        async with merchant(answer) as receiver:
            database.transact(lambda tx: prepare(tx, receiver.url, mode, events, people))
            store = open_store(database.settings)
            await store.open()
            try:
                return await story(StoreOutbox(store, KEYS), store, receiver)
            finally:
                await store.close()

    return asyncio.run(play())


async def deliver(outbox: StoreOutbox, store: Any, _receiver: Merchant) -> list[dict[str, Any]]:
    """Deliver everything and return the tape."""

    def tape(tx: Tx) -> list[dict[str, Any]]:
        return list_events(tx, APPID, 0)

    running = [delivery(outbox), delivery(outbox)]
    for one in running:
        await one.start()
    for _ in range(500):
        shown: list[dict[str, Any]] = await store.read(tape)
        if not any(one["state"] == "waiting" for one in shown):
            break
        await asyncio.sleep(0.02)
    for one in running:
        await one.stop()
    return shown


def test_each_persons_events_are_delivered_in_order(database: Database) -> None:
    async def story(outbox: StoreOutbox, store: Any, receiver: Merchant) -> Any:
        tape = await deliver(outbox, store, receiver)
        return {one["state"] for one in tape}, {openid: receiver.codes(openid) for openid in map(person, range(7))}

    expected = {person(one): [str(number) for number in range(one, 60, 7)] for one in range(7)}
    assert run(database, answers(200), story) == ({"delivered"}, expected)


def test_the_tape_shows_every_attempt_until_an_event_is_given_up(database: Database) -> None:
    (shown,) = run(database, answers(500), deliver, events=1)
    attempts = [(one["attempt"], one["status"], one["answer"]) for one in shown["deliveries"]]
    assert (shown["state"], attempts) == ("dead", [(number, 500, "") for number in (1, 2, 3, 4)])


def test_a_sealed_key_encrypts_what_is_pushed(database: Database) -> None:
    async def story(outbox: StoreOutbox, store: Any, receiver: Merchant) -> Any:
        await deliver(outbox, store, receiver)
        return [sorted(one) for one in receiver.events]

    assert run(database, answers(200), story, events=1, mode="safe") == [["Encrypt", "ToUserName"]]


def test_what_is_given_back_is_leased_again_in_order(database: Database) -> None:
    async def story(outbox: StoreOutbox, _store: Any, _receiver: Merchant) -> Any:
        first = await outbox.lease(APPID, NOW, 10)
        second = await outbox.lease(APPID, NOW, 10)
        await outbox.settle(APPID, [], [one.id for one in first], NOW)
        again = await outbox.lease(APPID, NOW, 10)
        return [one.id for one in first], [one.id for one in second], [one.id for one in again]

    ids = list(range(1, 11))
    # Everybody has an event in the first lease, so nobody's next one may be leased beside it.
    assert run(database, answers(200), story) == (ids, [], ids)


def test_an_app_is_due_only_while_something_is(database: Database) -> None:
    async def story(outbox: StoreOutbox, _store: Any, _receiver: Merchant) -> Any:
        before = await outbox.due_appids(NOW)
        await outbox.lease(APPID, NOW, 100)
        return before, await outbox.due_appids(NOW), await outbox.due_appids(NOW + 61)

    assert run(database, answers(200), story) == ([APPID], [], [APPID])
