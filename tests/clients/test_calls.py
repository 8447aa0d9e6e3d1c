"""Every call of the published SDKs that has to do with cards is made once, and ends as ``calls.toml`` says.

The calls are found in the SDKs themselves, so that one which nobody wrote down fails here. ``calls.toml`` is what
docs/compat.md is made of. A call of a path that is not built has to end in the SDK's own exception with 48001.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import generate
import pytest

from clients.answered import understood
from clients.plan import PLANS
from clients.sdk import Sdk
from clients.stage import Stage
from clients.wiretap import Seen, Wiretap
from support.api import Api
from support.callback import Receiver
from support.server import Server

EXCEPTIONS = {"WeChatClientException", "WeChatAPIError"}
TOKEN = "/cgi-bin/token"
# Of what surrounds cards in the original, these areas have nothing to do with them.
OTHER_AREAS = {"token", "oauth", "component", "media"}
PATHS = {row["path"] for row in generate.planned() if row["area"] not in OTHER_AREAS} | {"/cgi-bin/media/uploadimg"}


@pytest.fixture
def wiretap(sqlite_server: Server) -> Iterator[Wiretap]:
    """What notes the calls."""
    between = Wiretap(sqlite_server.base_url)
    between.start()
    yield between
    between.stop()


@pytest.fixture
def stage(sandbox: Api, wiretap: Wiretap, receiver: Receiver, logo: Path) -> Stage:
    """An account that knows two people."""
    made = Stage(sandbox, logo, receiver, wiretap.base_url)
    assert made.ann != made.bob
    return made


@pytest.mark.parametrize("name", PLANS)
def test_every_call_ends_as_it_is_written_down(name: str, stage: Stage, wiretap: Wiretap) -> None:
    tapped = Api(stage.host, stage.api.appid, stage.api.secret)
    with Sdk(name, tapped, PATHS) as sdk:
        written = generate.sdk(name)
        assert {call: one["paths"] for call, one in written["calls"].items()} == sdk.calls
        happened = {call: ended(name, call, sdk, stage, wiretap) for call in sdk.calls}
    assert {call: one["result"] for call, one in written["calls"].items()} == happened
    assert written["version"] == sdk.version


def ended(name: str, call: str, sdk: Sdk, stage: Stage, wiretap: Wiretap) -> str:
    """Make a call and return how it ended."""
    planned = PLANS[name].get(call)
    args = planned(stage) if planned else None
    wiretap.take()
    done = sdk.carry_out(call, args, {})
    seen = [one for one in wiretap.take() if one.path != TOKEN]
    assert {one.path for one in seen} & PATHS <= set(sdk.calls[call])
    stage.tickets |= {one.answer["ticket"] for one in seen if one.answer and "ticket" in one.answer}
    return result(call, done, seen, stage)


def result(call: str, done: dict[str, Any], seen: list[Seen], stage: Stage) -> str:
    """Return ``works``, ``not built``, the errcode of another refusal, or what else came of it."""
    if "error" not in done:
        return "works" if understood(call, done["value"], seen, stage) else "misread"
    error = done["error"]
    if error["code"] is None or not EXCEPTIONS & set(error["kinds"]):
        return str(error["kinds"][0])
    assert error["code"] == seen[-1].answer["errcode"]
    built = "does not offer" not in error["message"]
    return str(error["code"]) if built or error["code"] != 48001 else "not built"
