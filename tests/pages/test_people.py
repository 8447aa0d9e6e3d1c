"""People sign up, sign in, change what is theirs and leave, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from support.browser import Devices, Faults, assert_accessible
from support.server import Server

PASSWORD = "correct horse"
NAMES = iter(f"person{number}" for number in range(1000))


def sign_up(page: Page, server: Server, name: str = "", password: str = PASSWORD, then: str = "/wallet/me") -> str:
    """Sign up through the form and return the name."""
    name = name or next(NAMES)
    page.goto(f"{server.base_url}/wallet/sign-up?next={then}")
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.locator("#again").fill(password)
    page.get_by_role("button").click()
    return name


def sign_in(page: Page, server: Server, name: str, password: str = PASSWORD, then: str = "/wallet/me") -> None:
    """Sign in through the form."""
    page.goto(f"{server.base_url}/wallet/sign-in?next={then}")
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.locator("form").first.get_by_role("button").click()


def test_a_person_signs_up_signs_out_and_signs_in_again(phone: Page, sqlite_server: Server) -> None:
    name = sign_up(phone, sqlite_server)
    expect(phone.get_by_role("heading", level=1)).to_have_text(name)
    assert_accessible(phone)
    phone.get_by_role("button", name="退出登录").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("登录卡包")
    assert_accessible(phone)
    sign_in(phone, sqlite_server, name.upper())
    expect(phone.get_by_role("heading", level=1)).to_have_text(name)


def test_in_english_on_a_desktop_by_the_keyboard(devices: Devices, sqlite_server: Server) -> None:
    desktop = devices.desktop(locale="en-US")
    desktop.goto(sqlite_server.base_url + "/wallet/me")
    expect(desktop).to_have_title("Sign in")
    desktop.get_by_role("link", name="Create an account").press("Enter")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Create your wallet")
    assert_accessible(desktop)
    desktop.locator("#name").focus()
    for typed in (next(NAMES), PASSWORD, PASSWORD):
        desktop.keyboard.type(typed)
        desktop.keyboard.press("Tab")
    desktop.keyboard.press("Enter")
    expect(desktop).to_have_title("Me")
    expect(desktop).to_have_url(re.compile("/wallet/me$"))
    desktop.get_by_role("link", name="中文").click()
    expect(desktop).to_have_title("我")


@pytest.mark.parametrize(
    ("name", "password", "again", "text"),
    [
        ("x", PASSWORD, PASSWORD, "用户名为 2 至 32 个文字"),
        ("<script>alert(1)</script>", PASSWORD, PASSWORD, "用户名为 2 至 32 个文字"),
        ("somebody", "short", "short", "密码为 8 至 128 个字符"),
        ("somebody", PASSWORD, PASSWORD + "!", "两次输入的密码不一致"),
        ("somebody", "Somebody", "Somebody", "密码不能与用户名相同"),
    ],
)
def test_a_form_says_what_is_wrong(
    phone: Page, sqlite_server: Server, name: str, password: str, again: str, text: str
) -> None:
    phone.goto(sqlite_server.base_url + "/wallet/sign-up")
    for field, value in (("name", name), ("password", password), ("again", again)):
        phone.locator(f"#{field}").fill(value)
    phone.get_by_role("button").click()
    expect(phone.get_by_role("alert")).to_contain_text(text)
    expect(phone.locator("#name")).to_have_value(name)


def test_a_taken_name_and_a_wrong_password(phone: Page, devices: Devices, sqlite_server: Server) -> None:
    name = sign_up(phone, sqlite_server)
    other = devices.phone()
    sign_up(other, sqlite_server, name.capitalize())
    expect(other.get_by_role("alert")).to_have_text("这个用户名已被使用")
    for wrong in (name, "nobody"):
        sign_in(other, sqlite_server, wrong, "wrong password")
        expect(other.get_by_role("alert")).to_have_text("用户名或密码不对")


def test_who_guesses_has_to_wait_and_the_right_password_does_not_help_then(
    phone: Page, faults: Faults, sqlite_server: Server
) -> None:
    faults.expect("429")
    for _ in range(10):
        sign_in(phone, sqlite_server, "guessed", "wrong password")
        expect(phone.get_by_role("alert")).to_have_text("用户名或密码不对")
    sign_in(phone, sqlite_server, "guessed", "wrong password")
    expect(phone.get_by_role("alert")).to_have_text("尝试太频繁，请 15 分钟后再试")


def test_another_password_ends_the_other_sessions(phone: Page, devices: Devices, sqlite_server: Server) -> None:
    name = sign_up(phone, sqlite_server)
    other = devices.desktop()
    sign_in(other, sqlite_server, name)
    other.locator("#old").fill(PASSWORD)
    other.locator("#password").fill("battery staple")
    other.locator("#again").fill("battery staple")
    other.get_by_role("button", name="修改密码").click()
    expect(other.get_by_role("status")).to_have_text("已保存")
    phone.goto(sqlite_server.base_url + "/wallet/me")
    expect(phone).to_have_title("登录")
    sign_in(phone, sqlite_server, name, "battery staple")
    expect(phone).to_have_title("我")
    expect(phone.get_by_role("button", name="退出其他设备")).to_be_visible()
    phone.get_by_role("button", name="退出", exact=True).click()
    other.reload()
    expect(other).to_have_title("登录")


def test_who_signs_in_over_somebody_else_ends_that_session(
    phone: Page, devices: Devices, sqlite_server: Server
) -> None:
    name = sign_up(phone, sqlite_server)
    phone.goto(sqlite_server.base_url + "/wallet/sign-in?next=/wallet/me")
    phone.get_by_role("button", name="alice").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("alice")
    other = devices.phone()
    sign_in(other, sqlite_server, name)
    expect(other.get_by_text("本机")).to_be_visible()
    expect(other.get_by_role("button", name="退出其他设备")).to_have_count(0)


def test_a_nickname_is_shown_as_text(phone: Page, sqlite_server: Server) -> None:
    sign_up(phone, sqlite_server)
    phone.locator("#nickname").fill("<b>小明</b> & Co")
    phone.get_by_role("button", name="保存").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("<b>小明</b> & Co")


def test_a_persona_comes_in_with_one_tap_and_has_no_password_to_change(phone: Page, sqlite_server: Server) -> None:
    phone.goto(sqlite_server.base_url + "/wallet/me")
    phone.get_by_role("button", name="alice").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("alice")
    expect(phone.locator("#old")).to_have_count(0)
    sign_in(phone, sqlite_server, f"{sqlite_server.facts['appid']}/alice", "")
    expect(phone).not_to_have_title("我")


@pytest.mark.parametrize(
    "then", ["https://evil.test/", "//evil.test/", "/\\evil.test/", "/%09/evil.test", "javascript:alert(1)", "wallet"]
)
def test_signing_in_leads_to_no_other_place(phone: Page, sqlite_server: Server, then: str) -> None:
    sign_up(phone, sqlite_server, then=then)
    expect(phone).to_have_url(sqlite_server.base_url + "/wallet")


def test_a_form_of_another_site_changes_nothing(phone: Page, faults: Faults, sqlite_server: Server) -> None:
    faults.expect("403")
    sign_up(phone, sqlite_server)
    phone.evaluate("document.querySelectorAll('[name=csrf]').forEach(one => one.value = 'x'.repeat(32))")
    phone.locator("#nickname").fill("stolen")
    phone.get_by_role("button", name="保存").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("请重试")
    phone.goto(sqlite_server.base_url + "/wallet/me")
    expect(phone.get_by_role("heading", level=1)).not_to_have_text("stolen")


def test_pages_without_scripts_work_as_well(devices: Devices, sqlite_server: Server) -> None:
    page = devices.phone(java_script_enabled=False)
    name = sign_up(page, sqlite_server)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
