"""E1: any ``/card/*`` call without the right to it: 48001, and 42001 or 40001 where the token is the reason."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from card_bodies import card

from cli.command import of, printed
from kaquan.api.route import ROUTES
from kaquan.app import load_endpoints
from qa.desk import Desk
from support.api import Api
from support.server import Server

load_endpoints()
CARD_PATHS = sorted(path for path in ROUTES if path.startswith("/card/"))
UNAUTHORIZED = "48001 api unauthorized"
FOLLOW_SECONDS = 5.0
STATES = {
    "none": ("function_not_applied", "账号 {appid} 还没有申请卡券功能。"),
    "pending": ("function_pending", "账号 {appid} 的卡券功能申请正在审核。"),
    "refused": ("function_refused", "账号 {appid} 的卡券功能申请没有通过。"),
}


def applicant(server: Server, state: str) -> Desk:
    """Return an account made on the command line whose application for the card function stands so."""
    lines = printed("app", "create", f"applicant {state}", "--review", "auto", **of(server.database))
    appid, secret = (line.split()[1] for line in lines)
    decide(server, appid, state)
    return Desk(Api(server.base_url, appid, secret), server.database)


def decide(server: Server, appid: str, state: str) -> None:
    """Decide an application as the operator does."""
    printed("app", "set", "--appid", appid, "--card-function", state, **of(server.database))


def asked(api: Api, path: str) -> Any:
    """Return the answer of a path by the method it takes."""
    return api.post(path, {"card_id": "p1"}) if "POST" in ROUTES[path].methods else api.get(path)


@pytest.mark.parametrize("state", STATES)
def test_1_the_card_function_is_not_granted_until_the_operator_grants_it(server: Server, state: str) -> None:
    desk = applicant(server, state)
    cause, zh = STATES[state]
    expected = {"answer": UNAUTHORIZED, "cause": cause, "zh": zh.format(appid=desk.api.appid)}
    assert desk.refused("/card/create", card()) == expected
    assert {path: asked(desk.api, path)["errcode"] for path in CARD_PATHS} == dict.fromkeys(CARD_PATHS, 48001)
    decide(server, desk.api.appid, "granted")
    deadline = time.monotonic() + FOLLOW_SECONDS
    while (answer := desk.api.post("/card/create", card()))["errcode"] == 48001 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert answer["errcode"] == 0


def on_the_card(card_id: str, openid: str) -> dict[str, dict[str, Any]]:
    """Return a call of each path that names a card."""
    one: dict[str, Any] = {"card_id": card_id}
    return {
        "/card/get": one,
        "/card/code/get": {"code": "123456789012", **one},
        "/card/code/consume": {"code": "123456789012", **one},
        "/card/code/unavailable": {"code": "123456789012", **one},
        "/card/modifystock": {"increase_stock_value": 1, **one},
        "/card/qrcode/create": {"action_name": "QR_CARD", "action_info": {"card": one}},
        "/card/user/getcardlist": {"openid": openid, **one},
        "/ext/claim": {"openid": openid, **one},
        "/card/delete": one,
    }


def test_2_the_token_belongs_to_another_appid_than_the_card(server: Server, desk: Desk) -> None:
    owner = server.new_app()
    card_id = owner.create_card(card())
    expected = {
        "answer": UNAUTHORIZED,
        "cause": "foreign_card",
        "zh": f"卡券 {card_id} 属于账号 {owner.appid}，而 access_token 属于账号 {desk.api.appid}。",
    }
    calls = on_the_card(card_id, desk.api.person("ann"))
    assert {path: desk.refused(path, body) for path, body in calls.items()} == dict.fromkeys(calls, expected)
    assert desk.passes("/card/get", {"card_id": card_id}, access_token=owner.token)["card"]["card_type"] == "GROUPON"


def test_a_card_that_is_nobodys_is_told_apart_from_another_accounts(desk: Desk) -> None:
    told = desk.refused("/card/get", {"card_id": "pNone"})
    assert told == {"answer": "40073 invalid card id", "cause": "unknown", "zh": "本账号没有卡券 pNone。"}


def aged(server: Server, *, replaced: bool) -> tuple[Desk, str]:
    """Return an account and a token of it that time, or a newer token, has made void."""
    # Sandbox accounts alone have a clock to move; their answers carry the cause too.
    api = server.new_app()
    old = api.token
    if replaced:
        api.renew()
    api.ok("/sandbox/clock", {"advance": 301 if replaced else 7200})
    api.renew()
    return Desk(api, server.database), old


def test_3_the_token_has_expired(server: Server) -> None:
    desk, old = aged(server, replaced=False)
    told = desk.refused("/card/create", card(), access_token=old)
    zh = told.pop("zh")
    assert told == {"answer": "42001 access_token expired", "cause": "expired"}
    assert re.fullmatch(rf"{desk.api.appid} 的这个 access_token（classic）已在 .* 过期，距今 \d 秒。", zh)
    assert desk.passes("/card/create", card())


def test_3_the_token_has_been_replaced(server: Server) -> None:
    desk, old = aged(server, replaced=True)
    assert desk.refused("/card/create", card(), access_token=old) == {
        "answer": "40001 invalid credential, access_token is invalid or not latest",
        "cause": "replaced",
        "zh": f"{desk.api.appid} 的这个 access_token（classic）已经被后来取得的新 token 取代。",
    }
    assert desk.passes("/card/create", card())
