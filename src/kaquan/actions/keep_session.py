"""Sessions of people: kept by the digest of their cookie, so that the database opens none of them."""

from __future__ import annotations

import hashlib

import msgspec
import sqlalchemy as sa

from kaquan.actions.keep_account import PERSON
from kaquan.rules.account import DAY, IDLE_DAYS, SEEN_EVERY, SESSION_DAYS, WALLET, Person, is_over
from kaquan.store import tables
from kaquan.store.tx import Tx

CLIENT_MOST = 200


class Session(msgspec.Struct, frozen=True):
    """One open session, as its owner sees it; times are UTC seconds."""

    digest: str
    client: str
    create_time: int
    seen_time: int


class Seen(msgspec.Struct, frozen=True):
    """Whose session a cookie opens.

    Args:
        person: who.
        proved: the second factor was shown, if there is one.
        stale: it is time to note that the session is in use.
    """

    person: Person
    proved: bool
    stale: bool


def digest_of(cookie: str) -> str:
    """Return what is kept of a cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def open_session(tx: Tx, cookie: str, account_id: str, client: str, now: int) -> None:
    """Save a session; ``client`` is what the browser calls itself."""
    row = {"digest": digest_of(cookie), "account_id": account_id, "client": client[:CLIENT_MOST], "proved": False}
    tx.run(sa.insert(tables.session).values(**row, create_time=now, seen_time=now))


def who(tx: Tx, cookie: str, now: int, realm: str = WALLET) -> Seen | None:
    """Return whose session a cookie opens in a realm."""
    session, account = tables.session.c, tables.account.c
    wanted = (session.digest == digest_of(cookie)) & (account.id == session.account_id) & (account.realm == realm)
    row = tx.one(sa.select(*PERSON, session.proved, session.create_time, session.seen_time).where(wanted))
    if row is None or is_over(row.create_time, row.seen_time, now):
        return None
    person = Person(*row[:-3])
    return Seen(person, row.proved or not person.has_factor, now - row.seen_time > SEEN_EVERY)


def prove(tx: Tx, cookie: str) -> None:
    """Note that the second factor was shown in a session."""
    table = tables.session
    tx.run(sa.update(table).where(table.c.digest == digest_of(cookie)).values(proved=True))


def note_seen(tx: Tx, cookie: str, now: int) -> None:
    """Note that a session is in use."""
    table = tables.session
    tx.run(sa.update(table).where(table.c.digest == digest_of(cookie)).values(seen_time=now))


def list_sessions(tx: Tx, account_id: str) -> list[Session]:
    """Return an account's sessions, the latest used first."""
    table = tables.session.c
    columns = [table[name] for name in Session.__struct_fields__]
    rows = tx.all(sa.select(*columns).where(table.account_id == account_id).order_by(table.seen_time.desc()))
    return [Session(*row) for row in rows]


def close_session(tx: Tx, account_id: str, digest: str) -> None:
    """End one session of an account."""
    table = tables.session
    tx.run(sa.delete(table).where((table.c.account_id == account_id) & (table.c.digest == digest)))


def close_others(tx: Tx, account_id: str, cookie: str) -> int:
    """End every session of an account but this one, and return how many there were."""
    table = tables.session
    return tx.run(sa.delete(table).where((table.c.account_id == account_id) & (table.c.digest != digest_of(cookie))))


def forget_sessions(tx: Tx, now: int) -> None:
    """Delete the sessions that have ended."""
    table = tables.session.c
    over = (table.seen_time < now - IDLE_DAYS * DAY) | (table.create_time < now - SESSION_DAYS * DAY)
    tx.run(sa.delete(tables.session).where(over))
