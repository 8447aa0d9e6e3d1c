"""The demo shop beside a running platform, as a browser without a window sees it."""

from __future__ import annotations

import http.client
import json
import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from kaquan.rules.signature import card_sign, wx_config_signature
from support.api import Api
from support.server import Server

WAIT_SECONDS = 20.0


class Browser:
    """Keeps cookies and follows nothing by itself.

    Args:
        address: of the shop.
    """

    def __init__(self, address: str) -> None:
        self._netloc = urlsplit(address).netloc
        self.cookies: dict[str, str] = {}

    def go(self, path: str, body: Any = None, kind: str = "application/json") -> tuple[int, str, str]:
        """Return status, Location and text of an answer."""
        connection = http.client.HTTPConnection(self._netloc, timeout=WAIT_SECONDS)
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            sent["content-type"] = kind
        try:
            connection.request("GET" if body is None else "POST", path, json.dumps(body) if body else None, sent)
            answer = connection.getresponse()
            for line in answer.headers.get_all("set-cookie", []):
                self.cookies |= {name: one.value for name, one in SimpleCookie(line).items()}
            return answer.status, answer.headers.get("location", ""), answer.read().decode()
        finally:
            connection.close()

    def json(self, path: str, body: Any = None) -> Any:
        """Return the decoded answer of a request that succeeds."""
        status, _, text = self.go(path, body)
        assert status == 200, text
        return json.loads(text)


@pytest.fixture
def merchant(sqlite_server: Server) -> Api:
    """The demo's own account."""
    return sqlite_server.demo


@pytest.fixture
def stranger(sqlite_server: Server) -> Browser:
    """A browser that has never been in the shop."""
    return Browser(sqlite_server.facts["shop"])


@pytest.fixture
def visitor(stranger: Browser, merchant: Api) -> Browser:
    """A browser that came back from the consent page as a person of its own."""
    return entered(stranger, merchant, merchant.person("visitor"))


def entered(browser: Browser, merchant: Api, openid: str) -> Browser:
    """Come back from the consent page as somebody."""
    state = asked_of(browser)["state"]
    code = merchant.ok("/sandbox/oauth_code", {"openid": openid})["code"]
    assert browser.go(f"/back?code={code}&state={state}")[:2] == (302, "/")
    return browser


def asked_of(browser: Browser) -> dict[str, str]:
    """Return what the consent page is asked for."""
    status, location, _ = browser.go("/")
    assert status == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def test_a_stranger_goes_by_the_consent_page(sqlite_server: Server, stranger: Browser) -> None:
    facts = sqlite_server.facts
    _, location, _ = stranger.go("/")
    query = f"appid={facts['appid']}&redirect_uri={quote(facts['shop'] + '/back', safe='')}&response_type=code"
    begin = f"{facts['base_url']}/connect/oauth2/authorize?{query}&scope=snsapi_base&state="
    assert re.fullmatch(re.escape(begin) + r"[0-9a-f]{32}#wechat_redirect", location)
    for path in ("add_card?card_id=p", "choose_card", "mine"):
        assert stranger.go(f"/api/{path}")[0] == 403
    assert stranger.go("/api/consume", {"encrypt_code": "x"})[0] == 403


def test_a_code_without_this_browsers_state_lets_nobody_in(stranger: Browser, merchant: Api) -> None:
    code = merchant.ok("/sandbox/oauth_code", {"openid": merchant.person("visitor")})["code"]
    assert stranger.go(f"/back?code={code}&state=x")[:2] == (302, "/")
    asked_of(stranger)
    assert stranger.go(f"/back?code={code}&state=x")[:2] == (302, "/")
    assert "shop_session" not in stranger.cookies


def test_a_code_that_was_used_begins_anew_and_a_refusal_is_told(stranger: Browser, merchant: Api) -> None:
    state = asked_of(stranger)["state"]
    assert stranger.go(f"/back?code={'x' * 32}&state={state}")[:2] == (302, "/")
    assert "未授权" in stranger.go(f"/back?state={state}")[2]
    assert "shop_session" not in stranger.cookies


def test_a_session_that_was_changed_is_none(visitor: Browser, merchant: Api) -> None:
    assert "jweixin-1.6.0.js" in visitor.go("/")[2]
    other = merchant.person("other")
    visitor.cookies["shop_session"] = f"{other}.{visitor.cookies['shop_session'].partition('.')[2]}"
    assert visitor.go("/")[0] == 302


def test_the_page_loads_the_library_from_the_platform(sqlite_server: Server, visitor: Browser) -> None:
    _, _, text = visitor.go("/")
    assert f'<script src="{sqlite_server.base_url}/open/js/jweixin-1.6.0.js" defer>' in text
    for name in ("shop.js", "shop.css"):
        assert visitor.go(f"/static/{name}")[0] == 200


def test_three_cards_are_offered_of_which_one_is_sold_out(visitor: Browser) -> None:
    cards = visitor.json("/api/cards")
    assert [(one["title"], one["left"] > 0, one["most"]) for one in cards] == [
        ("双人下午茶", True, 5),
        ("满五十减十元", True, 1),
        ("开业茶杯", False, 1),
    ]


def test_the_page_is_signed_for_wx_config(sqlite_server: Server, visitor: Browser, merchant: Api) -> None:
    page = f"{sqlite_server.facts['shop']}/?from=timeline"
    signed = visitor.json(f"/api/config?url={quote(page + '#top', safe='')}")
    ticket = merchant.get("/cgi-bin/ticket/getticket", type="jsapi")["ticket"]
    wanted = wx_config_signature(ticket, signed["nonceStr"], signed["timestamp"], page)
    assert (signed["appId"], signed["signature"]) == (merchant.appid, wanted)
    assert visitor.go(f"/api/config?url={quote('http://evil.example/', safe='')}")[0] == 403


def test_cards_are_signed_claimed_listed_and_consumed(visitor: Browser, merchant: Api) -> None:
    ann = merchant.person("visitor")
    often, once, sold_out = (one["card_id"] for one in visitor.json("/api/cards"))
    signed = visitor.json(f"/api/add_card?card_id={often}&card_id={sold_out}")
    assert [one["cardId"] for one in signed] == [often, sold_out]
    first, second = ({"card_id": one["cardId"], "openid": ann, "card_ext": one["cardExt"]} for one in signed)
    code = merchant.ok("/ext/claim", first)["code"]
    assert merchant.post("/ext/claim", second)["errcode"] == 45031
    assert {"cardId": often, "code": code} in visitor.json("/api/mine")
    encrypted = merchant.ok("/sandbox/encrypt_code", {"card_id": often, "code": code})["encrypt_code"]
    assert visitor.go("/api/consume", {"encrypt_code": encrypted}, "text/plain")[0] == 403
    assert visitor.json("/api/consume", {"encrypt_code": encrypted}) == {"code": code}
    status, _, text = visitor.go("/api/consume", {"encrypt_code": encrypted})
    assert (status, json.loads(text)["error"][:5]) == (502, "40099")
    assert once != often


def test_a_card_of_somebody_else_is_not_consumed(visitor: Browser, merchant: Api) -> None:
    often = visitor.json("/api/cards")[0]["card_id"]
    code = merchant.claim(often, merchant.person("other"))
    encrypted = merchant.ok("/sandbox/encrypt_code", {"card_id": often, "code": code})["encrypt_code"]
    assert visitor.go("/api/consume", {"encrypt_code": encrypted})[0] == 403
    assert merchant.ok("/card/code/get", {"code": code})["can_consume"] is True


def test_choosing_is_signed_over_all_cards(visitor: Browser, merchant: Api) -> None:
    signed = visitor.json("/api/choose_card")
    ticket = merchant.get("/cgi-bin/ticket/getticket", type="wx_card")["ticket"]
    filters = {"app_id": merchant.appid, "timestamp": signed["timestamp"], "nonce_str": signed["nonceStr"]}
    assert (signed["signType"], signed["cardSign"]) == ("SHA1", card_sign(ticket, filters))
