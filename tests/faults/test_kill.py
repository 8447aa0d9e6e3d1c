"""What was acknowledged survives kill -9 of the server, and nothing happens twice."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from card_bodies import card

from kaquan.store import tables
from support.api import Api
from support.callback import Receiver
from support.database import Database, Databases
from support.load import Caller, crowd
from support.run import run
from support.server import Server

ROUNDS = 20
CALLERS = 16
STOCK = 1_000_000
SQLITE = pytest.mark.parametrize("durable_databases", ["sqlite"], indirect=True)
BODY = card("GROUPON", {"sku": {"quantity": STOCK}, "get_limit": STOCK, "use_limit": STOCK})


@dataclass
class Seen:
    """What the callers were told.

    Args:
        claims: channel of each acknowledged claim -> its code; every claim has a channel of its own.
        consumed: codes whose consumption was acknowledged.
        tried: how many claims were sent.
    """

    claims: dict[str, str] = field(default_factory=dict)
    consumed: set[str] = field(default_factory=set)
    tried: int = 0


@dataclass
class Kept:
    """What the database holds of one app.

    Args:
        claims: channel -> code.
        consumed: codes in that state.
        left: the stock.
        journal: how often each (kind, code) was written down.
        events: how many lines of these are events.
    """

    claims: dict[str, str]
    consumed: set[str]
    left: int
    journal: Counter[tuple[str, str]]
    events: int


@pytest.fixture
def durable(durable_databases: Databases) -> Database:
    """A fresh database that loses nothing."""
    return durable_databases.create()


@pytest.fixture
def killable(durable: Database) -> Iterator[Server]:
    """A server of this test alone."""
    with Server(durable) as running:
        yield running


async def load(
    api: Api, card_id: str, people: list[str], seen: Seen, end: Callable[[], object], unsure: bool = False
) -> None:
    """Claim and consume on a connection per person, until after a while the server is brought to its end.

    Args:
        unsure: whether the system error may be answered, which leaves it open what was done.
    """
    async with crowd([api], len(people)) as callers:
        pairs = zip(callers, people, strict=True)
        work = [asyncio.create_task(live(caller, card_id, openid, seen, unsure)) for caller, openid in pairs]
        await asyncio.to_thread(end)
        await asyncio.gather(*work)


async def live(caller: Caller, card_id: str, openid: str, seen: Seen, unsure: bool) -> None:
    """Claim, consume every second code, and keep in mind what was acknowledged."""
    good = (0, -1) if unsure else (0,)
    try:
        while True:
            seen.tried += 1
            channel = str(seen.tried)
            claimed = await caller.post("/ext/claim", card_id=card_id, openid=openid, outer_str=channel)
            assert claimed["errcode"] in good, claimed
            if claimed["errcode"]:
                continue
            seen.claims[channel] = claimed["code"]
            if seen.tried % 2:
                consumed = await caller.post("/card/code/consume", code=claimed["code"])
                assert consumed["errcode"] in good, consumed
                if not consumed["errcode"]:
                    seen.consumed.add(claimed["code"])
    except (ConnectionError, asyncio.IncompleteReadError):
        return


def after(seconds: float, end: Callable[[], object]) -> Callable[[], None]:
    """Return what waits before it acts."""

    def act() -> None:
        time.sleep(seconds)
        end()

    return act


def look(database: Database, appid: str) -> Kept:
    """Return what is stored."""
    code, journal, stock = tables.code.c, tables.journal.c, tables.stock.c
    codes = sa.select(code.outer_str, code.code, code.status).where(code.appid == appid)
    lines = sa.select(journal.kind, journal.code, journal.event).where((journal.appid == appid) & (journal.code != ""))
    rows = database.transact(lambda tx: tx.all(codes))
    written = database.transact(lambda tx: tx.all(lines))
    left = database.transact(lambda tx: tx.one(sa.select(stock.quantity).where(stock.appid == appid)))
    assert left is not None
    assert len(rows) == len({row.outer_str for row in rows}), "a claim was made twice"
    consumed = {row.code for row in rows if row.status == "CONSUMED"}
    events = sum(1 for row in written if row.event)
    counted = Counter((row.kind, row.code) for row in written)
    return Kept({row.outer_str: row.code for row in rows}, consumed, left[0], counted, events)


def check(kept: Kept, seen: Seen) -> None:
    """Compare what is stored with what was acknowledged."""
    assert seen.claims.items() <= kept.claims.items()
    assert seen.consumed <= kept.consumed
    assert len(kept.claims) <= seen.tried
    assert kept.left == STOCK - len(kept.claims)
    changes = [("claim", code) for code in kept.claims.values()] + [("consume", code) for code in kept.consumed]
    assert kept.journal == Counter(changes)
    assert kept.events == len(changes)


def test_kill_9_under_load_loses_nothing_acknowledged_and_doubles_nothing(killable: Server) -> None:
    server, seen, chance = killable, Seen(), random.Random(1)
    first = server.new_app()
    card_id, people = first.create_card(BODY), first.people(CALLERS)
    for _ in range(ROUNDS):
        api = Api(server.base_url, first.appid, first.secret)
        run(load(api, card_id, people, seen, after(chance.uniform(0.05, 0.4), server.kill)))
        server.start()
        check(look(server.database, first.appid), seen)
    assert len(seen.consumed) > ROUNDS


@pytest.mark.parametrize(
    ("workers", "asked", "all_of_it"),
    [(1, signal.SIGINT, False), (1, signal.SIGINT, True), (1, signal.SIGTERM, True), (2, signal.SIGINT, False)],
)
def test_a_server_that_is_told_to_stop_ends_soon_and_keeps_what_it_acknowledged(
    durable: Database, workers: int, asked: signal.Signals, all_of_it: bool
) -> None:
    seen = Seen()
    with Server(durable, workers) as server:
        api, ended = server.new_app(), []
        card_id, people = api.create_card(BODY), api.people(CALLERS)
        run(load(api, card_id, people, seen, after(0.3, lambda: ended.append(server.stop(asked, all_of_it=all_of_it)))))
        assert ended in ([0], [130])
        assert server.gone()
        assert "has ended" not in server.log
    check(look(durable, api.appid), seen)
    assert seen.consumed


@SQLITE
def test_a_server_whose_writing_process_is_killed_writes_on_by_itself(killable: Server) -> None:
    server, seen, before, told = killable, Seen(), [], list[str]()
    api = server.new_app()
    card_id, people = api.create_card(BODY), api.people(CALLERS)
    (writer,) = children(server.group)

    def end() -> None:
        time.sleep(0.3)
        os.kill(writer, signal.SIGKILL)
        before.append(len(seen.claims))
        time.sleep(0.5)
        told.append(api.http.send("GET", "/metrics")[1].decode())
        server.kill()

    run(load(api, card_id, people, seen, end, unsure=True))
    check(look(server.database, api.appid), seen)
    assert len(seen.claims) > before[0] > 0
    assert "the process that writes has ended" in server.log
    assert re.search(r"^kaquan_writer_process_lost\{.*\} 1\.0$", told[0], re.MULTILINE)


@SQLITE
def test_the_writing_process_ends_with_its_server(killable: Server) -> None:
    server, seen = killable, Seen()
    api = server.new_app()
    card_id, people = api.create_card(BODY), api.people(CALLERS)
    run(load(api, card_id, people, seen, after(0.3, lambda: os.kill(server.group, signal.SIGKILL))))
    assert server.gone()
    check(look(server.database, api.appid), seen)
    assert seen.consumed


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_events_that_a_killed_server_had_leased_arrive_after_their_lease(killable: Server) -> None:
    server, released = killable, threading.Event()
    receiver = Receiver(lambda _: (200, b"success" if released.wait(10) else b"")).start()
    try:
        api = server.new_app()
        api.ok("/sandbox/callback", receiver.settings())
        card_id, people = api.create_card(card("GROUPON")), api.people(50)
        codes = {api.claim(card_id, openid) for openid in people}
        receiver.wait(1)
        server.kill()
        released.set()
        run_out_leases(server.database, api.appid)
        server.start()
        wait_for(codes, receiver)
    finally:
        receiver.stop()


def run_out_leases(database: Database, appid: str) -> None:
    """Let the minute pass for which a server keeps its events to itself."""
    outbox = tables.outbox
    database.transact(lambda tx: tx.run(sa.update(outbox).where(outbox.c.appid == appid).values(due_time=0)))


def wait_for(codes: set[str], receiver: Receiver) -> None:
    """Return when each code's event has come; those sent around the kill may come twice."""
    count = len(codes)
    while {push.message["UserCardCode"] for push in receiver.wait(count, "user_get_card")} != codes:
        count += 1
