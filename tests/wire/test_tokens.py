"""How long tokens and tickets last, on the sandbox's clock (auth_and_signatures.md 1)."""

from __future__ import annotations

from typing import Any

import pytest

from support.api import Api
from support.server import Server
from wire.answers import refusal, send
from wire.kept import Kept

ASK = b'{"offset":0,"count":1}'


def classic(api: Api) -> str:
    """Return a new classic token."""
    query = f"grant_type=client_credential&appid={api.appid}&secret={api.secret}"
    token: str = api.raw("GET", f"/cgi-bin/token?{query}")["access_token"]
    return token


def stable(api: Api, force: bool = False) -> Any:
    """Return the answer of stable_token."""
    body = f'{{"grant_type":"client_credential","appid":"{api.appid}","secret":"{api.secret}","force_refresh":'
    return api.raw("POST", "/cgi-bin/stable_token", f"{body}{str(force).lower()}}}".encode())


def standing(kept: Kept, api: Api, token: str) -> str:
    """Return ``good``, or why a token is not."""
    answer = send(api, "POST", "/card/batchget", ASK, token)
    return "good" if answer["errcode"] == 0 else refusal(kept, api, answer)


def pass_time(api: Api, seconds: int) -> None:
    """Move the account's clock, whatever has become of its tokens."""
    api.adopt(stable(api)["access_token"])
    api.ok("/sandbox/clock", {"advance": seconds})
    api.adopt(stable(api)["access_token"])


def test_old_and_new_are_both_good_for_five_minutes_then_the_old_one_is_replaced(api: Api, kept: Kept) -> None:
    old, new = classic(api), classic(api)
    assert [standing(kept, api, one) for one in (old, new)] == ["good", "good"]
    pass_time(api, 290)
    assert [standing(kept, api, one) for one in (old, new)] == ["good", "good"]
    pass_time(api, 10)
    assert [standing(kept, api, one) for one in (old, new)] == ["40001 replaced", "good"]


def test_a_token_that_has_lived_its_time_has_expired_even_when_it_was_replaced(api: Api, kept: Kept) -> None:
    old, new = classic(api), classic(api)
    pass_time(api, 7200)
    assert [standing(kept, api, one) for one in (old, new)] == ["42001 expired", "42001 expired"]


def test_an_account_may_have_expired_tokens_answered_as_replaced_ones(server: Server, kept: Kept) -> None:
    api = server.new_app(expired_token=40001)
    old = classic(api)
    pass_time(api, 7190)
    assert standing(kept, api, old) == "good"
    pass_time(api, 10)
    assert standing(kept, api, old) == "40001 expired"
    assert send(api, "POST", "/card/batchget", ASK, old)["errmsg"].startswith(
        "invalid credential, access_token is invalid or not latest rid: "
    )


def test_of_three_tokens_the_first_is_cut_by_the_second_and_not_prolonged_by_the_third(api: Api, kept: Kept) -> None:
    first, second = classic(api), classic(api)
    pass_time(api, 200)
    third = classic(api)
    pass_time(api, 150)
    assert [standing(kept, api, one) for one in (first, second, third)] == ["40001 replaced", "good", "good"]


def test_a_stable_token_and_a_classic_one_live_side_by_side(api: Api, kept: Kept) -> None:
    one, other = classic(api), stable(api)["access_token"]
    classic(api)
    stable(api, force=True)
    assert [standing(kept, api, token) for token in (one, other)] == ["good", "40001 replaced"]


def test_a_stable_token_is_force_refreshed_20_times_a_day(api: Api, kept: Kept) -> None:
    tokens = {stable(api)["access_token"]}
    for _ in range(20):
        pass_time(api, 31)
        tokens.add(stable(api, force=True)["access_token"])
    assert len(tokens) == 21
    pass_time(api, 31)
    assert refusal(kept, api, stable(api, force=True)) == "45009 forced_refreshes"
    assert stable(api)["access_token"] in tokens
    pass_time(api, 86400)
    assert stable(api, force=True)["access_token"] not in tokens


def test_a_force_right_after_another_gives_the_same_token(api: Api) -> None:
    first = stable(api, force=True)["access_token"]
    assert stable(api, force=True)["access_token"] == first
    pass_time(api, 20)
    assert stable(api, force=True)["access_token"] == first
    pass_time(api, 11)
    assert stable(api, force=True)["access_token"] != first


@pytest.mark.parametrize("path", ["/card/getcolors", "/cgi-bin/ticket/getticket", "/cgi-bin/getcallbackip"])
def test_a_token_serves_in_the_query_of_a_get_too(api: Api, path: str) -> None:
    assert api.get(path, type="wx_card").get("errcode", 0) == 0
