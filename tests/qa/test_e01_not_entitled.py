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
SOMEBODY = "oSOMEBODYxxxxxxxxxxxxxxxxxxx"
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


def asked(api: Api, path: str, token: str = "") -> Any:
    """Return the answer of a path by the method it takes, to a call with this token or a good one."""
    query = {"access_token": token} if token else {}
    return api.post(path, {"card_id": "p1"}, **query) if "POST" in ROUTES[path].methods else api.get(path, **query)


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
    """Return a call of each path that names a card, as far as it is built."""
    one: dict[str, Any] = {"card_id": card_id}
    code = {"code": "123456789012", **one}
    several = {"multiple_card": {"card_list": [one]}}
    note = {"msgtype": "wxcard", "wxcard": one}
    shelf = {"banner": "https://p.example/b", "page_title": "t", "can_share": True, "scene": "SCENE_H5"}
    calls = {
        "/card/get": one,
        "/card/update": {"groupon": {"base_info": {"notice": "n"}}, **one},
        "/card/code/get": code,
        "/card/code/consume": code,
        "/card/code/unavailable": code,
        "/card/code/update": {"new_code": "A-2", **code},
        "/card/code/mark": {"openid": openid, "is_mark": True, **code},
        "/card/code/deposit": {"code": ["A-1"], **one},
        "/card/code/getdepositcount": one,
        "/card/code/checkcode": {"code": ["A-1"], **one},
        "/card/boardingpass/checkin": {"is_cancel": True, **code},
        "/card/meetingticket/updateuser": {"zone": "A", **code},
        "/card/movieticket/updateuser": {"seat_number": ["A1"], **code},
        "/card/modifystock": {"increase_stock_value": 1, **one},
        "/card/paycell/set": {"is_open": False, **one},
        "/card/selfconsumecell/set": {"is_open": False, **one},
        "/card/qrcode/create": {"action_name": "QR_CARD", "action_info": {"card": one}},
        "/cgi-bin/qrcode/create": {"action_name": "QR_MULTIPLE_CARD", "action_info": several},
        "/card/landingpage/create": {**shelf, "card_list": [{"thumb_url": "https://p.example/t", **one}]},
        "/card/mpnews/gethtml": one,
        "/cgi-bin/message/custom/send": {"touser": openid, **note},
        "/cgi-bin/message/mass/preview": {"touser": openid, **note},
        "/cgi-bin/message/mass/send": {"touser": [openid, SOMEBODY], **note},
        "/cgi-bin/message/mass/sendall": {"filter": {"is_to_all": True}, **note},
        "/card/user/getcardlist": {"openid": openid, **one},
        "/ext/claim": {"openid": openid, **one},
        "/card/delete": one,
    }
    return {path: body for path, body in calls.items() if path in ROUTES}


# Paths of cards that name none.
WITHOUT_CARD = {
    "/card/batchget",
    "/card/code/decrypt",
    "/card/create",
    "/card/getapplyprotocol",
    "/card/getcolors",
    "/card/location/batchadd",
    "/card/location/batchget",
    "/card/testwhitelist/set",
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
    assert set(CARD_PATHS) - calls.keys() == WITHOUT_CARD
    told = {path: desk.refused(path, body) for path, body in calls.items()}
    places = {path: one.pop("path") for path, one in told.items() if "path" in one}
    assert places == {
        "/cgi-bin/qrcode/create": "action_info.multiple_card.card_list[0].card_id",
        "/card/landingpage/create": "card_list[0].card_id",
    }
    assert told == dict.fromkeys(calls, expected)
    assert desk.passes("/card/get", {"card_id": card_id}, access_token=owner.token)["card"]["card_type"] == "GROUPON"


def test_of_a_foreign_card_and_no_card_function_the_account_is_told_of_itself(server: Server) -> None:
    card_id = server.new_app().create_card(card())
    desk = applicant(server, "pending")
    told = desk.refused("/card/get", {"card_id": card_id})
    assert (told["answer"], told["cause"]) == (UNAUTHORIZED, "function_pending")


def test_a_card_that_is_nobodys_is_told_apart_from_another_accounts(desk: Desk) -> None:
    told = desk.refused("/card/get", {"card_id": "pNone"})
    assert told == {"answer": "40073 invalid card id", "cause": "unknown", "zh": "本账号没有卡券 pNone。"}


def aged(server: Server, *, replaced: bool, **columns: Any) -> tuple[Desk, str]:
    """Return an account and a token of it that time, or a newer token, has made void."""
    # Sandbox accounts alone have a clock to move; their answers carry the cause too.
    api = server.new_app(**columns)
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


def test_3_the_token_has_expired_and_the_account_has_that_answered_as_40001(server: Server) -> None:
    desk, old = aged(server, replaced=False, expired_token=40001)
    told = desk.refused("/card/create", card(), access_token=old)
    zh = told.pop("zh")
    text = "40001 invalid credential, access_token is invalid or not latest"
    assert told == {"answer": text, "cause": "expired"}
    assert re.fullmatch(rf"{desk.api.appid} 的这个 access_token（classic）已在 .* 过期，距今 \d 秒；.*40001.*", zh)


@pytest.mark.parametrize(("replaced", "errcode"), [(False, 42001), (True, 40001)])
def test_3_no_path_takes_a_void_token_and_that_is_said_before_anything_else(
    server: Server, replaced: bool, errcode: int
) -> None:
    desk, old = aged(server, replaced=replaced)
    decide(server, desk.api.appid, "refused")
    found = {path: asked(desk.api, path, old)["errcode"] for path in CARD_PATHS}
    assert found == dict.fromkeys(CARD_PATHS, errcode)


def test_3_the_token_has_been_replaced(server: Server) -> None:
    desk, old = aged(server, replaced=True)
    assert desk.refused("/card/create", card(), access_token=old) == {
        "answer": "40001 invalid credential, access_token is invalid or not latest",
        "cause": "replaced",
        "zh": f"{desk.api.appid} 的这个 access_token（classic）已经被后来取得的新 token 取代。",
    }
    assert desk.passes("/card/create", card())
