"""Accounts, sessions and tries, on each kind of database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from kaquan.actions.keep_account import find_account, openids_of, sign_up
from kaquan.actions.keep_session import (
    close_others,
    digest_of,
    forget_sessions,
    list_sessions,
    note_seen,
    open_session,
    who,
)
from kaquan.actions.know_people import openid_of
from kaquan.actions.manage_app import create_app, new_app
from kaquan.actions.meet import external_id, find_openid, introduce, remember_openid
from kaquan.actions.throttle import forget_tries, try_once
from kaquan.keys import Keys
from kaquan.rules.account import DAY, Person
from kaquan.rules.throttle import Limit
from kaquan.store import tables
from support.database import KEYS, Database

NOW = 1_700_000_000
ALICE = Person("a" * 32, "alice", "Alice", "")
BOB = Person("b" * 32, "bob", "Bob", "")


def test_a_name_is_given_once_however_many_ask_at_once(database: Database) -> None:
    people = [Person(f"{number:032}", "alice", "Alice", "") for number in range(8)]

    def ask(person: Person) -> bool:
        return database.transact(lambda tx: sign_up(tx, person, "hash", NOW))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, people)) == [False] * 7 + [True]


def test_a_cookie_opens_its_own_session_until_it_ends(database: Database) -> None:
    for person in (ALICE, BOB):
        database.transact(partial(sign_up, person=person, password_hash="hash", now=NOW))
        cookie = f"cookie-{person.name}"
        database.transact(partial(open_session, cookie=cookie, account_id=person.id, client="curl", now=NOW))

    def seen(cookie: str, now: int) -> tuple[Person, bool] | None:
        found = database.transact(lambda tx: who(tx, cookie, now))
        return (found.person, found.stale) if found else None

    assert seen("cookie-alice", NOW) == (ALICE, False)
    assert seen("cookie-bob", NOW + 3601) == (BOB, True)
    assert seen("cookie-carol", NOW) is None
    assert seen(digest_of("cookie-alice"), NOW) is None
    database.transact(lambda tx: note_seen(tx, "cookie-alice", NOW + 20 * DAY))
    assert (seen("cookie-alice", NOW + 31 * DAY), seen("cookie-bob", NOW + 31 * DAY)) == ((ALICE, True), None)
    database.transact(lambda tx: forget_sessions(tx, NOW + 31 * DAY))
    assert [len(database.transact(partial(list_sessions, account_id=one.id))) for one in (ALICE, BOB)] == [1, 0]


def test_other_sessions_end_and_this_one_stays(database: Database) -> None:
    database.transact(lambda tx: sign_up(tx, ALICE, "hash", NOW))
    for number in range(3):
        opened = partial(open_session, cookie=f"cookie-{number}", account_id=ALICE.id, client="curl", now=NOW + number)
        database.transact(opened)
    assert database.transact(lambda tx: close_others(tx, ALICE.id, "cookie-1")) == 2
    assert [one.digest for one in database.transact(lambda tx: list_sessions(tx, ALICE.id))] == [digest_of("cookie-1")]


def test_no_cookie_and_no_password_is_in_the_database(database: Database) -> None:
    database.transact(lambda tx: sign_up(tx, ALICE, "hash", NOW))
    database.transact(lambda tx: open_session(tx, "the-cookie", ALICE.id, "curl", NOW))
    row = database.transact(lambda tx: tx.one(tables.session.select()))
    assert row is not None
    assert "the-cookie" not in str(tuple(row))
    assert database.transact(lambda tx: find_account(tx, "alice")) == (ALICE, "hash")


def test_two_merchants_know_a_person_by_openids_that_tell_nothing_of_each_other(database: Database) -> None:
    apps = [
        new_app(f"wx{n:016x}", "secret", prefix, "m", "gh", False, "auto")
        for n, prefix in ((1, "AAAAAA"), (2, "BBBBBB"))
    ]
    database.transact(lambda tx: sign_up(tx, ALICE, "hash", NOW))
    for app in apps:
        database.transact(partial(create_app, app=app, now=NOW))
        for _ in range(2):
            openid = database.transact(partial(introduce, keys=KEYS, app=app, person=ALICE, now=NOW))
            database.transact(partial(remember_openid, account_id=ALICE.id, appid=app.appid, openid=openid))
    known = dict(database.transact(lambda tx: openids_of(tx, ALICE.id)))
    assert [known[app.appid][:7] for app in apps] == ["oAAAAAA", "oBBBBBB"]
    assert known[apps[0].appid][7:] != known[apps[1].appid][7:]
    assert database.transact(lambda tx: find_openid(tx, BOB.id, apps[0].appid)) == ""
    another = Keys(bytes(32))
    assert database.transact(lambda tx: introduce(tx, another, apps[0], ALICE, NOW)) == known[apps[0].appid]
    bob = database.transact(lambda tx: introduce(tx, another, apps[0], BOB, NOW))
    assert bob != openid_of(KEYS, apps[0], external_id(BOB))


@pytest.mark.parametrize("threads", [8])
def test_tries_are_counted_exactly(database: Database, threads: int) -> None:
    limit = Limit(3, 60)

    def one(_: int) -> int:
        return database.transact(lambda tx: try_once(tx, "sign-in/alice", limit, NOW))

    with ThreadPoolExecutor(threads) as pool:
        assert sorted(pool.map(one, range(threads))) == [0] * 3 + [60] * 5
    assert database.transact(lambda tx: try_once(tx, "sign-in/bob", limit, NOW)) == 0
    assert database.transact(lambda tx: try_once(tx, "sign-in/alice", limit, NOW + 60)) == 0
    database.transact(lambda tx: forget_tries(tx, NOW + 2 * DAY))
    assert database.transact(lambda tx: tx.all(tables.attempt.select())) == []
