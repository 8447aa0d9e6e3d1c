"""The developer's settings: a text for each mistake in domains and addresses, the secret, the check of a callback."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kaquan.web.texts import Language, Texts
from support.api import Api
from support.browser import Devices, look
from support.callback import Receiver
from support.server import Server
from support.walk import SIZES, developer_at
from support.worker import Worker, worker


def section(page: Page, anchor: str) -> None:
    """Wait until the page came back to a part of it."""
    page.wait_for_url(f"**/develop#{anchor}")


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_a_developer_sets_an_account_up(
    sqlite_server: Server, devices: Devices, receiver: Receiver, size: str, language: Language
) -> None:
    say, api = Texts(language), sqlite_server.new_app()
    assert api.token
    page = developer_at(sqlite_server, devices, api, size, language)
    page.goto(f"{sqlite_server.base_url}/console/{api.appid}/develop")
    look(page, f"develop-{size}")
    page.get_by_role("button", name=say("生成新的 AppSecret")).click()
    fresh = page.locator("#secret-1").inner_text()
    for secret in (api.secret, fresh):
        assert Api(sqlite_server.base_url, api.appid, secret).token
    page.get_by_role("button", name=say("旧的立即失效")).click()
    expect(page.get_by_text(say("旧的 AppSecret 已失效"))).to_be_visible()
    assert api.raw("GET", token_path(api))["errcode"] == 40125
    assert fresh not in page.content()
    page.locator("#profile").select_option("lenient")
    page.locator("#log_calls").select_option("all")
    save(page, say, "settings")
    expect(page.locator("#profile")).to_have_value("lenient")
    page.locator("#ip_list").fill("203.0.113.7\n203.0.113.7/24")
    save(page, say, "addresses")
    expect(page.get_by_role("alert")).to_contain_text("203.0.113.0/24")
    page.locator("#ip_list").fill("203.0.113.7")
    save(page, say, "addresses")
    assert api.raw("GET", token_path(Api(sqlite_server.base_url, api.appid, fresh)))["errcode"] == 40164
    page.locator("#testers").fill(f"{api.person('ann')}\nnobody-knows")
    save(page, say, "testers")
    expect(page.get_by_role("alert")).to_contain_text("nobody-knows")
    page.locator("#card_js_domain").fill("shop.example.com")
    save(page, say, "card_js_domain")
    look(page, f"develop-set-{size}")
    receiver.echo = lambda echostr: (200, f'"{echostr}"'.encode())
    page.locator("#url").fill(receiver.url)
    page.get_by_role("button", name=say("检查并保存")).click()
    expect(page.locator(".checks .broken")).to_have_count(1)
    look(page, f"develop-check-{size}")
    receiver.echo = lambda echostr: (200, echostr.encode())
    receiver.token, receiver.aes_key = (page.locator(f"#secret-{number}").inner_text() for number in (1, 2))
    page.get_by_role("button", name=say("检查并保存")).click()
    expect(page.locator(".checks .held")).to_have_count(4)
    assert receiver.token not in page.content()
    page.get_by_role("button", name=say("发送测试事件")).click()
    expect(page.get_by_role("link", name=say("看它是否送达"))).to_be_visible()
    assert [one.event for one in receiver.wait(1)] == ["user_view_card"]
    page.get_by_role("button", name=say("停止推送")).click()
    expect(page.get_by_text(say("没有设置回调地址：事件只留在事件推送里。"))).to_be_visible()


def token_path(api: Api) -> str:
    """Return what asks for a token with a client's secret."""
    return f"/cgi-bin/token?grant_type=client_credential&appid={api.appid}&secret={api.secret}"


def save(page: Page, say: Texts, do: str) -> None:
    """Press the button of a form."""
    with page.expect_navigation():
        page.locator(f"form:has(input[name=do][value={do}])").get_by_role(
            "button", name=say("保存"), exact=True
        ).click()


@pytest.fixture(scope="module")
def desk(sqlite_server: Server) -> Worker:
    """A developer of an account that is there for this module."""
    api = sqlite_server.new_app()
    one = worker(sqlite_server, api, "developer")
    one.where = f"/console/{api.appid}/develop"  # type: ignore[attr-defined]
    return one


def said(desk: Worker, **fields: str) -> str:
    """Return what the page says to a form in its alert."""
    desk.post(desk.where, **fields)  # type: ignore[attr-defined]
    found = re.search(r'role="alert">(.*?)</(?:div|p)>\s*(?:<form|<ol|<div|$)', desk.page, re.DOTALL)
    return re.sub(r"<[^>]*>|\s+", " ", found[1]) if found else ""


@pytest.mark.parametrize(
    ("field", "typed", "text"),
    [
        ("js_domains", "https://shop.example.com", "不要写 http:// 或 https://"),
        ("js_domains", "a.cn/x", "不要写路径"),
        ("js_domains", "*.a.cn", "通配符"),
        ("js_domains", "a.cn:99999", "端口应为 1 至 65535"),
        ("js_domains", "熊猫.cn", "xn--"),
        ("js_domains", "-a.cn", "这不是域名"),
        ("js_domains", "a.cn,b.cn,c.cn,d.cn,e.cn,f.cn", "最多 5 个域名"),
        ("oauth_domain", "u@a.cn", "不要写用户名"),
        ("oauth_domain", "[::1]", "IPv6"),
        ("oauth_domain", "a b.cn", "空格"),
        ("card_js_domain", "https://shop.example.com", "协议"),
        ("card_js_domain", "10.0.0.1", "IP"),
        ("card_js_domain", "shop.example.com/x", "路径"),
        ("card_js_domain", "shop.example.com:80", "端口"),
        ("card_js_domain", "com.cn", "com.cn"),
        ("card_js_domain", "-x-.example.com", "-x-.example.com"),
    ],
)
def test_what_is_no_domain_is_told_in_its_own_words(desk: Worker, field: str, typed: str, text: str) -> None:
    assert text in said(desk, do=field, **{field: typed})


FAILURES: dict[str, tuple[Callable[[str], tuple[int, bytes]] | str, int, str]] = {
    "another text": (lambda _: (200, b"ok"), 3, "→ ok"),
    "nothing": (lambda _: (200, b""), 3, "（空）"),
    "another status": (lambda echostr: (404, echostr.encode()), 2, "404"),
    "a redirect": (lambda _: (302, b""), 2, "302"),
    "nobody listens": ("http://127.0.0.1:9/events", 1, "no connection"),
    "a metadata service": ("http://169.254.169.254/latest", 0, "metadata"),
    "no address": ("ftp://shop.example.com/", 0, "not an http or https URL"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_the_check_of_a_callback_shows_the_step_that_failed(desk: Worker, receiver: Receiver, name: str) -> None:
    wrong, held, text = FAILURES[name]
    url = wrong if isinstance(wrong, str) else receiver.url
    if not isinstance(wrong, str):
        receiver.echo = wrong
    form = {"do": "callback", "url": url, "token": receiver.token, "aes_key": "", "mode": "plain", "format": "xml"}
    desk.post(desk.where, **form)  # type: ignore[attr-defined]
    steps = re.findall(r'<li class="(held|broken)">(.*?)</li>', desk.page, re.DOTALL)
    assert [kind for kind, _ in steps] == ["held"] * held + ["broken"]
    assert text in steps[-1][1]
    assert "没有设置回调地址" in desk.page


@pytest.mark.parametrize(
    ("token", "aes_key", "mode", "text"),
    [("a", "", "plain", "Token"), ("Tok3n", "short", "safe", "EncodingAESKey"), ("Tok-n", "", "plain", "Token")],
)
def test_secrets_of_another_form_are_refused_before_anybody_is_asked(
    desk: Worker, receiver: Receiver, token: str, aes_key: str, mode: str, text: str
) -> None:
    fields = {"url": receiver.url, "token": token, "aes_key": aes_key, "mode": mode, "format": "xml"}
    assert said(desk, do="callback", **fields)
    assert text in desk.page
    assert receiver.checks == []


def test_a_second_change_of_the_card_js_domain_is_refused(sqlite_server: Server) -> None:
    api = sqlite_server.new_app()
    desk = worker(sqlite_server, api, "developer")
    desk.where = f"/console/{api.appid}/develop"  # type: ignore[attr-defined]
    for domain in ("a.example.com", "b.example.com"):
        assert said(desk, do="card_js_domain", card_js_domain=domain) == ""
    assert "c.example.com" in said(desk, do="card_js_domain", card_js_domain="c.example.com")
