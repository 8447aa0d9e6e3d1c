"""The claim page, shelves, articles and shared links, as people see and use them."""

from __future__ import annotations

import re
from typing import Any

from card_bodies import card
from playwright.sync_api import Page, expect

from support.api import Api
from support.browser import Devices, assert_accessible
from support.server import Server

PASSWORD = "correct horse 7"
LOGO = "data-logo"
RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")


def body(server: Server, kind: str = "GROUPON", **base: Any) -> dict[str, Any]:
    """Return a card whose logo is a picture of the server's own."""
    return card(kind, {"logo_url": f"{server.base_url}/static/icon.svg", **base})


def ticket(api: Api, card_id: str, **more: Any) -> str:
    """Return the address of a QR ticket of a card."""
    info = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": card_id, **more}}}
    url: str = api.ok("/card/qrcode/create", info)["url"]
    return url


def sign_up(page: Page, server: Server, name: str) -> None:
    """Make an account from wherever the page leads to sign in."""
    page.get_by_role("link", name=re.compile("注册|sign up|account", re.IGNORECASE)).click()
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=again]").fill(PASSWORD)
    page.locator("button[type=submit]").first.click()


def test_smoke(sqlite_server: Server, devices: Devices) -> None:
    server = sqlite_server
    api = server.new_app()
    card_id = api.create_card(
        body(
            server,
            "CASH",
            sub_title="周一至周五可用",
            service_phone="020-88888888",
            use_all_locations=True,
            get_limit=1,
        )
    )
    url = ticket(api, card_id)
    page = devices.phone()
    page.goto(url)
    assert_accessible(page)
    page.screenshot(path="/tmp/shots/anon.png", full_page=True)
    page.get_by_role("link", name="领取").click()
    sign_up(page, server, "ann1")
    page.wait_for_url(url)
    page.screenshot(path="/tmp/shots/in.png", full_page=True)
    page.get_by_role("button", name="领取").click()
    expect(page.get_by_role("status")).to_have_text("领取成功")
    assert_accessible(page)
    page.screenshot(path="/tmp/shots/got.png", full_page=True)
    page.goto(url)
    page.screenshot(path="/tmp/shots/refused.png", full_page=True)
    assert_accessible(page)
    page.get_by_role("button", name="分享").click()
    page.screenshot(path="/tmp/shots/share.png", full_page=True)
    assert_accessible(page)
