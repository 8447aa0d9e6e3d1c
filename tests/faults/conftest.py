"""Servers under attack: one process or two over one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from support.database import Databases
from support.fleet import Fleet
from support.postgres import Cluster, cluster
from support.server import Server


@pytest.fixture(scope="session", params=[1, 2], ids=["one process", "two processes"])
def fleet(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Fleet]:
    """Run one process, or two that share a database."""
    database = databases.create()
    with ExitStack() as stack:
        yield Fleet(database, [stack.enter_context(Server(database)) for _ in range(request.param)])


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[Cluster]:
    """A PostgreSQL server as it is by default."""
    yield from cluster(durable=True)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def durable_databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """What makes databases that lose nothing."""
    server = request.getfixturevalue("durable_postgres") if request.param == "postgresql" else None
    return Databases(tmp_path_factory.mktemp(f"durable-{request.param}"), server)
