"""``GET /metrics``: what it tells, of which processes, and to whom."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from card_bodies import card
from prometheus_client.parser import text_string_to_metric_families

from kaquan.actions.manage_app import set_callback
from kaquan.events.delivery import RESULTS
from kaquan.store import tables
from kaquan.tally import SECONDS
from kaquan.watch.metrics import METRICS
from support.api import Api
from support.database import KEYS, Databases
from support.server import Server
from support.worker import Worker

TOKEN = "sesame0123456789"
Values = dict[tuple[str, tuple[tuple[str, str], ...]], float]
ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}


@pytest.fixture
def quiet(databases: Databases) -> Iterator[Server]:
    """A server that nobody else calls."""
    with Server(databases.create(), KAQUAN_METRICS_TOKEN=TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same on SQLite alone, for what does not depend on the database."""
    with Server(Databases(tmp_path_factory.mktemp("alone")).create(), KAQUAN_METRICS_TOKEN=TOKEN) as running:
        yield running


def scrape(api: Api, **headers: str) -> Values:
    """Return (name, labels) -> value of a scrape."""
    status, body = api.http.send("GET", "/metrics", None, **headers)
    assert status == 200
    families = list(text_string_to_metric_families(body.decode()))
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def at(values: Values, name: str, **labels: str) -> float:
    """Return a sample of the only process, 0 where there is none."""
    return values.get((name, tuple(sorted({"worker": "0", **labels}.items()))), 0)


def grown(before: Values, after: Values, name: str, **labels: str) -> float:
    return at(after, name, **labels) - at(before, name, **labels)


def test_known_traffic_is_what_the_metrics_tell(quiet: Server) -> None:
    api = quiet.new_app()
    card_id, openid = api.create_card(card()), api.person("ann")
    before = scrape(api)
    # First, since an answer is counted a moment after it has come.
    visitor = Worker(quiet, "", "")
    paths = {"/console/sign-in": 200, "/static/desk.css": 200, "/wallet/none": 404}
    assert {path: visitor.get(path) for path in paths} == paths
    codes = [api.claim(card_id, openid) for _ in range(3)]
    api.ok("/card/code/consume", {"code": codes[0]})
    assert api.post("/card/code/consume", {"code": codes[0]})["errcode"] == 40099
    after = scrape(api)
    told = {
        "claims": grown(before, after, "kaquan_commands_total", command="claim", outcome="ok"),
        "batches of claims": grown(before, after, "kaquan_batch_size_count", command="claim"),
        "claims in them": grown(before, after, "kaquan_batch_size_sum", command="claim"),
        "consumed": grown(before, after, "kaquan_commands_total", command="consume", outcome="ok"),
        "not consumed": grown(before, after, "kaquan_commands_total", command="consume", outcome="refused"),
        "refused": grown(before, after, "kaquan_refusals_total", errcode="40099"),
        # Three claims, two consumptions, the first scrape.
        "api": grown(before, after, "kaquan_http_requests_total", kind="api", status="2xx"),
        "seconds": grown(before, after, "kaquan_http_request_seconds_count", kind="api"),
        "pages": grown(before, after, "kaquan_http_requests_total", kind="page", status="2xx"),
        "missing": grown(before, after, "kaquan_http_requests_total", kind="page", status="4xx"),
        "static": grown(before, after, "kaquan_http_requests_total", kind="static", status="2xx"),
    }
    assert told == {
        "claims": 3,
        "batches of claims": 3,
        "claims in them": 3,
        "consumed": 1,
        "not consumed": 1,
        "refused": 1,
        "api": 6,
        "seconds": 6,
        "pages": 1,
        "missing": 1,
        "static": 1,
    }
    assert at(after, "process_resident_memory_bytes") > 10_000_000
    assert grown(before, after, "kaquan_statement_seconds_total") > 0
    writer = grown(before, after, "kaquan_writer_jobs_total")
    assert (writer > 0) == (quiet.database.dialect == "sqlite")


def test_every_metric_is_described_and_every_bucket_has_its_bound(sandbox: Api) -> None:
    families = list(text_string_to_metric_families(sandbox.http.send("GET", "/metrics")[1].decode()))
    told = {one.name: (one.type, one.documentation) for one in families}
    assert told == {one.name.removesuffix("_total"): (one.kind, one.help) for one in METRICS}
    samples = [sample for one in families for sample in one.samples]
    bounds = {float(one.labels["le"]) for one in samples if one.name == "kaquan_http_request_seconds_bucket"}
    assert bounds == {*SECONDS, float("inf")}
    known = {"worker", "le", *(label for one in METRICS for label in one.labels)}
    assert {name for one in samples for name in one.labels} <= known


def test_events_that_wait_and_are_given_up_are_counted(alone: Server) -> None:
    api = alone.new_app()
    nowhere = (api.appid, "http://127.0.0.1:9/", "Tok3n", "", "plain", "xml")
    alone.database.transact(lambda tx: set_callback(tx, KEYS, *nowhere))
    api.create_card(card())
    dead = sa.select(sa.func.count()).select_from(tables.dead_letter).where(tables.dead_letter.c.appid == api.appid)
    assert until(lambda: alone.database.transact(lambda tx: tx.all(dead))[0][0] == 1)
    values = scrape(api)
    platform = ("kaquan_outbox_events", "kaquan_outbox_oldest_seconds", "kaquan_dead_letters")
    assert [values[name, ()] for name in platform] == [0, 0, 1]
    tries = {result: at(values, "kaquan_deliveries_total", result=result) for result in RESULTS}
    assert tries == {"delivered": 0, "retried": 3, "given_up": 1}


def test_only_this_machine_and_who_has_the_token_may_know(alone: Server) -> None:
    api = alone.new_app()
    cases: list[tuple[dict[str, str], int]] = [
        ({}, 200),
        (ELSEWHERE, 403),
        ({**ELSEWHERE, "Authorization": "Bearer wrong"}, 403),
        ({**ELSEWHERE, "Authorization": TOKEN}, 403),
        ({**ELSEWHERE, "Authorization": f"Bearer {TOKEN}"}, 200),
    ]
    assert [(headers, api.http.send("GET", "/metrics", None, **headers)[0]) for headers, _ in cases] == cases


def test_without_a_token_no_header_opens_the_metrics_from_elsewhere(sandbox: Api) -> None:
    for given in ("Bearer ", "Bearer", "", "Bearer é"):
        assert sandbox.http.send("GET", "/metrics", None, **ELSEWHERE, Authorization=given)[0] == 403


def test_any_process_behind_a_socket_tells_of_all(tmp_path: Path) -> None:
    with Server(Databases(tmp_path).create(), workers=2) as server:
        api = server.new_app()
        assert until(lambda: workers_in(scrape(api)) == {"0", "1"})
        before = sum(answered(scrape(api)).values())
        for _ in range(20):
            Api(server.base_url, api.appid, api.secret).raw("GET", "/healthz-none")
        assert until(lambda: sum(answered(scrape(api)).values()) >= before + 20)
        assert all(answered(scrape(api)).values())


def workers_in(values: Values) -> set[str]:
    """Return the processes that a scrape tells of."""
    return {dict(labels)["worker"] for _, labels in values if "worker" in dict(labels)}


def answered(values: Values) -> dict[str, float]:
    """Return process -> API calls that it answered."""
    found = [(dict(labels), value) for (name, labels), value in values.items() if name == "kaquan_http_requests_total"]
    return {labels["worker"]: value for labels, value in found if labels["kind"] == "api"}


def until(holds: Callable[[], bool]) -> bool:
    """Tell whether something comes true within ten seconds."""
    deadline = time.monotonic() + 10
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
