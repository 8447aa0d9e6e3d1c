"""Migrations lead to the tables as they are declared, whoever runs them and however often."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import kaquan.store
from kaquan.keys import KeyMismatch, Keys
from kaquan.store.schema import migrate, open_engine
from kaquan.store.tables import metadata
from support.database import KEYS, MASTER_KEY, Database
from support.postgres import Cluster

OTHER_KEYS = Keys(bytes(32))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database without a single table."""
    (tmp_path / "master.key").write_text(MASTER_KEY.hex())
    if request.param == "sqlite":
        return Database("sqlite", f"sqlite:///{tmp_path / 'kaquan.db'}", tmp_path)
    server: Cluster = request.getfixturevalue("postgres")
    return Database("postgresql", server.url(server.create()), tmp_path)


def differences(database: Database) -> list[Any]:
    engine = open_engine(database.settings)
    try:
        with engine.connect() as connection:
            found: list[Any] = compare_metadata(MigrationContext.configure(connection), metadata)
            return found
    finally:
        engine.dispose()


def test_migrations_make_the_declared_tables(empty: Database) -> None:
    migrate(empty.settings, KEYS)
    assert differences(empty) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database.settings, KEYS)
    assert differences(database) == []


def test_processes_that_start_together_migrate_once(empty: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: migrate(empty.settings, KEYS), range(4)))
    assert differences(empty) == []


def test_another_master_key_is_noticed(database: Database) -> None:
    with pytest.raises(KeyMismatch):
        migrate(database.settings, OTHER_KEYS)


def test_the_stock_check_is_in_the_database(database: Database) -> None:
    engine = open_engine(database.settings)
    checks = sa.inspect(engine).get_check_constraints("stock")
    engine.dispose()
    assert [one["name"] for one in checks] == ["ck_stock_not_oversold"]


def test_the_embedded_database_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    database = Database("sqlite", f"sqlite:///{tmp_path / 'a folder' / 'kaquan.db'}", tmp_path)
    (tmp_path / "master.key").write_text(MASTER_KEY.hex())
    migrate(database.settings, KEYS)
    assert [pragma(database, name) for name in ("journal_mode", "synchronous", "foreign_keys")] == ["wal", 2, 1]


def pragma(database: Database, name: str) -> Any:
    return database.transact(lambda tx: tx.all(sa.text(f"PRAGMA {name}")))[0][0]


# A database remembers the number of what it was made by: changed under the same number, it would be taken for current.
FROZEN = {
    "0001_create_the_tables.py": "0086b1c27b6bfdaed27d824dece01de13ce09d627453b98ef85d81710b0f7445",
}


def test_a_migration_stays_as_it_is() -> None:
    (folder,) = kaquan.store.__path__
    files = Path(folder).glob("migrations/versions/0*.py")
    assert {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in files} == FROZEN
