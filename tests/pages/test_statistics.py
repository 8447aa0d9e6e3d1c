"""The page of daily figures: what it shows, its charts and tables, its files, and views that the server counts."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import pytest
from card_bodies import card
from playwright.sync_api import expect
from store_bodies import store

from kaquan.actions.count_acts import count_acts, lock_fold
from kaquan.rules.statistics import EVERY, Act, date_of, day_of
from kaquan.sources import wall_clock
from kaquan.store.tx import Tx
from kaquan.web.texts import Language, Texts
from support.api import Api
from support.browser import Devices, assert_accessible, look, picture
from support.figures import count, stored
from support.server import Server
from support.tickets import qr
from support.visitor import Visitor
from support.worker import worker

LOCALES = {"zh": "zh-CN", "en": "en-US"}
DAYS = 16
# The server's own folding is some seconds behind.
PATIENCE_SECONDS = 30


def filled(server: Server) -> tuple[Api, str]:
    """Return a client of an account with figures of the days behind, and one of its cards."""
    api = server.new_app()
    coffee = api.create_card(card("GROUPON", {"title": "一杯咖啡", "sku": {"quantity": 900}}))
    cake = api.create_card(card("CASH", {"title": "=蛋糕", "sku": {"quantity": 900}}))
    shop = str(api.ok("/cgi-bin/poi/addpoi", store())["poi_id"])
    today = day_of(wall_clock())

    def fill(tx: Tx) -> None:
        lock_fold(tx, api.appid)
        for day in range(today - DAYS, today):
            some = 3 + (day * 7) % 11
            channels = [("=1+1", "poster", "")[number % 3] for number in range(some)]
            acts = [Act(day, "view", f"p{number}", coffee, times=3) for number in range(some)]
            acts += [Act(day, "receive", f"p{number // 2}", coffee, one) for number, one in enumerate(channels)]
            acts += [Act(day, "verify", f"p{number}", coffee, "poster", shop) for number in range(some // 2)]
            acts += [Act(day, "receive", "p0", cake), Act(day, "given", "p0", cake), Act(day, "expire", "p1", cake)]
            count_acts(tx, api.appid, acts)

    server.database.transact(fill)
    api.claim(coffee, api.person("ann"))
    count(server.database.transact, api)
    return api, coffee


@pytest.mark.parametrize(("size", "language"), [("phone", "zh"), ("desktop", "en")])
def test_somebody_looks_at_the_figures(sqlite_server: Server, devices: Devices, size: str, language: Language) -> None:
    say, (api, coffee) = Texts(language), filled(sqlite_server)
    options = {"locale": LOCALES[language], "color_scheme": {"zh": "light", "en": "dark"}[language]}
    page = worker(sqlite_server, api, "staff").sit_down(getattr(devices, size)(**options))
    page.goto(f"{sqlite_server.base_url}/console/{api.appid}/statistics")
    expect(page.locator(".chart canvas")).to_have_count(4)
    tiles = page.locator(".tile").filter(has_text=say("领取量"))
    expect(tiles.locator(".now")).to_have_text(f"{say('今天到目前为止')} 1")
    expect(tiles.locator(".change")).to_have_count(1)
    look(page, f"statistics-{size}")
    expect(page.locator("#by-day")).to_be_hidden()
    page.get_by_text(say("表格"), exact=True).first.click()
    rows = page.locator("#by-day tbody").first.locator("tr")
    expect(rows).to_have_count(7)
    expect(page.locator("#by-day tbody")).to_have_count(2)
    page.get_by_label(say("卡券"), exact=True).select_option(coffee)
    page.get_by_label(say("到"), exact=True).fill(date_of(day_of(wall_clock())))
    expect(page.get_by_label(say("时段"), exact=True)).to_have_value("custom")
    page.get_by_label(say("与前一时段比较")).uncheck()
    page.get_by_role("button", name=say("查看")).click()
    page.get_by_text(say("表格"), exact=True).first.click()
    expect(rows).to_have_count(8)
    expect(rows.last).to_contain_text(say("尚未完整"))
    expect(page.locator("#by-day tbody")).to_have_count(1)
    expect(page.locator(".change")).to_have_count(0)
    expect(page.get_by_role("heading", name=say("各张卡券"))).to_have_count(0)
    page.emulate_media(color_scheme="dark" if language == "zh" else "light")
    picture(page, f"statistics-card-{size}")
    assert_accessible(page)


def test_without_a_script_the_tables_say_it_all(sqlite_server: Server, devices: Devices) -> None:
    api, _ = filled(sqlite_server)
    page = worker(sqlite_server, api).sit_down(devices.phone(java_script_enabled=False, locale="zh-CN"))
    page.goto(f"{sqlite_server.base_url}/console/{api.appid}/statistics?days=14")
    expect(page.locator("#by-day tbody tr")).to_have_count(14)
    expect(page.locator("#by-stores tbody th")).to_have_text("麦当劳")
    expect(page.locator("#by-channels tbody th")).to_have_text(["poster", "=1+1", "未标明或未列出"])
    expect(page.locator(".chart").first).to_be_hidden()
    page.goto(f"{sqlite_server.base_url}/console/{api.appid}/statistics?days=custom&begin=2020-01-01&end=2021-01-01")
    expect(page.get_by_role("alert")).to_contain_text("日期不对")


def saved(server: Server, api: Api, table: str, query: str) -> list[list[str]]:
    """Return the rows of a table that somebody saves."""
    one = worker(server, api, language="en-US")
    assert one.get(f"/console/{api.appid}/statistics/{table}.csv?{query}") == 200
    assert one.headers["content-type"] == "text/csv; charset=utf-8"
    assert one.headers["content-disposition"].startswith(f"attachment; filename*=UTF-8''{table}-2")
    assert one.page.startswith("\ufeff")
    return list(csv.reader(io.StringIO(one.page[1:])))


def test_the_tables_can_be_saved(sqlite_server: Server) -> None:
    api, coffee = filled(sqlite_server)
    today = day_of(wall_clock())
    custom = f"days=custom&begin={date_of(today - 1)}&end={date_of(today)}"
    heads, yesterday, now = saved(sqlite_server, api, "days", custom)
    assert heads[:5] == ["Day", "Views (Times)", "Views (People)", "Claims (Times)", "Claims (People)"]
    assert (yesterday[0], yesterday[-1]) == (date_of(today - 1), "")
    assert now == [date_of(today), "0", "0", "1", "1", *["0"] * 6, "Not complete"]
    channels = saved(sqlite_server, api, "channels", "days=14")
    assert {one[0] for one in channels} == {"Channel", "'=1+1", "poster"}
    assert saved(sqlite_server, api, "stores", "days=14")[1][0] == "麦当劳"
    _, first, second = saved(sqlite_server, api, "cards", "days=14")
    assert (first[:2], second[1:4]) == ([coffee, "一杯咖啡"], ["'=蛋糕", "0", "14"])
    assert len(saved(sqlite_server, api, "cards", "days=14&cards=console")) == 1


def test_the_server_counts_by_itself(sqlite_server: Server) -> None:
    api = sqlite_server.new_app()
    card_id = api.create_card(card("GROUPON"))
    url = qr(api, card_id)
    ann = Visitor(sqlite_server, "ann")
    (code, _), *_ = ann.claim(url)
    assert ann.get(f"/wallet/{api.appid}/{card_id}/{code}") == 200
    Visitor(sqlite_server).get(url)
    expected: dict[str, Any] = {"view_cnt": 3, "view_user": 1, "receive_cnt": 1, "receive_user": 1}
    deadline, found = time.monotonic() + PATIENCE_SECONDS, dict[str, int]()
    while found != expected and time.monotonic() < deadline:
        time.sleep(0.2)
        found = sqlite_server.database.transact(lambda tx: stored(tx, api.appid)).get((day_of(wall_clock()), EVERY), {})
    assert found == expected
