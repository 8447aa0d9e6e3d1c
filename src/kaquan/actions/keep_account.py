"""Accounts of people: sign up, look up, rename, change the password."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.rules.account import WALLET, Person
from kaquan.store import tables
from kaquan.store.tx import Tx

PLAIN = ("id", "name", "nickname", "persona_of", "realm")
PERSON = [*(tables.account.c[name] for name in PLAIN), (tables.account.c.factor_box != "").label("has_factor")]
NO_FACTOR: dict[str, object] = {"factor_box": "", "factor_step": 0, "recovery": ""}


def sign_up(tx: Tx, person: Person, password_hash: str, now: int) -> bool:
    """Save a new account, and tell whether its name was free where it signs in."""
    row = {**{name: getattr(person, name) for name in PLAIN}, **NO_FACTOR}
    statement = sa.insert(tables.account).values(**row, password_hash=password_hash, create_time=now)
    return tx.run_unless_taken(statement)


def find_account(tx: Tx, name: str, realm: str = WALLET) -> tuple[Person, str] | None:
    """Return the account of a folded name with its password's hash."""
    table = tables.account.c
    named = (table.realm == realm) & (table.name == name)
    row = tx.one(sa.select(*PERSON, table.password_hash).where(named))
    return (Person(*row[:-1]), row[-1]) if row else None


def load_account(tx: Tx, account_id: str) -> tuple[Person, str] | None:
    """Return an account with its password's hash."""
    table = tables.account.c
    row = tx.one(sa.select(*PERSON, table.password_hash).where(table.id == account_id))
    return (Person(*row[:-1]), row[-1]) if row else None


def list_personas(tx: Tx, appid: str) -> list[Person]:
    """Return the personas of a sandbox app."""
    table = tables.account.c
    rows = tx.all(sa.select(*PERSON).where(table.persona_of == appid).order_by(table.create_time, table.name))
    return [Person(*row) for row in rows]


def set_password(tx: Tx, account_id: str, password_hash: str) -> None:
    """Change the password's hash."""
    table = tables.account
    tx.run(sa.update(table).where(table.c.id == account_id).values(password_hash=password_hash))


def set_nickname(tx: Tx, account_id: str, nickname: str) -> list[tuple[str, str]]:
    """Change a nickname, and return the (appid, openid) under which merchants know the person."""
    table = tables.account
    tx.run(sa.update(table).where(table.c.id == account_id).values(nickname=nickname))
    return openids_of(tx, account_id)


def openids_of(tx: Tx, account_id: str) -> list[tuple[str, str]]:
    """Return the (appid, openid) pairs of an account."""
    table = tables.known_as.c
    rows = tx.all(sa.select(table.appid, table.openid).where(table.account_id == account_id).order_by(table.appid))
    return [(appid, openid) for appid, openid in rows]
