"""A merchant's cards at the console: made by the form with its preview, changed, stocked, and ended."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kaquan.web.texts import Language, Texts
from support.api import Api
from support.browser import Devices, assert_accessible, picture
from support.server import Server
from support.worker import worker

LOCALES = {"zh": "zh-CN", "en": "en-US"}


def look(page: Page, name: str) -> None:
    """Check what every page of the desks has to be, and leave a picture."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the device"
    picture(page, f"cards-{name}")
    assert_accessible(page)


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_a_merchant_makes_cards(
    sqlite_server: Server, sandbox: Api, devices: Devices, size: str, language: Language
) -> None:
    say = Texts(language)
    scheme = {"zh": "light", "en": "dark"}[language]
    page = getattr(devices, size)(locale=LOCALES[language], color_scheme=scheme)
    worker(sqlite_server, sandbox, "staff").sit_down(page)
    root = f"{sqlite_server.base_url}/console/{sandbox.appid}"
    page.goto(f"{root}/cards")
    look(page, f"empty-{size}")
    page.get_by_role("link", name=say("创建卡券")).first.click()
    look(page, f"types-{size}")
    page.locator("a.type", has_text="CASH").click()
    page.locator('[name="base_info.brand_name"]').fill("熊猫茶馆")
    page.locator('[name="base_info.title"]').fill("满一百减二十代金券")
    page.locator('[name="reduce_cost"]').fill("20")
    look(page, f"form-{size}")
