"""The list of a person's cards, and how they change places in it."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from kaquan.store import tables
from kaquan.store.apps import FRESH_SECONDS
from support.api import Api
from support.browser import Devices, assert_accessible
from support.holder import Holder, Shown, scanned
from support.server import Server

LINK = "https://shop.example/book?from=card#top"
DAY = 86400


def titles(page: Page) -> list[str]:
    return page.locator(".tile-title").all_inner_texts()


def test_who_is_not_signed_in_is_asked_to_and_comes_back(phone: Page, sqlite_server: Server) -> None:
    for path in ("/wallet", "/wallet?tab=ended", "/wallet/messages"):
        phone.goto(sqlite_server.base_url + path)
        expect(phone).to_have_url(re.compile("/wallet/sign-in"))
        assert dict(parse_qsl(urlsplit(phone.url).query))["next"] == path


def test_an_empty_wallet_says_how_to_fill_it(me: Holder, mine: Page) -> None:
    mine.goto(me.server.base_url + "/wallet")
    expect(mine.locator(".empty")).to_contain_text("还没有可用的卡券")
    assert_accessible(mine)
    mine.get_by_role("link", name="不可用").click()
    expect(mine.locator(".empty")).to_have_text("没有不可用的卡券")


def test_cards_of_every_account_stand_in_one_list(me: Holder, mine: Page, shown: Shown) -> None:
    other = me.server.new_app(sandbox=False, card_function="granted", permissions="issue")
    hidden = me.server.new_app()
    me.card(shown(base={"title": "自家的", "color": "Color082"}))
    for api, title in ((other, "别家的"), (hidden, "停业的")):
        api.claim(api.create_card(shown(base={"title": title})), me.meet(api))
    suspend(me.server, hidden)
    time.sleep(FRESH_SECONDS)
    mine.goto(me.server.base_url + "/wallet")
    assert sorted(titles(mine)) == ["别家的", "自家的"]
    assert mine.locator(".tile.tone-Color082 .tile-title").inner_text() == "自家的"
    assert_accessible(mine)
    mine.get_by_role("link", name="别家的").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text("别家的")


def suspend(server: Server, api: Api) -> None:
    table = tables.app
    server.database.transact(
        lambda tx: tx.run(sa.update(table).where(table.c.appid == api.appid).values(suspended=True))
    )


def test_cards_that_are_over_move_to_the_other_list_with_their_stamp(me: Holder, mine: Page, shown: Shown) -> None:
    for title in ("还能用", "用过了", "作废了", "删掉了"):
        card_id, code = me.card(shown(base={"title": title}))
        over = {"用过了": "/card/code/consume", "作废了": "/card/code/unavailable"}
        if title in over:
            me.api.ok(over[title], {"code": code})
        if title == "删掉了":
            me.api.ok("/sandbox/delete", {"openid": me.openid, "card_id": card_id, "code": code})
    mine.goto(me.server.base_url + "/wallet")
    assert titles(mine) == ["还能用"]
    expect(mine.locator(".stamp")).to_have_count(0)
    mine.get_by_role("link", name="不可用").press("Enter")
    expect(mine.get_by_role("link", name="不可用")).to_have_attribute("aria-current", "page")
    stamps = dict(zip(titles(mine), mine.locator(".stamp").all_inner_texts(), strict=True))
    assert stamps == {"用过了": "已使用", "作废了": "已失效"}
    assert_accessible(mine)


def test_long_lists_are_paged(me: Holder, mine: Page, shown: Shown) -> None:
    card_id = me.api.create_card(shown(base={"get_limit": 50}))
    codes = [me.api.claim(card_id, me.openid) for _ in range(41)]
    mine.goto(me.server.base_url + "/wallet")
    seen: list[str] = []
    while True:
        mine.wait_for_load_state()
        links = mine.locator(".tile").evaluate_all("all => all.map(one => one.pathname.split('/').pop())")
        seen += links
        if not mine.get_by_role("link", name="更多").count():
            break
        assert len(links) == 20
        mine.get_by_role("link", name="更多").click()
    assert (sorted(seen), len(seen)) == (sorted(codes), 41)
    mine.get_by_role("link", name="回到最新").click()
    expect(mine.locator(".tile")).to_have_count(20)


@pytest.mark.parametrize("query", ["time=x", "time=٣", f"time={'9' * 40}", "time=5&app=%00&code=%00", "tab=none"])
def test_an_address_that_nobody_wrote_shows_a_list(me: Holder, mine: Page, query: str) -> None:
    answer = mine.goto(f"{me.server.base_url}/wallet?{query}")
    assert answer is not None
    assert answer.status == 200


def test_a_card_that_the_till_uses_says_so_by_itself(me: Holder, mine: Page, shown: Shown) -> None:
    card_id, code = me.card(shown(base={"code_type": "CODE_TYPE_QRCODE"}))
    mine.goto(me.address(card_id, code, "present"))
    expect(mine.get_by_text("请将屏幕亮度调到最高")).to_be_visible()
    me.api.ok("/card/code/consume", {"code": code})
    expect(mine.locator(".stamp")).to_have_text("已使用")
    expect(mine).to_have_url(me.address(card_id, code))
    expect(mine.locator(".code")).to_have_count(0)
    expect(mine.locator(".spent")).to_contain_text(code[:4])
    assert_accessible(mine)


@pytest.mark.parametrize(
    ("dates", "advance", "stamp"),
    [
        ({"fixed_term": 3, "fixed_begin_term": 2}, 0, "未到使用时间"),
        ({"fixed_term": 3, "fixed_begin_term": 0}, 4 * DAY, "已过期"),
    ],
)
def test_time_stamps_a_card(
    me: Holder, mine: Page, shown: Shown, dates: dict[str, int], advance: int, stamp: str
) -> None:
    held = me.card(shown(base={"date_info": {"type": "DATE_TYPE_FIX_TERM", **dates}}))
    if advance:
        me.api.ok("/sandbox/clock", {"advance": advance})
    mine.goto(me.address(*held))
    expect(mine.locator(".stamp")).to_have_text(stamp)
    expect(mine.locator(".code")).to_have_count(0)
    mine.goto(me.address(*held, "present"))
    expect(mine).to_have_url(me.address(*held))
    assert_accessible(mine)


def test_without_javascript_everything_works_but_following_the_till(me: Holder, devices: Devices, shown: Shown) -> None:
    page = devices.phone(java_script_enabled=False)
    me.sign_in(page)
    _, code = me.card(shown(base={"code_type": "CODE_TYPE_QRCODE"}))
    page.goto(me.server.base_url + "/wallet")
    page.locator(".tile").click()
    assert scanned(page.locator(".code")) == [("QR Code", code)]
    me.api.ok("/card/code/consume", {"code": code})
    page.get_by_role("link", name="刷新").click()
    expect(page.locator(".stamp")).to_have_text("已使用")
    page.get_by_role("link", name="删除").click()
    page.get_by_role("button", name="删除").click()
    expect(page.locator(".tile")).to_have_count(0)


def test_by_keyboard_in_english_on_a_desktop(me: Holder, devices: Devices, shown: Shown) -> None:
    desktop = devices.desktop(locale="en-US", color_scheme="dark")
    me.sign_in(desktop)
    me.card(shown(base={"code_type": "CODE_TYPE_TEXT"}))
    desktop.goto(me.server.base_url + "/wallet")
    expect(desktop).to_have_title("My wallet")
    assert_accessible(desktop)
    desktop.locator(".tile").focus()
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("Show at the till")).to_be_visible()
    desktop.get_by_text("Terms").focus()
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("不可与其他优惠同享")).to_be_visible()
    assert re.search("[一-鿿]", desktop.locator(".actions").inner_text()) is None
    assert_accessible(desktop)
