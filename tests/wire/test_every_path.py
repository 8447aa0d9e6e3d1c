"""What every registered path answers alike: tokens, methods, rights and bodies, in the documented order."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from kaquan.api.precedence import FREQUENCY, JSON, KEY, METHOD, RIGHT, SIZE, SUSPENDED, TOKEN
from kaquan.api.route import CARD, ROUTES
from kaquan.app import load_endpoints
from kaquan.errors.order import step
from support.api import Api
from support.server import Server
from wire.answers import refusal, send
from wire.cases import FOLDER, STEP, cases
from wire.cases import files as transcripts
from wire.kept import Kept

load_endpoints()
DOCUMENTED = {
    row["path"]: row["method"]
    for row in csv.DictReader(files("kaquan.api").joinpath("endpoints.csv").read_text("utf-8").splitlines())
}
# Paths of ours that are fetched; all others of ours take POST.
FETCHED = {"/healthz", "/image/"}
# Documented with one method, and tolerated with the other.
BY_SECRET = {"/cgi-bin/clear_quota/v2", "/cgi-bin/token", "/cgi-bin/stable_token"}
# They have a person's token, or a code for one.
OF_PERSONS = {"/sns/auth", "/sns/oauth2/access_token", "/sns/oauth2/refresh_token", "/sns/userinfo"}
WITHOUT_TOKEN = {"/cgi-bin/showqrcode", *BY_SECRET, *FETCHED, *OF_PERSONS}
EITHER = {
    "/card/code/unavailable",
    "/card/getcolors",
    "/cgi-bin/get_api_domain_ip",
    "/cgi-bin/getcallbackip",
    "/cgi-bin/ticket/getticket",
}
WITHOUT_JSON = {
    "/sandbox/load",
    "/cgi-bin/media/uploadimg",
    "/cgi-bin/clear_quota/v2",
    *EITHER - {"/card/code/unavailable"},
}
# Kept for SDKs, though nothing is left that it could do.
WITHOUT_SUCCESS = {"/card/code/mark"}

ERRCODE = re.compile(r'^< \{"errcode":(-?\d+)')

# Told by every call alike, and tested so below.
ALIKE = (*TOKEN, *METHOD.values(), SUSPENDED, *RIGHT.values(), *FREQUENCY, SIZE, KEY, *JSON)
SHARED = {given for text in ALIKE for given in step(text).given}
# The lenient profile's word where the strict one says 40053; one walk makes both (rules/test_decode.py).
LENIENT = 41011
# What a transcript cannot show, and where it is tested.
UNSHOWN = {
    "/card/code/consume": {40071: "no member card can be made yet: rules/test_code.py"},
    "/card/qrcode/create": {45029: "takes as many tickets as an account may have: actions/test_create_qr.py"},
    "/cgi-bin/qrcode/create": {45029: "takes as many tickets as an account may have: actions/test_create_qr.py"},
    "/cgi-bin/message/mass/send": {45019: "takes ten thousand openids: cgi_bin/message/test_messages.py"},
    "/cgi-bin/stable_token": {45009: "takes twenty forced refreshes: wire/test_tokens.py"},
    "/sandbox/load": {0: "takes a file: sandbox/test_snapshot.py"},
    "/sandbox/save": {
        0: "a file: sandbox/test_snapshot.py",
        40097: "takes more than 64 MB: store/test_snapshot_file.py",
    },
    "/sandbox/resend": {0: "takes a callback: sandbox/test_resend.py"},
    "/ext/user": {45019: "takes a thousand ids: wire/test_behaviour.py"},
}

PATHS = sorted(ROUTES)
GUARDED = [path for path in PATHS if path not in WITHOUT_TOKEN]
POSTED = [path for path in PATHS if path not in FETCHED and DOCUMENTED.get(path, "POST") == "POST"]
READING = [path for path in POSTED if path not in WITHOUT_JSON]
OF_CARDS = [path for path in PATHS if ROUTES[path].needs == CARD]
OF_ISSUERS = [path for path in PATHS if path.startswith("/ext/")]
OF_SANDBOXES = [path for path in PATHS if path.startswith("/sandbox/")]
ANYWAY = [path for path in GUARDED if not ROUTES[path].needs]

# An address that answers the check of a callback is no text.
TOLD = [
    path
    for path in PATHS
    if (FOLDER / f"{path.strip('/').replace('-', '_')}.txt").exists() and path != "/sandbox/callback"
]

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
    for request, answer, _ in (one for file in transcripts() for case in cases(file) for one in case.steps):
        if sent := STEP.fullmatch(request):
            errcode = ERRCODE.search(answer)
            found.setdefault(sent["path"].partition("?")[0], set()).add(int(errcode[1]) if errcode else 0)
    return found


def own(path: str) -> set[int]:
    """Return the errcodes that a path gives beside what all give."""
    return {errcode for one in ROUTES[path].order for errcode, cause in one.given if (errcode, cause) not in SHARED}


@pytest.mark.parametrize("path", TOLD)
def test_the_transcripts_show_a_success_and_each_refusal_of_the_path(path: str) -> None:
    wanted = own(path) if path in WITHOUT_SUCCESS else {0, *own(path)}
    assert wanted - answered()[path] - {LENIENT} == set(UNSHOWN.get(path, {}))


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
