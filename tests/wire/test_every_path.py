"""What every registered path answers alike: tokens, methods, rights and bodies, in the documented order."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from kaquan.api.route import CARD, ROUTES
from kaquan.app import load_endpoints
from support.api import Api
from support.server import Server
from wire.answers import refusal, send
from wire.kept import Kept
from wire.transcript import FOLDER, STEP, cases
from wire.transcript import files as transcripts

load_endpoints()
DOCUMENTED = {
    row["path"]: row["method"]
    for row in csv.DictReader(files("kaquan.api").joinpath("endpoints.csv").read_text("utf-8").splitlines())
}
# Paths of ours that are fetched; all others of ours take POST.
FETCHED = {"/article/", "/healthz", "/image/", "/q/", "/shelf/", "/style/cards"}
# Documented with one method, and tolerated with the other.
BY_SECRET = {"/cgi-bin/clear_quota/v2", "/cgi-bin/token", "/cgi-bin/stable_token"}
WITHOUT_TOKEN = {"/cgi-bin/showqrcode", *BY_SECRET, *FETCHED}
EITHER = {
    "/card/code/unavailable",
    "/card/getcolors",
    "/cgi-bin/get_api_domain_ip",
    "/cgi-bin/getcallbackip",
    "/cgi-bin/ticket/getticket",
}
WITHOUT_JSON = {"/cgi-bin/media/uploadimg", "/cgi-bin/clear_quota/v2", *EITHER - {"/card/code/unavailable"}}
MESSAGE = {40008, 40053, 40073, 40078, 40080, 40158, 41012, 43004, 44004, 45002, 45030, 45031, 48001}

# Kept for SDKs, though nothing is left that it could do.
WITHOUT_SUCCESS = {"/card/code/mark"}

ERRCODE = re.compile(r'^< \{"errcode":(-?\d+)')

# What a path gives beside what all give, as far as it is built (errors.md 2).
REFUSALS: dict[str, set[int]] = {
    "/card/batchget": {40053, 40078, 40097, 41011},
    "/card/code/checkcode": {40053, 40073, 40109, 40110, 40150, 41012, 41013, 48001},
    "/card/code/consume": {40053, 40056, 40073, 40079, 40099, 40127, 41012, 41013, 48001, 72020},
    "/card/code/decrypt": {40053, 40075, 41011},
    "/card/code/deposit": {40053, 40073, 40078, 40109, 40110, 40111, 40150, 41012, 41013, 48001},
    "/card/code/get": {40053, 40056, 40073, 40099, 40127, 41012, 41013, 48001},
    "/card/code/getdepositcount": {40053, 40073, 41012, 48001},
    "/card/code/mark": {40003, 40053, 40056, 40073, 40148, 41009, 41012, 41013, 48001},
    "/card/code/unavailable": {40053, 40056, 40073, 40099, 40127, 41012, 41013, 48001},
    "/card/code/update": {40053, 40056, 40073, 40116, 40127, 40150, 41011, 41012, 41013, 45021, 48001},
    "/card/create": {40053, 40066, 40070, 40071, 40072, 40076, 40079, 40098, 40122, 40136, 40141, 40149, 40150}
    | {41011, 41026, 43009, 45021, 45025, 45044, 47001, 73205},
    "/card/delete": {40073, 41012, 48001},
    "/card/get": {40053, 40073, 41012, 48001},
    "/card/getcolors": set(),
    "/card/landingpage/create": {40053, 40073, 40078, 40112, 40129, 40141, 40158, 41011, 41012, 44005, 45021, 45039}
    | {48001},
    "/card/location/batchadd": {40053, 41011, 45025},
    "/card/location/batchget": {40053, 40097},
    "/card/modifystock": {40053, 40073, 40078, 40122, 40136, 41012, 48001},
    "/card/mpnews/gethtml": {40073, 40078, 40112, 40158, 41012, 48001},
    "/card/paycell/set": {40053, 40073, 40078, 40107, 40145, 41012, 43008, 43017, 45046, 48001},
    "/card/qrcode/create": {40003, 40052, 40053, 40073, 40078, 41011, 41012, 44005, 45021, 45031, 45039, 48001},
    "/card/selfconsumecell/set": {40053, 40073, 40078, 40107, 41012, 43017, 45046, 48001},
    "/card/testwhitelist/set": {40003, 40053, 45019},
    "/card/update": {40053, 40066, 40072, 40073, 40076, 40078, 40079, 40098, 40100, 40141, 40145, 40150, 41011, 41012}
    | {43017, 45021, 45046, 47001, 48001},
    "/card/user/getcardlist": {40003, 40053, 40073, 41009, 48001},
    "/cgi-bin/api_getwxcategory": set(),
    "/cgi-bin/clear_quota": {40013, 40053, 41002, 48006},
    "/cgi-bin/clear_quota/v2": {40013, 40125, 41002, 41004, 48006},
    "/cgi-bin/get_api_domain_ip": set(),
    "/cgi-bin/getcallbackip": set(),
    "/cgi-bin/message/custom/send": MESSAGE | {40003, 41009},
    "/cgi-bin/message/mass/delete": {40053, 40059},
    "/cgi-bin/message/mass/get": {40053, 40059},
    "/cgi-bin/message/mass/preview": MESSAGE | {40003, 40132, 41009},
    "/cgi-bin/message/mass/send": MESSAGE | {40003, 40130, 41009, 45065, 45066, 45067},
    "/cgi-bin/message/mass/sendall": MESSAGE - {43004} | {45065, 45066, 45067, 45159},
    "/cgi-bin/openapi/quota/get": {40053, 76021, 76022},
    "/cgi-bin/openapi/rid/get": {40053, 76001, 76002, 76003, 76004},
    "/cgi-bin/poi/addpoi": {40053, 40097, 41011, 45021, 65104, 65105, 65109, 65110, 65111, 65112, 65113, 65114},
    "/cgi-bin/poi/delpoi": {40053, 65115, 65116, 65117},
    "/cgi-bin/poi/getpoi": {40053, 65115, 65116},
    "/cgi-bin/poi/getpoilist": {40053, 40097},
    "/cgi-bin/poi/getwxcategory": set(),
    "/cgi-bin/poi/updatepoi": {40053, 40097, 41011, 45021, 65105, 65106, 65107, 65111, 65114, 65115, 65116},
    "/cgi-bin/qrcode/create": {40003, 40052, 40053, 40073, 40078, 41012, 44005, 45039, 48001},
    "/cgi-bin/stable_token": {40002, 40013, 40053, 40125, 41002, 41004, 43002, 44002},
    "/cgi-bin/ticket/getticket": {40097, 41001},
    "/cgi-bin/token": {40002, 40013, 40125, 41002, 41004, 43001},
    "/cgi-bin/user/get": {40003},
    "/cgi-bin/user/info": {40003, 41009},
    "/cgi-bin/user/info/batchget": {40003, 40032, 40053, 41009, 41011},
    "/ext/claim": {40003, 40053, 40073, 40078, 40079, 40080, 40116, 41009, 41012, 45021, 45031, 45033, 48001},
    "/ext/messages": {40003, 40053, 40097, 41009},
    "/ext/user": {40053, 41009, 45021, 48001},
    "/sandbox/approve": {40073, 40078, 41012, 48001},
    "/sandbox/approve_store": {40053, 45021, 48001, 65115, 65116, 65118},
    "/sandbox/clock": {40053, 40097, 48001},
    "/sandbox/delete": {40056, 40073, 40127, 41009, 41012, 41013, 48001},
    "/sandbox/encrypt_code": {41012, 41013, 48001},
    "/sandbox/events": {40053, 48001},
    "/sandbox/fault": {40053, 40097, 48001},
    "/sandbox/faults": {48001},
    "/sandbox/faults/clear": {40053, 40097, 48001},
    "/sandbox/refuse": {40053, 40073, 40078, 41012, 45021, 48001},
    "/sandbox/refuse_store": {40053, 45021, 48001, 65115, 65116, 65118},
}

PATHS = sorted(ROUTES)
GUARDED = [path for path in PATHS if path not in WITHOUT_TOKEN]
POSTED = [path for path in PATHS if path not in FETCHED and DOCUMENTED.get(path, "POST") == "POST"]
READING = [path for path in POSTED if path not in WITHOUT_JSON]
OF_CARDS = [path for path in PATHS if ROUTES[path].needs == CARD]
OF_ISSUERS = [path for path in PATHS if path.startswith("/ext/")]
OF_SANDBOXES = [path for path in PATHS if path.startswith("/sandbox/")]
ANYWAY = [path for path in GUARDED if not ROUTES[path].needs]

Account = Callable[..., Api]


@pytest.fixture(scope="session")
def account(server: Server) -> Account:
    """Gives the account with these columns, made once."""
    made: dict[str, Api] = {}

    def give(**columns: Any) -> Api:
        key = repr(sorted(columns.items()))
        if key not in made:
            made[key] = server.new_app(**{"sandbox": False, "card_function": "granted", **columns})
        return made[key]

    return give


def method_of(path: str) -> str:
    """Return the method a path is documented with."""
    return DOCUMENTED.get(path, "POST")


def written(path: str) -> list[str]:
    """Return the files that test a path: its transcript, or a test of its name."""
    folder, _, name = path.strip("/").replace("-", "_").rpartition("/")
    wanted = (FOLDER / folder / f"{name}.txt", FOLDER / folder / f"test_{name}.py")
    return [one.name for one in wanted if one.exists()]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_has_a_transcript_or_a_test_of_its_own(path: str) -> None:
    assert written(path), f"add {path.strip('/')}.txt below {FOLDER}"


@cache
def answered() -> dict[str, set[int]]:
    """Return the errcodes that each path gives in the transcripts; 0 is a success."""
    found: dict[str, set[int]] = {}
    for request, answer, _ in (step for file in transcripts() for case in cases(file) for step in case.steps):
        if step := STEP.fullmatch(request):
            errcode = ERRCODE.search(answer)
            found.setdefault(step["path"].partition("?")[0], set()).add(int(errcode[1]) if errcode else 0)
    return found


@pytest.mark.parametrize("path", REFUSALS)
def test_the_transcripts_show_a_success_and_each_refusal_of_the_path(path: str) -> None:
    wanted = REFUSALS[path] if path in WITHOUT_SUCCESS else {0, *REFUSALS[path]}
    assert wanted - answered()[path] == set()


def test_every_path_with_a_transcript_is_held_to_its_refusals() -> None:
    # An address that answers the check of a callback is no text.
    told = {path for path in PATHS if f"{path.rpartition('/')[2]}.txt" in written(path)}
    assert told - {"/sandbox/callback"} == set(REFUSALS)


@pytest.mark.parametrize("path", GUARDED)
def test_without_a_token_nothing_else_is_looked_at(account: Account, kept: Kept, path: str) -> None:
    api = account()
    assert refusal(kept, api, api.raw("PATCH", path, b"")) == "41001 missing"
    assert refusal(kept, api, send(api, "POST", path, b"[", token="")) == "41001 missing"


@pytest.mark.parametrize("path", GUARDED)
def test_a_token_is_not_taken_from_the_body_or_a_header(account: Account, kept: Kept, path: str) -> None:
    api = account()
    body = f'{{"access_token":"{api.token}"}}'.encode()
    assert refusal(kept, api, api.raw("POST", path, body, access_token=api.token)) == "41001 missing"


@pytest.mark.parametrize("path", GUARDED)
def test_what_is_no_token_of_this_platform_is_told_so(account: Account, kept: Kept, path: str) -> None:
    api = account()
    changed = api.token[:-2] + ("AA" if api.token[-2:] != "AA" else "BB")
    answers = [send(api, "POST", path, b"{}", token) for token in ("x", "%00", "%E6%B1%89", changed)]
    found = [refusal(kept, api, answer) for answer in answers]
    assert found == ["40014 malformed", "40014 malformed", "40014 malformed", "40014 unknown"]


@pytest.mark.parametrize("path", sorted(set(PATHS) - EITHER))
def test_the_other_methods_are_refused_before_rights_and_body(account: Account, kept: Kept, path: str) -> None:
    api = account(card_function="none")
    wrong, errcode = ("GET", 43002) if path in POSTED else ("POST", 43001)
    found = {refusal(kept, api, send(api, method, path)) for method in (wrong, "PUT", "DELETE", "OPTIONS")}
    assert found == {f"{errcode} method"}


@pytest.mark.parametrize("path", sorted(EITHER))
def test_where_two_methods_serve_the_others_are_told_to_post(account: Account, kept: Kept, path: str) -> None:
    api = account()
    assert {refusal(kept, api, send(api, method, path)) for method in ("PUT", "DELETE")} == {"43002 method"}


@pytest.mark.parametrize("path", OF_CARDS)
def test_without_the_card_function_cards_are_closed_and_the_cause_is_named(
    account: Account, kept: Kept, path: str
) -> None:
    states = ("none", "pending", "refused")
    apis = [account(card_function=state) for state in states]
    found = [refusal(kept, api, send(api, method_of(path), path, b"")) for api in apis]
    assert found == ["48001 function_not_applied", "48001 function_pending", "48001 function_refused"]


@pytest.mark.parametrize("path", OF_ISSUERS)
def test_the_own_calls_need_the_right_to_issue(account: Account, kept: Kept, path: str) -> None:
    api = account(permissions="custom_code")
    assert refusal(kept, api, send(api, "POST", path, b"")) == "48001 permission_missing"


@pytest.mark.parametrize("path", OF_SANDBOXES)
def test_the_sandbox_is_for_sandbox_accounts(account: Account, kept: Kept, path: str) -> None:
    api = account()
    assert refusal(kept, api, send(api, "POST", path, b"")) == "48001 sandbox_only"


@pytest.mark.parametrize("path", OF_CARDS + OF_ISSUERS + OF_SANDBOXES)
def test_a_suspended_account_is_told_so_first(account: Account, kept: Kept, path: str) -> None:
    api = account(suspended=True, card_function="none")
    assert refusal(kept, api, send(api, method_of(path), path, b"")) == "48004 suspended"


@pytest.mark.parametrize("path", ANYWAY)
def test_calls_about_the_account_itself_need_no_right(account: Account, kept: Kept, path: str) -> None:
    api = account(suspended=True, card_function="none")
    answer = send(api, method_of(path), path, b"")
    assert answer.get("errcode") not in {48001, 48004}


BODIES = {
    b"": "44002 empty",
    b" \r\n\t": "44002 empty",
    b"\xef\xbb\xbf": "44002 empty",
    b"{": "47001 not_json",
    b"card_id=p1": "47001 not_json",
    b"{'card_id':'p1'}": "47001 not_json",
    b'{"card_id":"p1"}x': "47001 not_json",
    b'{"a":NaN}': "47001 not_json",
    b'{"a":"\x00"}': "47001 not_json",
    b"[]": "47001 not_object",
    b'"{}"': "47001 not_object",
    b"null": "47001 not_object",
    b'{"a":' * 100_000: "47001 too_deep",
}


@pytest.mark.parametrize("path", READING)
def test_a_body_that_is_no_json_object_is_told_so(account: Account, kept: Kept, path: str) -> None:
    api = account(sandbox=True)
    found = {body: refusal(kept, api, send(api, "POST", path, body)) for body in BODIES}
    assert found == BODIES


@pytest.mark.parametrize("path", [*READING, "/cgi-bin/media/uploadimg"])
def test_a_body_that_is_too_large_is_told_so(account: Account, kept: Kept, path: str) -> None:
    api = account(sandbox=True)
    assert refusal(kept, api, send(api, "POST", path, b"{" + b" " * (2 << 20))) == "47001 body_too_large"
