"""Commands that work on the database beside a running server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import sqlalchemy as sa

from kaquan.actions.load_card import account_of_card
from kaquan.actions.manage_app import list_apps
from kaquan.cli.output import stop, told
from kaquan.errors import Refusal
from kaquan.keys import Keys, read_master_key
from kaquan.settings import Settings, from_environment
from kaquan.store.apps import App, load_app
from kaquan.store.schema import open_engine
from kaquan.store.tx import Tx

T = TypeVar("T")


def settings_of(database_url: str | None) -> Settings:
    """Return the settings of the environment, with this database where one is given."""
    return from_environment(os.environ, database_url=database_url)


def keys_of(settings: Settings) -> Keys:
    """Return the keys of an existing installation, or end with what to do."""
    try:
        return Keys(read_master_key(settings.key_path))
    except OSError:
        stop(
            f"no master key in {settings.key_path}: start `kaquan serve` or `kaquan demo` once, or set KAQUAN_KEY_FILE"
        )


def transact(settings: Settings, action: Callable[[Tx], T]) -> T:
    """Run an action in one transaction; a refusal ends the command with its errcode, text and cause."""
    with opened(settings) as engine:
        return run(engine, action)


@contextmanager
def opened(settings: Settings, writes: bool = True) -> Iterator[sa.Engine]:
    """Open the engine of a database that is there, for several transactions."""
    if settings.is_sqlite and not os.path.exists(settings.sqlite_path):
        stop(f"no database in {settings.sqlite_path}: set KAQUAN_DATABASE_URL, or start `kaquan serve` once")
    engine = open_engine(settings, writes)
    try:
        yield engine
    finally:
        engine.dispose()


def run(engine: sa.Engine, action: Callable[[Tx], T]) -> T:
    """Run an action in one transaction; a refusal ends the command with its errcode, text and cause."""
    try:
        with engine.begin() as connection:
            return action(Tx(connection))
    except Refusal as refused:
        stop(told(refused))


def app_of(tx: Tx, appid: str | None) -> App:
    """Return the account of this appid; without one, the only account there is."""
    known = [row[0] for row in list_apps(tx)]
    if appid is None and len(known) == 1:
        appid = known[0]
    if appid is None:
        stop("which app? give --appid; there are: " + (", ".join(known) or "none, make one with `kaquan app create`"))
    app = load_app(tx, appid)
    return app or stop(f"no app {appid}; there are: {', '.join(known)}")


def app_of_card(tx: Tx, card: str) -> App:
    """Return the account that a card belongs to."""
    owner = account_of_card(tx, card)
    return app_of(tx, owner) if owner is not None else stop(f"no account has a card {card}")
