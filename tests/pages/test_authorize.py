"""The consent page: recognised visitors are led back with a code, and to the checked host alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from cli.command import of, printed
from clients.of_wechatpy import oauth_of
from kaquan.actions.add_persona import add_persona
from kaquan.store.apps import load_app
from kaquan.store.tx import Tx
from support.api import Api
from support.browser import Faults, assert_accessible
from support.server import Server
from wire.answers import refusal
from wire.kept import Kept

CODE = re.compile(r"[A-Za-z0-9]{32}")


class Merchant(ThreadingHTTPServer):
    """A merchant's own page, which notes how it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        merchant = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                merchant.asked.append(self.path)
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write("<!doctype html><link rel=icon href=data:,><title>shop</title>店".encode())

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def host(self) -> str:
        """Return the merchant's host and port; other names below .test lead here too."""
        return f"shop.test:{self.server_port}"


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    """A merchant's page that runs."""
    serving = Merchant()
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture(scope="session")
def kept(server: Server) -> Iterator[Kept]:
    """What the server keeps of refused calls."""
    reading = Kept(server.database)
    yield reading
    reading.close()


@pytest.fixture
def app(sqlite_server: Server, merchant: Merchant) -> Api:
    """A sandbox account with that page's host as its OAuth domain, and Ann as a persona."""
    api = sqlite_server.new_app(oauth_domain=merchant.host, name="熊猫茶馆 <b>")
    openid, now = api.person("ann"), api.ok("/sandbox/clock")["now"]

    def add(tx: Tx) -> None:
        found = load_app(tx, api.appid)
        assert found is not None
        add_persona(tx, found, "Ann", openid, now)

    sqlite_server.database.transact(add)
    return api


def address(api: Api, uri: str, scope: str = "snsapi_base", state: str = "s1", **more: str) -> str:
    """Return where a merchant's page sends its visitor."""
    query = {"appid": api.appid, "redirect_uri": uri, "response_type": "code", "scope": scope, "state": state, **more}
    return f"{api.base_url}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"


def signed_in(page: Page, api: Api, uri: str, scope: str = "snsapi_base") -> None:
    """Go to the consent page and sign in as Ann on the way."""
    page.goto(address(api, uri, scope))
    expect(page).to_have_url(re.compile("/wallet/sign-in"))
    page.get_by_role("button", name="Ann").click()


def came_back(merchant: Merchant) -> tuple[str, dict[str, str]]:
    """Return the path that the merchant was asked for last, and its query."""
    parts = urlsplit(merchant.asked[-1])
    return parts.path, {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}


def exchanged(api: Api, code: str) -> Any:
    """Return what a code is exchanged for."""
    query = {"grant_type": "authorization_code", "appid": api.appid, "secret": api.secret, "code": code}
    return api.raw("GET", f"/sns/oauth2/access_token?{urlencode(query)}")


def test_who_is_signed_in_is_led_back_at_once_and_others_sign_in_first(
    phone: Page, app: Api, merchant: Merchant
) -> None:
    uri = f"http://{merchant.host}/back?a=1#/card"
    signed_in(phone, app, uri)
    expect(phone).to_have_title("shop")
    path, query = came_back(merchant)
    assert (path, query["a"], query["state"], phone.url.partition("#")[2]) == ("/back", "1", "s1", "/card")
    told = exchanged(app, query["code"])
    assert (told["openid"], told["scope"]) == (app.person("ann"), "snsapi_base")
    phone.goto(address(app, uri, state="s2"))
    expect(phone).to_have_title("shop")
    _, again = came_back(merchant)
    assert (again["state"], CODE.fullmatch(again["code"]) is not None, again["code"] != query["code"]) == (
        "s2",
        True,
        True,
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_profile_is_told_with_consent_and_not_without(phone: Page, app: Api, merchant: Merchant, lang: str) -> None:
    uri, (allow, refuse) = f"http://{merchant.host}/back", {"zh": ("允许", "拒绝"), "en": ("Allow", "Refuse")}[lang]
    signed_in(phone, app, uri)
    expect(phone).to_have_title("shop")
    for answer in (refuse, allow):
        phone.goto(address(app, uri, "snsapi_userinfo", lang=lang))
        expect(phone.get_by_role("heading", level=1)).to_have_text("熊猫茶馆 <b>")
        assert_accessible(phone)
        phone.get_by_role("button", name=answer).click()
        expect(phone).to_have_title("shop")
        assert came_back(merchant)[1].get("code", "") == "" or answer == allow
    told = exchanged(app, came_back(merchant)[1]["code"])
    assert (told["openid"], told["scope"]) == (app.person("ann"), "snsapi_userinfo")
    query = urlencode({"access_token": told["access_token"], "openid": told["openid"]})
    assert app.raw("GET", f"/sns/userinfo?{query}")["nickname"] == "Ann"


def test_a_published_sdk_leads_through_the_page(phone: Page, app: Api, merchant: Merchant) -> None:
    oauth = oauth_of(app, "snsapi_userinfo")
    oauth.redirect_uri = f"http://{merchant.host}/back"
    phone.goto(oauth.authorize_url)
    phone.get_by_role("button", name="Ann").click()
    phone.get_by_role("button", name="允许").click()
    expect(phone).to_have_title("shop")
    _, query = came_back(merchant)
    assert sorted(query) == ["code", "state"]
    oauth.fetch_access_token(query["code"])
    assert oauth.get_user_info()["nickname"] == "Ann"


def test_a_first_visit_makes_the_person_known(phone: Page, app: Api, merchant: Merchant) -> None:
    phone.goto(address(app, f"http://{merchant.host}/back"))
    phone.get_by_role("link", name="注册新用户").click()
    phone.get_by_label("用户名").fill(f"new-{app.appid}")
    phone.get_by_label("密码", exact=True).fill("correct horse")
    phone.get_by_label("再次输入").fill("correct horse")
    phone.get_by_role("button", name="注册").click()
    expect(phone).to_have_title("shop")
    openid = exchanged(app, came_back(merchant)[1]["code"])["openid"]
    assert openid in app.get("/cgi-bin/user/get")["data"]["openid"]
    assert app.get("/cgi-bin/user/info", openid=openid)["openid"] == openid


REFUSED = {
    "10012 missing": {"appid": ""},
    "10011 missing": {"redirect_uri": ""},
    "10010 missing": {"scope": ""},
    "10016 unknown": {"appid": "wx0123456789abcdef"},
    "10003 malformed": {"redirect_uri": "http://SHOP@evil.example/"},
    "10003 encoded_twice": {"redirect_uri": "http%3A%2F%2FSHOP%2F"},
    "10003 other_host": {"redirect_uri": "http://evil.example/"},
    "10005 unknown_scope": {"scope": "snsapi_login"},
    "10013 malformed": {"state": "a b"},
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_wrong_is_shown_with_its_number_and_nobody_is_led_anywhere(
    server: Server, kept: Kept, said: str
) -> None:
    api = server.new_app(oauth_domain="shop.example")
    query = {"appid": api.appid, "redirect_uri": "http://shop.example/", "scope": "snsapi_base", "state": "s"}
    query |= {name: value.replace("SHOP", "shop.example") for name, value in REFUSED[said].items()}
    assert page_says(api, kept, query) == said


@pytest.mark.parametrize(
    ("columns", "said"), [({"suspended": True}, "10004 suspended"), ({"oauth_domain": ""}, "10003 no_domain")]
)
def test_an_account_that_cannot_ask_is_told_so(server: Server, kept: Kept, columns: dict[str, Any], said: str) -> None:
    api = server.new_app(**{"oauth_domain": "shop.example", **columns})
    query = {"appid": api.appid, "redirect_uri": "http://shop.example/", "scope": "snsapi_base"}
    assert page_says(api, kept, query) == said


def test_the_reference_on_the_page_tells_a_developer_the_cause(server: Server, kept: Kept) -> None:
    api = server.new_app(oauth_domain="shop.example")
    query = {"appid": api.appid, "redirect_uri": "http://evil.example/", "scope": "snsapi_base"}
    rid = reference(api.http.send("GET", f"/connect/oauth2/authorize?{urlencode(query)}")[1].decode())
    kept.find(api.appid, rid)
    said = "\n".join(printed("explain", rid, **of(server.database)))
    assert "10003 redirect_uri domain differs from the configured one" in said
    assert "redirect_uri leads to evil.example, but the account's OAuth domain is shop.example" in said
    told = api.ok("/cgi-bin/openapi/rid/get", {"rid": rid})
    assert "10003" in str(told)


def reference(text: str) -> str:
    """Return the reference that a refusing page shows."""
    found = re.search(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", text)
    assert found is not None, text
    return found[0]


def page_says(api: Api, kept: Kept, query: dict[str, str]) -> str:
    """Return errcode and cause that are kept for a page that shows the number and leads nowhere."""
    status, body = api.http.send("GET", f"/connect/oauth2/authorize?{urlencode(query)}", accept_language="en")
    text = body.decode()
    assert (status, "http-equiv" in text) == (200, False)
    _, call = kept.find(api.appid, reference(text))
    assert f"Error {call.errcode}" in text
    return f"{call.errcode} {call.cause}"


def test_a_page_of_the_original_that_is_not_built_says_so(server: Server, kept: Kept) -> None:
    assert refusal(kept, server.new_app(), server.demo.raw("GET", "/connect/qrconnect")) == "48001 not_implemented"


def test_another_site_cannot_press_allow(phone: Page, app: Api, merchant: Merchant, faults: Faults) -> None:
    uri = f"http://{merchant.host}/back"
    signed_in(phone, app, uri)
    expect(phone).to_have_title("shop")
    asked = len(merchant.asked)
    action = address(app, uri, "snsapi_userinfo")
    form = f"<form method=post action='{action}'><button name=answer value=allow>x</button></form>"
    phone.evaluate("(html) => { document.body.innerHTML = html; document.querySelector('button').click(); }", form)
    faults.expect("403")
    expect(phone.get_by_role("heading", level=1)).to_have_text("请重试")
    assert len(merchant.asked) == asked
