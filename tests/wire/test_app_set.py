"""``kaquan app set``: what the operator decides holds for a running server within a second."""

from __future__ import annotations

import time
from typing import Any

from cli.command import of, printed
from support.api import Api
from support.server import Server
from wire.answers import refusal
from wire.kept import Kept

FOLLOWS_SECONDS = 3.0


def decide(server: Server, api: Api, *flags: str) -> None:
    """Change an account as the operator does."""
    printed("app", "set", "--appid", api.appid, *flags, **of(server.database))


def settled(kept: Kept, api: Api, wanted: str, body: Any) -> str:
    """Return the answer of ``/card/batchget`` once it is the one wanted, or the last one."""
    deadline, found = time.monotonic() + FOLLOWS_SECONDS, ""
    while found != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
        answer = api.post("/card/batchget", body)
        found = "ok" if answer["errcode"] == 0 else refusal(kept, api, answer)
    return found


def test_a_running_server_follows_the_operator(server: Server, kept: Kept) -> None:
    api = server.new_app(sandbox=False)
    good, quoted = {"offset": 0, "count": 1}, {"offset": "0", "count": 1}
    assert settled(kept, api, "48001 function_not_applied", good) == "48001 function_not_applied"
    decide(server, api, "--card-function", "granted")
    assert settled(kept, api, "ok", good) == "ok"
    assert settled(kept, api, "40053 quoted_integer", quoted) == "40053 quoted_integer"
    decide(server, api, "--profile", "lenient", "--suspended")
    assert settled(kept, api, "48004 suspended", good) == "48004 suspended"
    decide(server, api, "--no-suspended")
    assert settled(kept, api, "ok", quoted) == "ok"
