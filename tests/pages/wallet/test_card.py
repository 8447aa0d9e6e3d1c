"""One card's page: codes that scan, everything its merchant said, nothing that runs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from card_bodies import FULL_ADVANCED
from playwright.sync_api import Page, expect

from support.browser import Devices, Faults, assert_accessible, assert_fits
from support.holder import Holder, Shown, scanned, store
from support.server import Server

LINK = "https://shop.example/book?from=card#top"
DAY = 86400
# What a scanner reads, and whether the digits stand below.
CODE_TYPES = {
    "CODE_TYPE_TEXT": (None, True),
    "CODE_TYPE_BARCODE": ("Code 128", True),
    "CODE_TYPE_QRCODE": ("QR Code", True),
    "CODE_TYPE_ONLY_BARCODE": ("Code 128", False),
    "CODE_TYPE_ONLY_QRCODE": ("QR Code", False),
    "CODE_TYPE_NONE": (None, False),
}
TEXTS = {
    "DISCOUNT": ["7 折"],
    "GIFT": ["兑换内容", "一杯咖啡"],
    "GENERAL_COUPON": ["优惠详情", "音乐木盒"],
    "MEETING_TICKET": ["会议详情", "二楼", "会场导览图"],
    "SCENIC_TICKET": ["票类型", "全日票", "导览图"],
    "MOVIE_TICKET": ["电影票详情", "三维电影"],
    "BOARDING_PASS": ["成都 → 广州", "CE123", "空客A320", "A11", "在线值机"],
    "BUS_TICKET": ["双人套餐"],
    "LUCKY_MONEY": ["双人套餐"],
}


@pytest.mark.parametrize("night", [False, True])
def test_each_kind_of_code_can_be_scanned_from_the_screen_day_and_night(
    me: Holder, devices: Devices, shown: Shown, night: bool, subtests: pytest.Subtests
) -> None:
    page = devices.phone(color_scheme="dark" if night else "light")
    me.sign_in(page)
    for code_type, (read, digits) in CODE_TYPES.items():
        with subtests.test(code_type):
            card_id, code = me.card(shown(base={"code_type": code_type}))
            page.goto(me.address(card_id, code))
            place = page.locator(".code")
            expect(place).to_have_count(0 if code_type == "CODE_TYPE_NONE" else 1)
            assert (scanned(place) if place.count() else []) == ([(read, code)] if read else [])
            written = [text.replace("\n", "") for text in page.locator(".digits").all_inner_texts()]
            assert [re.sub(r"\D", "", text) for text in written] == ([code] if digits else [])
            assert_accessible(page)
            if read:
                page.get_by_role("link", name="放大出示").click()
                assert scanned(page.locator(".code")) == [(read, code)]
                assert_accessible(page)


def test_a_code_of_any_letters_has_its_page(sqlite_server: Server, devices: Devices, shown: Shown) -> None:
    me = Holder(sqlite_server, sqlite_server.new_app())
    page = devices.phone()
    me.sign_in(page)
    base = {"use_custom_code": True, "code_type": "CODE_TYPE_BARCODE"}
    card_id = me.api.create_card(shown(base=base))
    for code in ("a/b?c#d", "..", "100%", "%2F", "券 一", "<b>&\"'"):
        me.api.claim(card_id, me.openid, code=code)
        page.goto(me.server.base_url + "/wallet")
        page.locator(".tile").first.click() if code == "a/b?c#d" else page.goto(me.address(card_id, code))
        expect(page.locator(".digits span").last).to_have_text(code)
        assert scanned(page.locator(".code"))[0][1] == code
        page.get_by_role("link", name="放大出示").click()
        page.get_by_role("link", name="返回卡券").click()
        page.get_by_role("link", name="删除").click()
        page.get_by_role("button", name="删除").click()
        expect(page).to_have_url(re.compile("/wallet$"))


def test_a_card_shows_all_that_its_merchant_said(me: Holder, mine: Page, shown: Shown, picture: str) -> None:
    advanced = {
        **FULL_ADVANCED,
        "abstract": {"abstract": "新季菜品", "icon_url_list": [picture]},
        "text_image_list": [{"image_url": picture, "text": "精选食材"}],
    }
    places = [store(me.api, "人民路店"), store(me.api, "春熙路店")]
    base = {
        "sub_title": "周末专享",
        "service_phone": "020-8888 8888",
        "source": "大众点评",
        "location_id_list": places,
        "description": "第一条\n第二条",
        "date_info": {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 30, "fixed_begin_term": 0},
    }
    body = shown("CASH", base, advanced_info=without_shared(advanced), reduce_cost=1050)
    mine.goto(me.address(*me.card(body)))
    said = mine.locator("main").inner_text()
    expected = (
        "微信餐厅",
        "双人套餐",
        "周末专享",
        "¥10.50",
        "满 10 元可用",
        "新季菜品",
        "使用时出示此券",
        "第一条\n第二条",
        "适用于：鞋类",
        "不适用于：阿迪达斯",
        "周一 00:10 至 10:59",
        "节假日 全天",
        "免费 Wi-Fi",
        "大众点评",
    )
    assert [text for text in expected if text not in said] == []
    assert re.search(r"\d{4}\.\d\d\.\d\d 至 \d{4}\.\d\d\.\d\d", said)
    mine.get_by_text("适用门店（2）").click()
    expect(mine.locator(".stores")).to_contain_text("熊猫茶馆（人民路店）")
    expect(mine.locator(".stores")).to_contain_text("四川省成都市锦江区人民南路二段1号")
    mine.get_by_text("图文详情").click()
    expect(mine.get_by_text("精选食材")).to_be_visible()
    expect(mine.get_by_role("link", name="客服电话")).to_have_attribute("href", "tel:02088888888")
    assert_accessible(mine)
    assert_fits(mine)


def without_shared(advanced: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in advanced.items() if not name.startswith("consume_share")}


def test_each_type_of_card_has_its_page(me: Holder, mine: Page, shown: Shown, subtests: pytest.Subtests) -> None:
    for card_type, texts in TEXTS.items():
        with subtests.test(card_type):
            mine.goto(me.address(*me.card(shown(card_type))))
            for text in texts:
                expect(mine.locator("main")).to_contain_text(text)
            assert_accessible(mine)


def test_a_ticket_shows_what_was_said_of_it_alone(me: Holder, mine: Page, shown: Shown) -> None:
    card_id, code = me.card(shown("MOVIE_TICKET"))
    ticket = {"ticket_class": "4D", "show_time": 1_800_000_000, "duration": 120, "screening_room": "五号厅"}
    seats = {"code": code, "card_id": card_id, **ticket, "seat_number": ["六排7", "六排8"]}
    me.api.ok("/card/movieticket/updateuser", seats)
    mine.goto(me.address(card_id, code))
    for text in ("4D", "2027-01-15", "120 min", "五号厅", "六排7 六排8"):
        expect(mine.locator(".facts")).to_contain_text(text)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_what_a_merchant_types_is_text_and_nothing_else(
    me: Holder, devices: Devices, shown: Shown, locale: str
) -> None:
    page = devices.phone(locale=locale)
    me.sign_in(page)
    evil = "<script>alert(1)</script>"
    base = {
        "title": "<img src=x>",
        "brand_name": evil,
        "notice": '"><b onclick=alert(1)>',
        "description": f"{evil}\n{{{{ 7*7 }}}}" + "长" * 900,
        "service_phone": "<u>1</u>",
        "custom_url_name": "<u>x</u>",
        "custom_url": "https://shop.example/?a='&b",
    }
    card_id, code = me.card(shown("GIFT", base, gift=f"{evil}'\"" * 9))
    me.api.ok("/cgi-bin/message/custom/send", {"touser": me.openid, "msgtype": "text", "text": {"content": evil}})
    for address in (
        me.address(card_id, code),
        me.address(card_id, code, "delete"),
        me.server.base_url + "/wallet",
        me.address(card_id, code, "present"),
        me.server.base_url + "/wallet/messages",
    ):
        page.goto(address)
        expect(page.locator("main script, main img[src=x], main b[onclick], main u, main i")).to_have_count(0)
        expect(page.locator("main")).to_contain_text("<")
        assert_fits(page)
        assert_accessible(page)


def test_pages_are_never_kept_by_a_cache_and_run_no_foreign_script(me: Holder, mine: Page, shown: Shown) -> None:
    held = me.card(shown())
    for page in ("", "present", "state", "delete"):
        answer = mine.goto(me.address(*held, page))
        assert answer is not None
        assert answer.headers["cache-control"] == "no-store"
        if page != "state":
            assert "script-src 'self';" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("page", ["", "present", "state", "delete", "consume", "chat"])
def test_somebody_elses_card_is_not_there(
    me: Holder, devices: Devices, shown: Shown, faults: Faults, page: str
) -> None:
    held = me.card(shown())
    stranger = Holder(me.server, me.api, "bob")
    browser = devices.phone()
    stranger.sign_in(browser)
    faults.expect("404")
    answer = browser.goto(me.address(*held, page))
    assert answer is not None
    assert answer.status == 404
    assert stranger.known_as() == [(me.api.appid, stranger.openid)]


def test_looking_for_cards_of_other_accounts_introduces_nobody(me: Holder, mine: Page, faults: Faults) -> None:
    other = me.server.new_app()
    faults.expect("404")
    mine.goto(f"{me.server.base_url}/wallet/{other.appid}/p1/1")
    expect(mine.get_by_role("heading", level=1)).to_have_text("页面不存在")
    assert [appid for appid, _ in me.known_as()] == [me.api.appid]
