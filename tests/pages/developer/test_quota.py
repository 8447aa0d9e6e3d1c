"""Quotas on the page: what is used of which limit, rehearsed limits, and beginning to count anew ten times a month."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from kaquan.web.texts import Language, Texts
from support.browser import Devices, look
from support.server import Server
from support.walk import SIZES, developer_at
from support.worker import worker

ASK = {"offset": 0, "count": 1}


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_a_limit_is_set_used_up_and_cleared(
    sqlite_server: Server, devices: Devices, size: str, language: Language
) -> None:
    say, api = Texts(language), sqlite_server.new_app(quota="original")
    page = developer_at(sqlite_server, devices, api, size, language)
    page.goto(f"{sqlite_server.base_url}/console/{api.appid}/quota")
    page.locator("#path").fill("/card/batchget")
    page.locator("#daily").fill("nothing")
    page.get_by_role("button", name=say("设置"), exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("#path").fill("/card/batchget")
    page.locator("#daily").fill("2")
    page.get_by_role("button", name=say("设置"), exact=True).click()
    expect(page.get_by_role("status")).to_have_text(say("已保存"))
    page.get_by_label(say("实时刷新")).check()
    refused = 0
    while refused != 45009:
        refused = api.post("/card/batchget", ASK)["errcode"]
    row = page.get_by_role("row").filter(has_text="/card/batchget")
    expect(row.locator(".use-up")).to_contain_text("2 / 2")
    page.get_by_label(say("实时刷新")).uncheck()
    look(page, f"quota-{size}")
    page.get_by_role("button", name=say("清零"), exact=True).click()
    expect(page.get_by_role("status")).to_have_text(say("已清零，重新计数"))
    assert api.post("/card/batchget", ASK)["errcode"] == 0
    page.get_by_role("button", name=f"{say('取消')} /card/batchget").click()
    expect(page.get_by_text(say("没有。"))).to_be_visible()


def test_the_eleventh_clearing_of_a_month_is_refused(sqlite_server: Server) -> None:
    api = sqlite_server.new_app(quota="original")
    desk = worker(sqlite_server, api, "developer")
    page = f"/console/{api.appid}/quota"
    for left in range(9, -1, -1):
        desk.post(page, do="clear")
        assert re.search(rf"本月还可以清零 {left} 次", desk.page)
    desk.post(page, do="clear")
    assert "48006" in desk.page


def test_a_real_account_gives_itself_no_limits(sqlite_server: Server) -> None:
    api = sqlite_server.new_app(sandbox=False)
    desk = worker(sqlite_server, api, "developer")
    assert desk.get(f"/console/{api.appid}/quota") == 200
    assert desk.post(f"/console/{api.appid}/quota", do="set", path="/card/*", daily="1000000") == 404
    assert desk.post(f"/console/{api.appid}/quota", do="drop", path="/card/*") == 404
