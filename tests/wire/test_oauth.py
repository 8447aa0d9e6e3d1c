"""Web OAuth beyond single calls: a code is exchanged once however many ask, no secret is kept, calls are counted."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from kaquan.actions.exchange_code import forget_grants
from kaquan.actions.manage_app import set_override
from kaquan.rules.quota import Override
from kaquan.store import tables
from kaquan.store.tx import Tx
from support.api import Api
from support.server import Server
from wire.answers import refusal
from wire.kept import Kept

CALLERS = 8
ROUNDS = 5


def new_code(api: Api, openid: str, scope: str = "snsapi_base") -> str:
    """Return a code for a person."""
    code: str = api.ok("/sandbox/oauth_code", {"openid": openid, "scope": scope})["code"]
    return code


def exchange(api: Api, code: str) -> Any:
    """Return the answer to the exchange of a code."""
    query = {"grant_type": "authorization_code", "appid": api.appid, "secret": api.secret, "code": code}
    return api.raw("GET", "/sns/oauth2/access_token?" + urlencode(query))


def renew(api: Api, refresh_token: str) -> Any:
    """Return the answer to the use of a refresh token."""
    query = {"grant_type": "refresh_token", "appid": api.appid, "refresh_token": refresh_token}
    return api.raw("GET", "/sns/oauth2/refresh_token?" + urlencode(query))


def test_of_many_that_exchange_one_code_at_once_one_gets_tokens(api: Api) -> None:
    ann = api.person("ann")
    with ThreadPoolExecutor(CALLERS) as pool:
        for _ in range(ROUNDS):
            code = new_code(api, ann)
            answers = list(pool.map(lambda one: exchange(api, one), [code] * CALLERS))
            assert sorted(one.get("errcode", 0) for one in answers) == [0] + [40163] * (CALLERS - 1)


def test_of_many_that_renew_an_expired_token_at_once_all_get_the_same_new_one(api: Api) -> None:
    first = exchange(api, new_code(api, api.person("ann")))
    api.ok("/sandbox/clock", {"advance": 7200})
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(lambda one: renew(api, one), [first["refresh_token"]] * CALLERS))
    assert {one["refresh_token"] for one in answers} == {first["refresh_token"]}
    (new,) = {one["access_token"] for one in answers}
    assert new != first["access_token"]


def test_each_exchange_gives_tokens_of_its_own_and_the_earlier_ones_stay_good(api: Api) -> None:
    ann = api.person("ann")
    first, second = exchange(api, new_code(api, ann)), exchange(api, new_code(api, ann))
    assert len({first["access_token"], second["access_token"], first["refresh_token"], second["refresh_token"]}) == 4
    for one in (first, second):
        query = urlencode({"access_token": one["access_token"], "openid": ann})
        assert api.raw("GET", f"/sns/auth?{query}") == {"errcode": 0, "errmsg": "ok"}


def test_a_used_code_is_remembered_for_five_minutes_and_unknown_after(api: Api, kept: Kept) -> None:
    code = new_code(api, api.person("ann"))
    api.ok("/sandbox/clock", {"advance": 200})
    assert exchange(api, code)["expires_in"] == 7200
    api.ok("/sandbox/clock", {"advance": 290})
    assert refusal(kept, api, exchange(api, code)) == "40163 used"
    api.ok("/sandbox/clock", {"advance": 20})
    assert refusal(kept, api, exchange(api, code)) == "40029 unknown"


def test_what_is_kept_of_a_grant_tells_no_secret(server: Server) -> None:
    api = server.new_app()
    ann = api.person("ann")
    code, spare = new_code(api, ann), new_code(api, ann)
    tokens = exchange(api, code)
    query = urlencode({"grant_type": "x", "code": spare, "refresh_token": tokens["refresh_token"]})
    api.raw("GET", f"/sns/oauth2/access_token?{query}&appid={api.appid}")

    def everything(tx: Tx) -> str:
        mine = [tx.all(sa.select(one)) for one in tables.metadata.sorted_tables if one.name.startswith("oauth")]
        calls = tx.all(sa.select(tables.failed_call.c.query).where(tables.failed_call.c.query.like(f"%{api.appid}%")))
        lines = tx.all(sa.select(tables.journal.c.fields).where(tables.journal.c.appid == api.appid))
        return repr((mine, calls, lines))

    deadline = time.monotonic() + 5
    while "code=***&refresh_token=***" not in (found := server.database.transact(everything)):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    secrets = (code, spare, tokens["access_token"], tokens["refresh_token"])
    assert [one for one in secrets if one in found] == []


def test_codes_and_grants_that_are_over_are_forgotten(server: Server) -> None:
    api = server.new_app()
    ann = api.person("ann")
    now = api.ok("/sandbox/clock")["now"]
    exchange(api, new_code(api, ann))
    new_code(api, ann)

    def left(seconds: int) -> tuple[int, int]:
        def count(tx: Tx) -> tuple[int, int]:
            forget_grants(tx, api.appid, now + seconds)
            every = (tables.oauth_code, tables.oauth_grant)
            codes, grants = (len(tx.all(sa.select(one.c.appid).where(one.c.appid == api.appid))) for one in every)
            return codes, grants

        return server.database.transact(count)

    assert [left(299), left(310), left(30 * 86_400 - 1), left(30 * 86_400 + 10)] == [(2, 1), (0, 1), (0, 1), (0, 0)]


PATHS = ("/sns/oauth2/access_token", "/sns/oauth2/refresh_token", "/sns/userinfo", "/sns/auth")


@pytest.mark.parametrize("path", PATHS)
def test_the_calls_are_counted_once_the_app_is_known(server: Server, kept: Kept, path: str) -> None:
    api = server.new_app()
    server.database.transact(lambda tx: set_override(tx, api.appid, Override(path, daily=2)))
    ann = api.person("ann")
    code = new_code(api, ann, "snsapi_userinfo")
    tokens = exchange(api, code)
    good = {
        "grant_type": path.rpartition("/")[2].replace("access_token", "authorization_code"),
        "appid": api.appid,
        "secret": api.secret,
        "code": new_code(api, ann),
        "refresh_token": tokens["refresh_token"],
        "access_token": tokens["access_token"],
        "openid": ann,
    }

    def call() -> Any:
        return api.raw("GET", f"{path}?{urlencode(good)}")

    if path != PATHS[0]:
        assert call().get("errcode", 0) == 0
    assert call().get("errcode", 0) == 0
    assert refusal(kept, api, call()) == "45009 used_up"


@pytest.mark.parametrize("path", PATHS)
def test_their_faults_can_be_rehearsed(api: Api, path: str) -> None:
    assert api.ok("/sandbox/fault", {"path": path, "errcode": -1, "nth": 100})["fault_id"]
