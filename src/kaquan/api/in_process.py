"""A call made inside the server: through the same dispatcher as from outside, without a socket."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

import msgspec

from kaquan.actions.issue_credential import stable_token
from kaquan.api.dispatch import Dispatcher
from kaquan.platform import Platform
from kaquan.sources import wall_clock
from kaquan.store.apps import App

CLIENT = ("127.0.0.1", 0)


class Sent(msgspec.Struct, frozen=True):
    """A call to be made; ``query`` holds its parameters without the token."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


class Outcome(msgspec.Struct, frozen=True):
    """What came of a call.

    Args:
        answer: as it would have gone over the wire; empty where the connection was closed without one.
        errcode: of the answer, 0 where it has none.
        millis: how long it took.
    """

    answer: str
    errcode: int
    millis: int


class Exchange:
    """One request and its answer; takes the place of a connection, so that a rehearsed loss of it is seen too.

    Args:
        body: of the request.
    """

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self.answer = b""
        self.transport = self

    async def receive(self) -> dict[str, Any]:
        """Return the body, and then that the other side has gone."""
        body, self._body = self._body, None
        return {"type": "http.disconnect"} if body is None else {"type": "http.request", "body": body}

    async def send(self, message: dict[str, Any]) -> None:
        """Take a part of the answer."""
        self.answer += message.get("body", b"")

    def close(self) -> None:
        """Hang up."""


async def call_in_process(platform: Platform, app: App, sent: Sent) -> Outcome:
    """Make a call with a good token of an app and return what it is answered.

    The token is the stable one, so that those that the app's own servers hold go on working.
    """
    now = wall_clock() + app.clock_offset
    held = await platform.store.write(lambda tx: stable_token(tx, app.appid, now, force=False))
    await platform.apps.reload(app.appid)
    asked = urlencode({"access_token": platform.tokens.token(app.appid, held), **sent.query})
    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": sent.method, "path": sent.path, "headers": headers}
    started, exchange = time.perf_counter(), Exchange(sent.body)
    await Dispatcher(platform)(
        {**scope, "query_string": asked.encode(), "client": CLIENT}, exchange.receive, exchange.send
    )
    millis = round((time.perf_counter() - started) * 1000)
    answer = exchange.answer.decode("utf-8", "replace")
    return Outcome(answer, errcode_of(answer), millis)


def errcode_of(answer: str) -> int:
    """Return the errcode of an answer, 0 where it has none."""
    try:
        told = msgspec.json.decode(answer)
    except msgspec.DecodeError:
        return 0
    number = told.get("errcode", 0) if isinstance(told, dict) else 0
    return number if isinstance(number, int) else 0
