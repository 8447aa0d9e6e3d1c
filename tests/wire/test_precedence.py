"""Of two faults the one that the endpoint's declared order names first is answered, over the wire."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from struct_bodies import good, spoiled, spoils

from kaquan.actions.manage_app import change_app, set_override
from kaquan.api.precedence import FREQUENCY, card_paths_in
from kaquan.api.route import ROUTES
from kaquan.app import load_endpoints
from kaquan.errors.change import Change, apply, at, places
from kaquan.errors.order import Given
from kaquan.rules.fields import Rank
from kaquan.rules.quota import Override
from support.api import Api
from support.server import Server
from wire.answers import refusal
from wire.kept import Kept
from wire.scene import Fault, Table, reason
from wire.spoiled_cards import TABLES as CARDS
from wire.spoiled_gifts import TABLES as GIFTS
from wire.spoiled_others import TABLES as OTHERS

load_endpoints()
TABLES = (*CARDS, *GIFTS, *OTHERS)
FAULTS = [pytest.param(table, one, id=f"{table.path} {one.given}") for table in TABLES for one in table.faults]
OF_PERSONS = ("auth", "oauth2/access_token", "oauth2/refresh_token", "userinfo")
COUNTED = "behind the secret, so that nobody uses up another's calls: qa/test_e12_frequency.py"
# Steps that no table spoils a request for, with the reason.
UNSPOILED: dict[str, dict[str, str]] = {
    "/card/code/consume": {"40071 member_card_consumed": "no member card can be made yet: rules/test_code.py"},
    "/card/create": {"43010 permission_missing | 48001 not_implemented": "a type that is not built has no other rules"},
    "/sandbox/fault": {"40097 fault_count": "a hundred planned faults: faults/test_rehearsal.py"},
    "/card/qrcode/create": {"45029 live_tickets": "as many tickets as an account may have: actions/test_create_qr.py"},
    "/cgi-bin/qrcode/create": {"45029 live_tickets": "as for /card/qrcode/create"},
    "/cgi-bin/token": dict.fromkeys(FREQUENCY, COUNTED),
    "/cgi-bin/stable_token": {
        **dict.fromkeys(FREQUENCY, COUNTED),
        "45009 forced_refreshes": "twenty forced refreshes, half a minute each: test_tokens.py",
    },
    **{f"/sns/{path}": dict.fromkeys(FREQUENCY, COUNTED) for path in OF_PERSONS},
}
# Paths without a table.
ALONE = {
    "/card/code/decrypt": "one step",
    "/card/location/batchadd": "one step",
    "/card/location/batchget": "one step",
    "/cgi-bin/callback/check": "one step for accounts without a callback, the other for those with one",
    "/cgi-bin/media/uploadimg": "all steps are about the one file",
    "/cgi-bin/message/mass/delete": "one step",
    "/cgi-bin/message/mass/get": "one step",
    "/cgi-bin/openapi/quota/get": "all steps are about the one path",
    "/cgi-bin/openapi/rid/get": "all steps are about the one reference",
    "/cgi-bin/poi/getpoi": "one step",
    "/cgi-bin/poi/getpoilist": "one step",
    "/cgi-bin/ticket/getticket": "one step",
    "/cgi-bin/user/get": "one step",
    "/cgi-bin/user/info": "all steps are about the one openid",
    "/sandbox/approve": "one step",
    "/sandbox/clock": "one step",
    "/sandbox/faults/clear": "one step",
    "/sandbox/keep": "all steps are about the one snapshot",
    "/sandbox/load": "all steps are about the one file",
    "/sandbox/refuse": "one step",
    "/sandbox/restore": "one step, and those of a file that the server wrote",
    "/sandbox/save": "one step",
    "/sandbox/snapshots/delete": "one step",
}


@pytest.fixture(scope="module")
def kept_there(sqlite_server: Server) -> Iterator[Kept]:
    """What the server keeps of refused calls."""
    reading = Kept(sqlite_server.database)
    yield reading
    reading.close()


def found(server: Server, kept: Kept, table: Table, *faults: Fault) -> str:
    """Return the errcode and cause that a request with these faults is refused with."""
    scene = table.scene(server, *faults)
    answer = table.send(scene)
    if not answer.get("errcode"):
        return "ok"
    call = kept.find(scene.api.appid, answer["errmsg"].partition(" rid: ")[2][:26])[1]
    return f"{call.errcode} {call.cause}"


def together() -> list[Any]:
    """Return the pairs of faults that one request can have; those of one step are no pair."""
    return [
        pytest.param(table, one, other, id=f"{table.path} {one.given} before {other.given}")
        for table in TABLES
        for one, other in itertools.combinations(table.faults, 2)
        if one.given != other.given and not reason(one, other)
    ]


@pytest.mark.parametrize(("table", "fault"), FAULTS)
def test_a_fault_alone_is_answered(sqlite_server: Server, kept_there: Kept, table: Table, fault: Fault) -> None:
    assert found(sqlite_server, kept_there, table, fault) == fault.given


@pytest.mark.parametrize(("table", "former", "latter"), together())
def test_of_two_faults_the_former_is_answered(
    sqlite_server: Server, kept_there: Kept, table: Table, former: Fault, latter: Fault
) -> None:
    assert found(sqlite_server, kept_there, table, former, latter) == former.given


@pytest.mark.parametrize("table", [table for table in TABLES if not table.secret], ids=lambda table: table.path)
def test_a_value_of_the_wrong_type_is_told_before_the_first_step(
    sqlite_server: Server, kept_there: Kept, table: Table
) -> None:
    reader, first = ROUTES[table.path].reader, table.faults[0]
    assert reader is not None
    scene = table.scene(sqlite_server, first)
    every = [one for node in reader.stages[-1] for one in spoils(node) if one.rank == Rank.TYPE]
    there = [one for one in every if at(scene.body, places(one.path)) is not None]
    free = [one for one in there if "card_id" not in one.path and not any(one.path in taken for taken in first.takes)]
    # Where the first step is about the only field, the field has the wrong type instead.
    chosen = (free or there or every)[-1]
    scene.body = spoiled(scene.body, chosen)
    answer = refusal(kept_there, scene.api, table.send(scene))
    assert answer == " ".join(map(str, chosen.given)), chosen


def declared(path: str) -> list[tuple[str, set[Given]]]:
    """Return the steps behind the reading of a path's body."""
    return [(str(one), set(one.given)) for one in ROUTES[path].declared]


def test_the_tables_stand_in_the_declared_order() -> None:
    for table in TABLES:
        order = [given for _, given in declared(table.path)]
        places, least = [], 0
        for one in table.faults:
            errcode, cause = one.given.split()
            least = next(n for n, given in enumerate(order) if n >= least and (int(errcode), cause) in given)
            places.append(least)
        assert places == sorted(places), table.path


def test_every_step_is_spoiled_or_has_a_reason_why_not() -> None:
    for path in sorted({table.path for table in TABLES} - {"/ext/claim"}):
        given = {one.given for table in TABLES if table.path == path for one in table.faults}
        pairs = {(int(one.split()[0]), one.split()[1]) for one in given}
        missing = {text for text, step in declared(path) if not step & pairs}
        assert missing == set(UNSPOILED.get(path, {})), path


def test_every_path_with_steps_of_its_own_has_a_table_or_a_reason_why_not() -> None:
    with_steps = {path for path, endpoint in ROUTES.items() if endpoint.declared}
    assert with_steps - {table.path for table in TABLES} == set(ALONE)


def test_adjacent_pairs_that_are_not_tested_have_a_reason() -> None:
    tested = {param.id for param in together()}
    for table in TABLES:
        for one, other in itertools.pairwise(table.faults):
            pair = f"{table.path} {one.given} before {other.given}"
            assert pair in tested or one.given == other.given or reason(one, other), pair


# What every call shares, and the card that a body names.

ASK = b'{"offset":0,"count":1}'
BROKEN = b"{"
FOLLOW_SECONDS = 10
LARGE = b"{" + b" " * (2 << 20)
OF_CARD = sorted(path for path, endpoint in ROUTES.items() if endpoint.card_paths)


def answered(kept: Kept, api: Api, method: str, body: bytes, **how: str) -> str:
    """Return errcode and cause of a refused ``/card/batchget``."""
    query = f"?access_token={how.pop('token', api.token)}"
    return refusal(kept, api, api.raw(method, f"/card/batchget{query}", body, **how))


def used_up(server: Server, **columns: Any) -> Api:
    """Return an account that has used its calls up."""
    api = server.new_app(**columns)
    server.database.transact(lambda tx: set_override(tx, api.appid, Override("/card/batchget", daily=1)))
    assert api.raw("POST", f"/card/batchget?access_token={api.token}", ASK)["errcode"] == 0
    return api


def test_the_order_before_the_body(sqlite_server: Server, kept_there: Kept) -> None:
    api = used_up(sqlite_server)
    bad_key = {"idempotency_key": "x" * 256}
    assert answered(kept_there, api, "GET", BROKEN, token="x", **bad_key) == "40014 malformed"
    assert answered(kept_there, api, "GET", BROKEN, **bad_key) == "43002 method"
    assert answered(kept_there, api, "POST", LARGE, **bad_key) == "45009 used_up"
    other = sqlite_server.new_app()
    assert answered(kept_there, other, "POST", LARGE, **bad_key) == "47001 body_too_large"
    assert answered(kept_there, other, "POST", b"", **bad_key) == "9990001 malformed"
    assert answered(kept_there, other, "POST", BROKEN, **bad_key) == "9990001 malformed"
    assert answered(kept_there, other, "POST", b"") == "44002 empty"
    assert answered(kept_there, other, "POST", BROKEN) == "47001 not_json"


def test_a_right_that_is_lost_is_told_before_calls_that_are_used_up(sqlite_server: Server, kept_there: Kept) -> None:
    api = used_up(sqlite_server, sandbox=False, card_function="granted")
    database = sqlite_server.database
    database.transact(lambda tx: change_app(tx, api.appid, card_function="none"))
    wait_until(lambda: answered(kept_there, api, "POST", ASK) == "48001 function_not_applied")
    database.transact(lambda tx: change_app(tx, api.appid, suspended=True))
    wait_until(lambda: answered(kept_there, api, "POST", ASK) == "48004 suspended")


def wait_until(holds: Callable[[], bool]) -> None:
    """Go on once something holds; a server follows a change of an account within a second."""
    deadline = time.monotonic() + FOLLOW_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("path", OF_CARD)
def test_a_card_that_is_not_there_is_told_before_what_else_is_wrong(
    sqlite_server: Server, kept_there: Kept, path: str
) -> None:
    api = sqlite_server.new_app()
    reader, (place, *_) = ROUTES[path].reader, ROUTES[path].card_paths
    assert reader is not None
    node = next(node for node in reader.stages[-1] if place in card_paths_in(node))
    faults = [one for one in spoils(node) if not place.startswith(one.path) and one.rank > Rank.CARD_ID]
    heads = {one.path for stage in reader.stages[:-1] for head in stage for one in spoils(head)}
    # With a head, what it decides is known only when it is right.
    samples = {one.rank: one for one in faults if one.path not in heads | {one.decider for one in faults}}
    for one in samples.values():
        body = spoiled(with_card(good(node), place, "pUnknown"), one)
        assert refusal(kept_there, api, api.post(path, body)) == "40073 unknown", (one, body)


def with_card(body: dict[str, Any], place: str, card_id: str) -> dict[str, Any]:
    """Return a body that names this card."""
    mended = apply(body, place, Change("set", card_id))
    if mended is None:
        # A message of another kind: make it one with a card.
        mended = {**body, "msgtype": "wxcard", "wxcard": {"card_id": card_id}}
    return dict(mended)
