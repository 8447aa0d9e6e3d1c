"""A person with a wallet meets an account: from then on the merchant knows an openid, and nobody knows two."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.know_people import know_people, openid_of
from kaquan.keys import Keys
from kaquan.rules.account import Person
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx


def external_id(person: Person) -> str:
    """Return the id by which an account's openid for a person is derived; a merchant's own ids hold no such text."""
    return f"account/{person.id}"


def find_openid(tx: Tx, account_id: str, appid: str) -> str:
    """Return the openid under which a merchant knows a person, empty when they have not met."""
    table = tables.known_as.c
    row = tx.one(sa.select(table.openid).where((table.account_id == account_id) & (table.appid == appid)))
    return str(row[0]) if row else ""


def foresee_openid(tx: Tx, keys: Keys, app: App, person: Person) -> str:
    """Return the openid under which an account knows a person, or will from the moment when they meet."""
    known = find_openid(tx, person.id, app.appid)
    if known:
        return known
    table, name = tables.person.c, external_id(person)
    row = tx.one(sa.select(table.openid).where((table.appid == app.appid) & (table.external_id == name)))
    return str(row[0]) if row else openid_of(keys, app, name)


def introduce(tx: Tx, keys: Keys, app: App, person: Person, now: int) -> str:
    """Make a person known to an account and return the openid; again and again it is the same."""
    name = external_id(person)
    openid = know_people(tx, app, {name: openid_of(keys, app, name)}, now)[name]
    name_person(tx, app.appid, openid, person.nickname)
    return openid


def name_person(tx: Tx, appid: str, openid: str, nickname: str) -> None:
    """Save the name by which others see a person."""
    table = tables.person
    tx.run(sa.update(table).where((table.c.appid == appid) & (table.c.openid == openid)).values(nickname=nickname))


def remember_openid(tx: Tx, account_id: str, appid: str, openid: str) -> None:
    """Save which openid of an account is a person's."""
    tx.add_one(tables.known_as, {"account_id": account_id, "appid": appid, "openid": openid})
