"""Bring a database to the schema this version needs, and make sure that it belongs to this master key."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from kaquan.keys import KeyMismatch, Keys
from kaquan.settings import Settings
from kaquan.store import tables
from kaquan.store.postgres import PostgresStore, postgres_engine
from kaquan.store.sqlite import SqliteStore, sqlite_engine, waiting_engine
from kaquan.store.tx import Tx

FINGERPRINT = "key_fingerprint"
# Any number: several processes may start at once, and one of them migrates.
MIGRATION_LOCK = 7_270_520


def open_store(settings: Settings) -> SqliteStore | PostgresStore:
    """Return the store that the settings name; it is opened by its ``open``."""
    return SqliteStore(settings.sqlite_path) if settings.is_sqlite else PostgresStore(settings.database_url)


def open_engine(settings: Settings, writes: bool = True) -> sa.Engine:
    """Return an engine for work outside a server: migrations and commands.

    Args:
        writes: false for transactions that only read; all their queries see one state, and nobody waits for them.
    """
    if settings.is_sqlite:
        path = settings.sqlite_path
        return waiting_engine(path) if writes else sqlite_engine(path, writes)
    engine = postgres_engine(settings.database_url)
    return engine if writes else engine.execution_options(isolation_level="REPEATABLE READ")


def config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration for this package."""
    made = Config()
    made.set_main_option("script_location", str(files("kaquan.store").joinpath("migrations")))
    made.attributes["connection"] = connection
    return made


@cache
def revisions() -> tuple[str, ...]:
    """Return the revisions of the schema that this version knows, the newest first."""
    return tuple(one.revision for one in ScriptDirectory.from_config(config()).walk_revisions())


def migrate(settings: Settings, keys: Keys) -> None:
    """Create or upgrade the schema; safe when several processes start at once.

    Raises:
        KeyMismatch: the database was written with another master key.
    """
    engine = open_engine(settings)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            command.upgrade(config(connection), "head")
            check_key(Tx(connection), keys)
    finally:
        engine.dispose()


def check_key(tx: Tx, keys: Keys) -> None:
    """Remember the master key's fingerprint, or compare it with the one remembered."""
    table = tables.platform
    row: Any = tx.one(sa.select(table.c.value).where(table.c.name == FINGERPRINT))
    if row is None:
        tx.run(sa.insert(table).values(name=FINGERPRINT, value=keys.fingerprint()))
    elif row[0] != keys.fingerprint():
        raise KeyMismatch("this database was written with another master key: set KAQUAN_KEY_FILE to its file")
