"""Databases for what only one of the two can do."""

from __future__ import annotations

import pytest

from support.database import Database, Databases
from support.postgres import Cluster


@pytest.fixture(scope="session")
def postgres_databases(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """What makes databases on PostgreSQL alone."""
    return Databases(tmp_path_factory.mktemp("postgresql-alone"), postgres)


@pytest.fixture
def postgres_database(postgres_databases: Databases) -> Database:
    """A fresh, migrated database on PostgreSQL alone."""
    return postgres_databases.create()


@pytest.fixture
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A fresh, migrated database on SQLite alone."""
    return Databases(tmp_path_factory.mktemp("sqlite-alone")).create()
