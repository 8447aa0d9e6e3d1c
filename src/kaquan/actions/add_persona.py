"""A persona: somebody of a sandbox app, signed in as with one click and without a password."""

from __future__ import annotations

from kaquan.actions.keep_account import sign_up
from kaquan.actions.meet import name_person, remember_openid
from kaquan.rules.account import Person
from kaquan.store.apps import App
from kaquan.store.tx import Tx


def add_persona(tx: Tx, app: App, nickname: str, openid: str, now: int) -> None:
    """Make a person that the app knows one that can be signed in as."""
    # A slash can stand in no name that is typed.
    name = f"{app.appid}/{nickname}"
    person = Person(openid, name, nickname, app.appid)
    if sign_up(tx, person, "", now):
        remember_openid(tx, person.id, app.appid, openid)
        name_person(tx, app.appid, openid, nickname)
