"""``POST /cgi-bin/callback/check``: what is really found out about a callback (auth_and_signatures.md 3)."""

from __future__ import annotations

import re
from typing import Any

from support.api import Api
from support.callback import Receiver
from wire.answers import refusal
from wire.kept import Kept

PATH = "/cgi-bin/callback/check"
TIME = re.compile(r"\d{1,4}\.\d{3}ms")


def check(api: Api, **body: Any) -> Any:
    """Return the answer, with the times it took replaced by whether they look like times."""
    answer = api.post(PATH, body)
    for one in answer.get("ping", []):
        one["time"] = bool(TIME.fullmatch(one["time"]))
    return answer


def test_a_callback_that_is_there_is_found_and_reached(api: Api, receiver: Receiver) -> None:
    api.ok("/sandbox/callback", receiver.settings())
    dns = [{"ip": "127.0.0.1", "real_operator": "DEFAULT"}]
    ping = [{"ip": "127.0.0.1", "from_operator": "UNICOM", "package_loss": "0%", "time": True}]
    assert check(api, action="all", check_operator="UNICOM") == {"dns": dns, "ping": ping}
    assert check(api, action="dns") == {"dns": dns}
    assert check(api, action="ping", check_operator=None) == {"ping": [{**ping[0], "from_operator": "DEFAULT"}]}


def test_a_callback_that_went_away_is_not_reached(api: Api, receiver: Receiver) -> None:
    api.ok("/sandbox/callback", receiver.settings())
    receiver.stop()
    lost = {"ip": "127.0.0.1", "from_operator": "DEFAULT", "package_loss": "100%", "time": True}
    assert check(api, action="ping", check_operator="DEFAULT") == {"ping": [lost]}


def test_nothing_is_checked_without_a_callback(api: Api, kept: Kept) -> None:
    assert refusal(kept, api, api.post(PATH, {"action": "all"})) == "40201 no_callback"


def test_what_is_asked_has_its_names(api: Api, kept: Kept) -> None:
    other = {"action": "all", "check_operator": "default"}
    bodies: list[dict[str, Any]] = [{"action": "trace"}, other, {}, {"action": 1}]
    found = [refusal(kept, api, api.post(PATH, body)) for body in bodies]
    assert found == ["40202 unknown", "40203 unknown", "40053 missing", "40053 unquoted_string"]
