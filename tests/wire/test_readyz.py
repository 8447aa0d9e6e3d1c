"""``GET /readyz``: whether a process is to be sent requests, and who is told why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from kaquan.store.schema import head
from support.api import Api
from support.database import Database, Databases
from support.postgres import Cluster
from support.server import Server
from wire.answers import exchange

TOKEN = "sesame0123456789"
ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}
FINE = {"ready": True, "database": True, "migrations": True, "queues": True}


@pytest.fixture(scope="module")
def quiet(databases: Databases) -> Iterator[Server]:
    """A server over a database that a test may spoil."""
    with Server(databases.create(), KAQUAN_METRICS_TOKEN=TOKEN) as running:
        yield running


def ready(api: Api) -> tuple[int, dict[str, Any]]:
    """Return the status of ``/readyz``, and its checks as whether they hold."""
    status, _, body = exchange(api, "GET", "/readyz")
    said = json.loads(body)
    return status, {"ready": said["ready"], **{name: one["ok"] for name, one in said["checks"].items()}}


def test_a_process_is_ready_as_long_as_its_database_is_this_versions(quiet: Server) -> None:
    api = quiet.new_app()
    assert ready(api) == (200, FINE)
    set_revision(quiet.database, "0000")
    assert ready(api) == (503, {**FINE, "ready": False, "migrations": False})
    set_revision(quiet.database, head())
    assert ready(api) == (200, FINE)


def set_revision(database: Database, revision: str) -> None:
    """Say that the schema has another revision."""
    statement = sa.text("UPDATE alembic_version SET version_num = :revision").bindparams(revision=revision)
    database.transact(lambda tx: tx.run(statement))


def test_who_is_elsewhere_and_has_no_token_is_told_no_more_than_whether(quiet: Server) -> None:
    api = quiet.new_app()
    cases = [({}, True), (ELSEWHERE, False), ({**ELSEWHERE, "Authorization": f"Bearer {TOKEN}"}, True)]
    answers = [json.loads(api.http.send("GET", "/readyz", None, **headers)[1]) for headers, _ in cases]
    assert [(one["ready"], "checks" in one) for one in answers] == [(True, told) for _, told in cases]


def test_a_process_whose_database_is_gone_is_not_ready(
    tmp_path_factory: pytest.TempPathFactory, postgres: Cluster
) -> None:
    database = Databases(tmp_path_factory.mktemp("gone"), postgres).create()
    with Server(database) as running:
        assert ready(running.demo) == (200, FINE)
        postgres.drop(database.name)
        assert ready(running.demo) == (503, {**FINE, "ready": False, "database": False, "migrations": False})
        assert exchange(running.demo, "GET", "/healthz")[0] == 200
