"""Each error case of the Q&A on the page of its call: the cause that holds, its place, and the request that passes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from card_bodies import card, card_with
from playwright.sync_api import Page, expect

from kaquan.actions.manage_app import change_app
from kaquan.web.texts import Texts
from pages.developer.cases import CASES, Case, object_on_ios, rid_of
from support.browser import SHOTS, Devices, Faults, look, picture
from support.merchant import Merchant
from support.server import Server
from support.walk import SIZES, developer_at
from support.worker import worker


def written(page: str, kind: str) -> list[str]:
    """Return the lines of a kind on the page of a call."""
    found = re.findall(rf'<li class="line-{kind}"><(?:span|ins|del)>(.*?)</(?:span|ins|del)>', page)
    return [unescape(one) for one in found]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.on_page])
def test_the_page_of_a_call_shows_cause_place_and_repair(merchant_with: Callable[..., Merchant], name: str) -> None:
    case = CASES[name]
    merchant = merchant_with(**dict(case.columns))
    check(case, merchant, case.make(merchant, None))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.on_page])
def test_what_a_visitor_ran_into_is_shown_as_well(
    devices: Devices, faults: Faults, merchant_with: Callable[..., Merchant], name: str
) -> None:
    case = CASES[name]
    if case.make is object_on_ios:
        faults.expect("has to be a string holding JSON")
    merchant = merchant_with(**dict(case.columns))
    path = check(case, merchant, case.make(merchant, devices.phone()))
    if SHOTS:
        desk = worker(merchant.server, merchant.api).sit_down(devices.desktop())
        desk.goto(merchant.server.base_url + path)
        picture(desk, f"case-{name}")


def check(case: Case, merchant: Merchant, rid: str) -> str:
    """Check what the page of a refused call says, send the repair where it is whole, and return the page's path."""
    desk, path = worker(merchant.server, merchant.api), f"/console/{merchant.api.appid}/calls/{rid}"
    assert desk.get(path) == 200
    cause = re.search(r'id="cause">(.*?)</p>', desk.page, re.DOTALL)
    assert cause is not None
    assert case.cause in unescape(cause[1])
    marked = " ".join(written(desk.page, "here") + written(desk.page, "lacking"))
    assert case.place in marked
    added = " ".join(written(desk.page, "add"))
    assert (case.added in added) if case.added else (added == "")
    assert case.fix in desk.page
    assert (merchant.api.secret in desk.page, merchant.api.token in desk.page) == (False, False)
    if case.sends:
        body = re.search(r"<textarea [^>]*>(.*?)</textarea>", desk.page, re.DOTALL)
        assert body is not None
        desk.post(path, body=unescape(body[1]))
        assert ">errcode 0</span>" in desk.page
    return path


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_calls_are_listed_filtered_and_sent_anew(
    sqlite_server: Server, devices: Devices, size: str, language: Any
) -> None:
    say, api = Texts(language), sqlite_server.new_app(log_calls="all")
    rid = rid_of(api.post("/card/create", card("GROUPON", {"title": ..., "can_share": "true"})))
    api.post("/card/create", card_with("CASH", "least_cost", "1000"))
    api.ok("/card/batchget", {"offset": 0, "count": 1})
    api.get("/cgi-bin/ticket/getticket", type="wx_card")
    page = developer_at(sqlite_server, devices, api, size, language)
    calls = f"{sqlite_server.base_url}/console/{api.appid}/calls"
    page.goto(calls)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(4)
    look(page, f"calls-{size}")
    assert "***" in asked(page, rows.first)
    page.get_by_label(say("实时刷新")).check()
    api.post("/card/create", {})
    expect(rows).to_have_count(5)
    page.locator("#outcome").fill("refused")
    page.locator("#path").fill("create")
    page.get_by_role("button", name=say("筛选")).click()
    expect(rows).to_have_count(3)
    page.locator("#since").fill("2040-01-01T00:00")
    page.get_by_role("button", name=say("筛选")).click()
    expect(page.get_by_text(say("没有符合条件的调用"))).to_be_visible()
    page.locator("#rid").fill(f'{{"errcode":40053,"errmsg":"invalid rid: {rid}"}}')
    page.get_by_role("button", name=say("筛选")).click()
    expect(page).to_have_url(f"{calls}/{rid}")
    look(page, f"call-{size}")
    body = json.loads(page.locator("#body").input_value())
    assert body["card"]["groupon"]["base_info"]["title"] == "<text>"
    body["card"]["groupon"]["base_info"]["title"] = 5
    page.locator("#body").fill(json.dumps(body))
    page.get_by_role("button", name=say("发送"), exact=True).click()
    expect(page.locator("#outcome .badge")).to_have_text("40053")
    page.get_by_role("link", name=say("为什么？")).click()
    page.get_by_role("button", name=say("发送"), exact=True).click()
    expect(page.locator("#outcome .badge")).to_have_text("errcode 0")
    look(page, f"call-sent-{size}")


def asked(page: Page, row: Any) -> str:
    """Return what the page of a call shows, and come back."""
    with page.expect_navigation():
        row.get_by_role("link").click()
    text = page.locator("main").inner_text()
    page.go_back()
    return text


def test_a_call_of_another_account_is_not_there(sqlite_server: Server) -> None:
    api, other = sqlite_server.new_app(), sqlite_server.new_app()
    rid = rid_of(other.post("/card/create", {}))
    desk = worker(sqlite_server, other)
    assert desk.get(f"/console/{other.appid}/calls/{rid}") == 200
    stranger = worker(sqlite_server, api)
    assert stranger.get(f"/console/{api.appid}/calls/{rid}") == 404
    assert stranger.post(f"/console/{api.appid}/calls/{rid}", body="{}") == 404


def test_nothing_is_sent_with_the_token_of_a_real_account(sqlite_server: Server) -> None:
    api = sqlite_server.new_app(sandbox=False, card_function="granted")
    rid = rid_of(api.post("/card/create", {}))
    desk = worker(sqlite_server, api)
    assert desk.get(f"/console/{api.appid}/calls/{rid}") == 200
    assert 'name="body"' not in desk.page
    assert desk.post(f"/console/{api.appid}/calls/{rid}", body="{}") == 404


def test_only_refused_calls_are_kept_unless_all_are_asked_for(sqlite_server: Server) -> None:
    for setting, expected in (("failed", 0), ("all", 1)):
        api = sqlite_server.new_app(log_calls=setting)
        api.ok("/card/batchget", {"offset": 0, "count": 1})
        deadline, desk = time.monotonic() + (2 if expected else 0.3), worker(sqlite_server, api)
        found: list[str] = []
        while time.monotonic() < deadline and not found:
            desk.get(f"/console/{api.appid}/calls")
            found = re.findall(r">POST /card/batchget<", desk.page)
        assert len(found) == expected


def test_a_real_account_keeps_its_refused_calls_alone(sqlite_server: Server) -> None:
    api = sqlite_server.new_app(sandbox=False, card_function="granted")
    sqlite_server.database.transact(lambda tx: change_app(tx, api.appid, log_calls="all"))
    time.sleep(1.2)
    api.ok("/card/batchget", {"offset": 0, "count": 1})
    time.sleep(0.3)
    desk = worker(sqlite_server, api)
    desk.get(f"/console/{api.appid}/calls")
    assert "batchget" not in desk.page
