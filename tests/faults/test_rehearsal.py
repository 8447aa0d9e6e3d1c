"""Rehearsed faults as a client sees them: late answers, lost answers, and the right call of many."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from card_bodies import card

from cli.command import as_app, kaquan, printed
from kaquan.actions.rehearse_fault import plan_fault
from kaquan.rules.fault import Fault
from support.api import Api
from support.fleet import Fleet
from support.load import crowd
from support.run import run
from support.server import Server

CONSUME = "/card/code/consume"
COLORS = "/card/getcolors"


def plan(api: Api, path: str, *how: object) -> str:
    """Rehearse a fault on the command line and return its id."""
    return printed("sandbox", "fault", "--path", path, *how, **as_app(api))[-1]


def code_of(api: Api) -> str:
    """Return a claimed code."""
    return api.claim(api.create_card(card()), api.person("ann"))


def bytes_of(api: Api, path: str, body: dict[str, Any], **headers: str) -> bytes:
    """Return every byte that a request on a connection of its own is answered, until the server closes it."""
    data = json.dumps(body).encode()
    lines = [f"POST {path}?access_token={api.token} HTTP/1.1", "host: test", f"content-length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    address = urlsplit(api.base_url)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "connection: close", "", ""]).encode() + data)
        found = b""
        while received := connection.recv(65536):
            found += received
    return found


def answer_of(raw: bytes) -> Any:
    """Return the JSON of an HTTP answer."""
    return json.loads(raw.partition(b"\r\n\r\n")[2])


def test_a_dropped_call_gets_no_byte_and_was_not_carried_out(server: Server) -> None:
    api = server.new_app()
    code = code_of(api)
    plan(api, CONSUME, "--drop")
    before = server.log
    assert bytes_of(api, CONSUME, {"code": code}) == b""
    assert api.ok("/card/code/get", {"code": code})["can_consume"] is True
    assert api.ok(CONSUME, {"code": code})["openid"]
    assert server.log == before


def test_a_call_that_is_carried_out_and_dropped_is_found_done_when_it_is_repeated(server: Server) -> None:
    api = server.new_app()
    code = code_of(api)
    plan(api, CONSUME, "--drop", "--after")
    assert bytes_of(api, CONSUME, {"code": code}) == b""
    assert api.post(CONSUME, {"code": code})["errcode"] == 40099


def test_with_an_idempotency_key_the_repeated_call_gets_the_lost_answer(server: Server) -> None:
    api = server.new_app()
    code = code_of(api)
    plan(api, CONSUME, "--drop", "--after")
    body, key = {"code": code}, "order-1"
    assert bytes_of(api, CONSUME, body, idempotency_key=key) == b""
    first, second = (answer_of(bytes_of(api, CONSUME, body, idempotency_key=key)) for _ in range(2))
    assert (first["errcode"], first["card"]) == (0, second["card"])
    assert first == second
    assert api.post(CONSUME, body)["errcode"] == 40099


def test_an_errcode_after_the_call_hides_that_it_was_carried_out(server: Server) -> None:
    api = server.new_app()
    code = code_of(api)
    plan(api, CONSUME, "--errcode", -1, "--after")
    refused = api.post(CONSUME, {"code": code})
    assert refused["errcode"] == -1
    assert "rehearsed fault" in refused["errmsg"]
    assert api.post(CONSUME, {"code": code})["errcode"] == 40099


@pytest.mark.parametrize("after", [(), ("--after",)])
def test_a_call_that_hangs_is_answered_late(server: Server, after: tuple[str, ...]) -> None:
    api = server.new_app()
    code = code_of(api)
    plan(api, CONSUME, "--hang", "1s", *after)
    begun = time.monotonic()
    assert api.ok(CONSUME, {"code": code})["openid"]
    assert 1 <= time.monotonic() - begun < 5
    begun = time.monotonic()
    assert api.post(CONSUME, {"code": code})["errcode"] == 40099
    assert time.monotonic() - begun < 1


def test_other_connections_live_on_while_one_is_dropped_and_one_hangs(server: Server) -> None:
    api = server.new_app()
    plan(api, COLORS, "--hang", "4")
    plan(api, COLORS, "--nth", 2, "--drop")

    def strikes() -> None:
        while not api.ok("/sandbox/faults")["faults"][0]["seen"]:
            time.sleep(0.02)

    async def scenario() -> list[Any]:
        async with crowd([api], 3) as (late, lost, well):
            waiting = asyncio.create_task(late.post(COLORS))
            await asyncio.to_thread(strikes)
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await lost.post(COLORS)
            found = [(await well.post(COLORS))["errcode"], waiting.done()]
            return [*found, (await waiting)["errcode"]]

    assert run(scenario()) == [0, False, 0]


def test_the_nth_call_is_counted_over_all_processes(fleet: Fleet) -> None:
    apis = fleet.new_app()
    apis[0].ok("/sandbox/fault", {"path": COLORS, "nth": 100, "times": 7, "errcode": 40099})

    async def scenario() -> list[int]:
        async with crowd(apis, 16) as callers:
            calls = [[(await one.post(COLORS))["errcode"] for one in callers] for _ in range(6)]
            found = [errcode for row in calls for errcode in row]
            together = await asyncio.gather(*(one.post(COLORS) for one in callers))
            return [*found, *(answer["errcode"] for answer in together)]

    found = run(scenario())
    assert found[:96] == [0] * 96
    assert Counter(found[96:]) == {0: 9, 40099: 7}


def test_faults_are_listed_and_cleared_by_hand(server: Server) -> None:
    api = server.new_app()
    one = plan(api, COLORS, "--nth", 3, "--times", 2, "--errcode", 45009)
    two = plan(api, CONSUME, "--hang", "6s")
    assert api.post(COLORS)["errcode"] == 0
    listed = [json.loads(line) for line in printed("sandbox", "faults", **as_app(api))]
    assert listed == [
        {"fault_id": one, "path": COLORS, "errcode": 45009, "nth": 3, "times": 2, "after": False, "seen": 1},
        {"fault_id": two, "path": CONSUME, "hang": 6, "nth": 1, "times": 1, "after": False, "seen": 0},
    ]
    assert printed("sandbox", "faults", "--clear", **as_app(api)) == ["2 cleared"]
    assert printed("sandbox", "faults", **as_app(api)) == []
    assert [api.post(COLORS)["errcode"] for _ in range(4)] == [0] * 4


def test_no_more_than_100_faults_are_planned(server: Server) -> None:
    api = server.new_app()
    planned = [Fault(number, COLORS, "errcode", -1, 1, 1, False) for number in range(1, 101)]
    server.database.transact(lambda tx: [plan_fault(tx, api.appid, one) for one in planned])
    refused = api.post("/sandbox/fault", {"path": COLORS, "errcode": -1})
    assert refused["errcode"] == 40097
    assert "has 100 rehearsed faults planned already" in refused["errmsg"]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (("--hang", "soon"), "hang: 'soon' is no time such as 6s"),
        (("--hang", "61s"), "40097 invalid args"),
        ((), "40097 invalid args"),
        (("--errcode", 45010), "40097 invalid args"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(sandbox: Api, how: tuple[object, ...], said: str) -> None:
    done = kaquan("sandbox", "fault", "--path", COLORS, *how, **as_app(sandbox))
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(said)
