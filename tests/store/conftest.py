"""Databases for what only one of the two can do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.database import Database, Databases
from support.memory import scratch_folder
from support.postgres import Cluster


@pytest.fixture(scope="session")
def postgres_databases(postgres: Cluster) -> Iterator[Databases]:
    """What makes databases on PostgreSQL alone."""
    with scratch_folder() as folder:
        yield Databases(folder, postgres)


@pytest.fixture
def postgres_database(postgres_databases: Databases) -> Iterator[Database]:
    """A fresh, migrated database on PostgreSQL alone."""
    with postgres_databases.lent() as made:
        yield made


@pytest.fixture
def sqlite_database() -> Iterator[Database]:
    """A fresh, migrated database on SQLite alone."""
    with scratch_folder() as folder:
        yield Databases(folder).create()
