"""A rehearsal in one window: a persona claims on the phone, the till consumes, and events and ledger move along."""

from __future__ import annotations

import pytest
from card_bodies import card
from playwright.sync_api import Page, expect

from kaquan.web.texts import Language, Texts
from support.browser import Devices, look
from support.holder import Holder
from support.server import Server
from support.visitor import Visitor
from support.walk import SIZES, developer_at
from support.worker import worker


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_phone_and_till_move_the_tape_together(
    sqlite_server: Server, devices: Devices, size: str, language: Language
) -> None:
    say, api = Texts(language), sqlite_server.new_app()
    for name in ("小猫", "小狗"):
        Holder(sqlite_server, api, name)
    api.create_card(card("GROUPON", {"title": "双人套餐", "logo_url": f"{sqlite_server.base_url}/static/icon.svg"}))
    page = developer_at(sqlite_server, devices, api, size, language)
    page.goto(f"{sqlite_server.base_url}/console/{api.appid}/rehearsal")
    expect(page.get_by_text(say("选一个角色，手机就会亮起来。"))).to_be_visible()
    page.locator("#persona").select_option(label="小狗")
    page.get_by_role("button", name=say("换人")).click()
    phone = page.frame_locator("#phone")
    expect(phone.locator("h1")).to_be_visible()
    page.get_by_role("button", name=say("扫码")).click()
    phone.get_by_role("button", name=say("领取"), exact=True).click()
    expect(phone.get_by_role("status")).to_be_visible()
    show(page, say("事件与账本"), size)
    moving = page.locator("#moving")
    expect(moving.get_by_role("link", name="user_get_card")).to_be_visible()
    look(page, f"rehearsal-{size}")
    held = api.ok("/sandbox/events", {})["events"][-1]
    code = held["fields"]["UserCardCode"]
    show(page, say("收银台"), size)
    page.locator("#code").fill(code)
    page.get_by_role("button", name=say("核销"), exact=True).click()
    show(page, say("收银台"), size)
    expect(page.locator(".pane-till").get_by_role("status")).to_contain_text("errcode 0")
    look(page, f"rehearsal-till-{size}")
    show(page, say("事件与账本"), size)
    expect(moving.get_by_role("link", name="user_consume_card")).to_be_visible()
    show(page, say("手机"), size)
    page.locator("#persona").select_option(label="小猫")
    page.get_by_role("button", name=say("换人")).click()
    expect(page.locator("#phone-title")).to_contain_text("小猫")


def show(page: Page, label: str, size: str) -> None:
    """Go to one of the panes, which on a phone are there one at a time."""
    if size == "phone":
        page.get_by_role("radio", name=label, exact=True).check()


def test_frames_of_our_own_pages_alone_may_show_the_wallet(sqlite_server: Server) -> None:
    api = sqlite_server.new_app()
    visitor, desk = Visitor(sqlite_server, "ann"), worker(sqlite_server, api, "developer")
    framed = {"/wallet": "'self'", "/wallet/me": "'self'", "/claim/none": "'self'", "/lab/signature": "'none'"}
    for path, ancestors in framed.items():
        visitor.get(path)
        assert f"frame-ancestors {ancestors};" in visitor.headers["content-security-policy"], path
    desk.get(f"/console/{api.appid}/rehearsal")
    policy = desk.headers["content-security-policy"]
    assert "frame-ancestors 'none';" in policy
    assert "frame-src 'self'" in policy


def test_a_persona_of_another_account_is_not_there(sqlite_server: Server) -> None:
    api, other = sqlite_server.new_app(), sqlite_server.new_app()
    stranger = Holder(sqlite_server, other, "小猫")
    desk = worker(sqlite_server, api, "developer")
    assert desk.post(f"/console/{api.appid}/rehearsal", do="persona", persona=stranger.openid) == 404
