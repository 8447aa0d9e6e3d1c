"""From nothing to an account with colleagues: sign up, second factor, invitations, roles, the audit log."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, expect

from kaquan.sources import wall_clock
from kaquan.web.texts import Language, Texts
from support.browser import Devices, Faults, look
from support.database import Databases
from support.server import Server
from support.worker import Worker, worker

LOCALES = {"zh": "zh-CN", "en": "en-US"}
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks owners and operators for a second factor."""
    databases = Databases(tmp_path_factory.mktemp("strict"))
    with Server(databases.create(), KAQUAN_SECOND_FACTOR="true") as running:
        yield running


def code_of(key: str, step: int = 0) -> str:
    """Return the digits that an authenticator shows, some steps of 30 seconds from now."""
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    return TOTP(secret, 6, SHA1(), 30).generate(wall_clock() + 30 * step).decode()


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_a_merchant_begins(
    strict_server: Server, devices: Devices, faults: Faults, size: str, language: Language
) -> None:
    faults.expect("404")
    say = Texts(language)
    options = {"locale": LOCALES[language], "color_scheme": {"zh": "light", "en": "dark"}[language]}
    owner = getattr(devices, size)(**options)
    owner.goto(f"{strict_server.base_url}/console")
    look(owner, f"desk-sign-in-{size}")
    owner.get_by_role("link", name=say("注册商户账号")).click()
    sign_up(owner, say, f"li.na-{size}")
    expect(owner).to_have_title(say("控制台"))
    look(owner, f"desk-home-empty-{size}")
    owner.get_by_role("link", name=say("创建账号"), exact=True).click()
    owner.get_by_label(say("名称")).fill("熊猫茶馆")
    look(owner, f"desk-new-{size}")
    owner.get_by_role("button", name=say("创建"), exact=True).click()
    expect(owner.locator("#secret")).to_have_text(re.compile("[0-9a-f]{32}"))
    appid = owner.locator("#appid").inner_text()
    look(owner, f"desk-created-{size}")
    owner.get_by_role("link", name=say("进入控制台")).click()
    key = owner.locator("#key").inner_text()
    look(owner, f"desk-factor-{size}")
    owner.locator("#code").fill("000000")
    owner.get_by_role("button", name=say("开启")).click()
    expect(owner.get_by_role("alert")).to_have_text(say("验证码不对，或已经用过"))
    assert owner.locator("#key").inner_text() == key
    owner.locator("#code").fill(code_of(key))
    owner.get_by_role("button", name=say("开启")).click()
    recovery = owner.locator("#codes").inner_text().split()
    assert len(set(recovery)) == 8
    owner.get_by_role("link", name=say("我已存好，继续")).click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("熊猫茶馆")
    look(owner, f"desk-overview-{size}")
    invite_and_join(strict_server, devices, owner, appid, size, language)
    owner.goto(f"{strict_server.base_url}/console/{appid}/audit")
    rows = owner.locator("tbody tr td:nth-child(3)")
    assert rows.all_inner_texts() == [say(one) for one in ("移除成员", "更改角色", "加入", "邀请成员", "创建账号")]
    look(owner, f"desk-audit-{size}")
    owner.get_by_role("button", name=say("退出"), exact=True).click()
    sign_in(owner, say, f"li.na-{size}")
    expect(owner).to_have_title(say("两步验证"))
    look(owner, f"desk-second-step-{size}")
    owner.goto(f"{strict_server.base_url}/console/{appid}/members")
    expect(owner).to_have_title(say("两步验证"))
    for code in ("123456", recovery[0]):
        owner.locator("#code").fill(code)
        owner.get_by_role("button", name=say("继续")).click()
    expect(owner.get_by_role("heading", level=1)).to_have_text(say("成员"))


def sign_up(page: Page, say: Texts, name: str) -> None:
    for field, value in (("name", name), ("password", PASSWORD), ("again", PASSWORD)):
        page.locator(f"#{field}").fill(value)
    page.get_by_role("button", name=say("注册"), exact=True).click()


def sign_in(page: Page, say: Texts, name: str) -> None:
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name=say("登录"), exact=True).click()


def invite_and_join(server: Server, devices: Devices, owner: Page, appid: str, size: str, language: Language) -> None:
    """Invite a cashier, who joins, becomes a developer, and is removed."""
    say = Texts(language)
    owner.goto(f"{server.base_url}/console/{appid}/members")
    owner.locator("select#role").select_option("cashier")
    owner.get_by_label(say("给谁")).fill("=北京店")
    owner.get_by_role("button", name=say("生成邀请链接")).click()
    link = owner.locator("#link").inner_text()
    look(owner, f"desk-members-{size}")
    other = getattr(devices, size)(locale=LOCALES[language])
    other.goto(link)
    look(other, f"desk-join-{size}")
    other.get_by_role("link", name=say("注册并加入")).click()
    sign_up(other, say, f"cashier-{size}")
    other.get_by_role("button").filter(has_text=f"cashier-{size}").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("熊猫茶馆")
    assert other.goto(link).status == 404
    owner.goto(f"{server.base_url}/console/{appid}/members")
    row = owner.get_by_role("row").filter(has_text=f"cashier-{size}")
    row.get_by_role("combobox").select_option("developer")
    row.get_by_role("button", name=say("更改")).click()
    expect(row).to_contain_text(say("开发者"))
    row.get_by_role("button", name=say("移除")).click()
    expect(row).to_have_count(0)
    assert other.goto(f"{server.base_url}/console/{appid}").status == 404
    mine = owner.get_by_role("row").filter(has_text=f"li.na-{size}")
    mine.get_by_role("button", name=say("移除")).click()
    expect(owner.get_by_role("alert")).to_have_text(say("至少要留一位所有者，请先让别人成为所有者"))


def test_a_suspended_account_can_be_looked_at_alone(sqlite_server: Server) -> None:
    api = sqlite_server.new_app(suspended=True)
    owner = worker(sqlite_server, api, language="en-US")
    assert owner.get(f"/console/{api.appid}/members") == 200
    assert "The platform has suspended this account" in owner.page
    assert owner.post(f"/console/{api.appid}/members", change="invite", role="staff", note="") == 200
    assert "<strong>48004</strong>" in owner.page
    assert owner.get(f"/console/{api.appid}/audit") == 200
    assert "Nothing on record" in owner.page


def test_what_a_wallet_opens_opens_no_desk(sqlite_server: Server) -> None:
    api = sqlite_server.new_app()
    owner = worker(sqlite_server, api)
    assert owner.get(f"/console/{api.appid}") == 200
    session = owner.cookie.partition("=")[2]
    thief = Worker(sqlite_server, "", "")
    thief.forget()
    thief.use("kaquan", session)
    assert thief.get("/wallet") == 303
    assert thief.get("/console") == 303


def test_an_owner_without_a_second_factor_is_led_to_set_one_up(strict_server: Server) -> None:
    api = strict_server.new_app()
    for role, status in (("owner", 303), ("operator", 303), ("staff", 200)):
        one = worker(strict_server, api, role)
        assert one.get("/operator" if role == "operator" else f"/console/{api.appid}") == status
        assert status == 200 or one.headers["location"].startswith("/console/me/factor?next=")
