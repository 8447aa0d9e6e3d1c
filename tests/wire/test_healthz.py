"""``GET /healthz``: the cheapest endpoint."""

from __future__ import annotations

from support.api import Api
from wire.answers import exchange, refusal
from wire.kept import Kept


def test_a_healthy_server_says_ok(api: Api) -> None:
    status, headers, body = exchange(api, "GET", "/healthz")
    assert (status, headers["content-type"], body) == (200, "text/plain; charset=utf-8", b"ok\n")


def test_health_is_asked_with_get(api: Api, kept: Kept) -> None:
    assert refusal(kept, api, api.raw("POST", "/healthz", b"")) == "43001 method"
