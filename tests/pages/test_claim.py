"""The claim page, shelves, articles and shared links in a browser, with script and without."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import Devices, Faults, assert_accessible, assert_fits, picture
from support.js_page import configured, pressed, told
from support.merchant import Merchant
from support.tickets import article, qr, shelf

WORDS = {
    "zh-CN": {"claim": "领取", "got": "领取成功", "share": "分享", "claimed": "已领取", "use": "使用"},
    "en-US": {"claim": "Claim", "got": "Claimed", "share": "Share", "claimed": "Already claimed", "use": "Use it"},
}
EVERYTHING: dict[str, Any] = {
    "sub_title": "周一至周五可用",
    "service_phone": "020-88888888",
    "notice": "结账时出示此券",
    "description": "每桌限用一张\n不与其他优惠同享",
    "get_limit": 1,
}
FRAME = "<!doctype html><html lang=zh><title>t</title><iframe title=c height=400 src='{}'></iframe>"


def on(devices: Devices, size: str, **options: Any) -> Page:
    """Return a page on a device of this size."""
    return devices.phone(**options) if size == "phone" else devices.desktop(**options)


def here(merchant: Merchant, url: str) -> str:
    """Return an address of the server by the name under which a merchant's visitors know it."""
    return url.replace(merchant.server.base_url, merchant.base)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize(
    ("size", "locale", "scheme"),
    [
        ("phone", "zh-CN", "light"),
        ("phone", "en-US", "dark"),
        ("desktop", "en-US", "light"),
        ("desktop", "zh-CN", "dark"),
    ],
)
def test_a_ticket_is_claimed_once_and_says_so(
    devices: Devices, merchant: Merchant, size: str, locale: str, scheme: str, script: bool
) -> None:
    page, words = on(devices, size, locale=locale, color_scheme=scheme, java_script_enabled=script), WORDS[locale]
    card_id = merchant.card("CASH", **EVERYTHING)
    url = here(merchant, qr(merchant.api, card_id))
    merchant.sign_in(page, "ann")
    page.goto(url)
    for text in ("微信餐厅", "双人套餐", "周一至周五可用", "¥1", "结账时出示此券"):
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    assert page.get_by_role("link", name="020-88888888").get_attribute("href") == "tel:020-88888888"
    expect(page.get_by_text("每桌限用一张")).to_be_hidden()
    page.locator("summary").click()
    expect(page.get_by_text("每桌限用一张")).to_be_visible()
    picture(page, f"{size}-{locale}-{scheme}-offer")
    page.get_by_role("button", name=words["claim"], exact=True).click()
    expect(page.get_by_role("status")).to_have_text(words["got"])
    way = page.get_by_role("link", name=words["use"]).get_attribute("href")
    assert re.fullmatch(rf"/wallet/{merchant.api.appid}/{card_id}/\d{{12}}#code", way or "")
    picture(page, f"{size}-{locale}-{scheme}-got")
    page.goto(url)
    expect(page.get_by_role("alert")).to_have_text(words["claimed"])
    expect(page.get_by_role("button", name=words["claim"], exact=True)).to_be_disabled()
    picture(page, f"{size}-{locale}-{scheme}-refused")
    if script:
        assert_fits(page)
        assert_accessible(page)


def test_whoever_is_not_signed_in_reads_the_page_signs_up_and_comes_back(phone: Page, merchant: Merchant) -> None:
    url = here(merchant, qr(merchant.api, merchant.card("DISCOUNT")))
    phone.goto(url)
    expect(phone.get_by_text("7 折")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("link", name="领取", exact=True).click()
    phone.get_by_role("link", name="注册新用户").click()
    for name, value in (("name", "claims-first"), ("password", "correct horse"), ("again", "correct horse")):
        phone.locator(f"input[name={name}]").fill(value)
    phone.get_by_role("button", name="注册").click()
    phone.wait_for_url(url)
    phone.get_by_role("button", name="领取", exact=True).click()
    expect(phone.get_by_role("status")).to_have_text("领取成功")


def test_sandbox_people_are_offered_on_the_way(phone: Page, merchant: Merchant) -> None:
    demo = merchant.server.demo
    phone.goto(here(merchant, qr(demo, demo.ok("/card/batchget", {"offset": 0, "count": 1})["card_id_list"][0])))
    phone.get_by_role("link", name="领取", exact=True).click()
    phone.locator("button[name=persona]").first.click()
    phone.get_by_role("button", name="领取", exact=True).click()
    expect(phone.get_by_role("status")).to_have_text("领取成功")


def test_reloading_what_was_claimed_claims_nothing_more(phone: Page, merchant: Merchant) -> None:
    card_id = merchant.card("GIFT", get_limit=9, sku={"quantity": 9})
    merchant.sign_in(phone, "ann")
    phone.goto(here(merchant, qr(merchant.api, card_id)))
    phone.get_by_role("button", name="领取", exact=True).click()
    way = phone.get_by_role("link", name="查看卡券").get_attribute("href")
    phone.reload()
    assert phone.get_by_role("link", name="查看卡券").get_attribute("href") == way
    assert merchant.api.stock(card_id)["quantity"] == 8


def test_several_cards_stand_one_below_the_other(phone: Page, desktop: Page, merchant: Merchant) -> None:
    empty = merchant.card("CASH", sku={"quantity": 1}, title="十元代金券")
    merchant.api.claim(empty, merchant.api.person("bob"))
    others = [merchant.card("GIFT", title="咖啡一杯", color="Color082"), merchant.card("DISCOUNT", color="Color100")]
    url = here(merchant, qr(merchant.api, empty, *others))
    for name, page in (("phone", phone), ("desktop", desktop)):
        merchant.sign_in(page, "ann")
        page.goto(url)
        assert page.get_by_role("article").count() == 3
        page.get_by_role("button", name="领取", exact=True).click()
        expect(page.get_by_role("link", name="查看卡券")).to_have_count(2)
        expect(page.get_by_role("alert")).to_have_text("已领完")
        assert_fits(page)
        assert_accessible(page)
        picture(page, f"{name}-several")


def test_a_card_is_shared_by_its_link(phone: Page, devices: Devices, merchant: Merchant) -> None:
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    merchant.sign_in(phone, "ann")
    phone.goto(here(merchant, qr(merchant.api, merchant.card())))
    phone.get_by_role("button", name="分享").click()
    link = phone.get_by_label("链接").input_value()
    phone.get_by_role("button", name="复制链接").click()
    expect(phone.get_by_role("button", name="已复制")).to_be_visible()
    assert phone.evaluate("document.querySelector('img[alt=二维码]').naturalWidth") > 0
    assert_fits(phone)
    assert_accessible(phone)
    picture(phone, "phone-share")
    other = devices.phone(java_script_enabled=False)
    merchant.sign_in(other, "bob")
    other.goto(here(merchant, link))
    other.get_by_role("button", name="领取", exact=True).click()
    expect(other.get_by_role("status")).to_have_text("领取成功")


def test_without_script_a_link_can_still_be_marked(devices: Devices, merchant: Merchant) -> None:
    page = devices.phone(java_script_enabled=False)
    page.goto(here(merchant, qr(merchant.api, merchant.card())))
    page.get_by_role("button", name="分享").click()
    assert re.search(r"/q/[A-Za-z0-9_-]{32}$", page.get_by_label("链接").input_value())
    expect(page.get_by_role("button", name="复制链接")).to_be_hidden()


def test_a_card_that_may_not_be_shared_has_no_button(phone: Page, merchant: Merchant) -> None:
    phone.goto(here(merchant, qr(merchant.api, merchant.card(can_share=False))))
    expect(phone.get_by_role("link", name="领取", exact=True)).to_be_visible()
    expect(phone.get_by_role("button", name="分享")).to_have_count(0)


def test_a_shelf_leads_to_each_claim(phone: Page, desktop: Page, merchant: Merchant) -> None:
    banner = f"{merchant.base}/static/icon.svg"
    cards = [merchant.card("GIFT", title="咖啡一杯", color="Color030"), merchant.card("CASH", color="Color090")]
    url = here(merchant, shelf(merchant.api, *cards, title="本店优惠", picture=banner))
    for name, page in (("phone", phone), ("desktop", desktop)):
        page.goto(url)
        expect(page.get_by_role("heading", level=1)).to_have_text("本店优惠")
        assert_fits(page)
        assert_accessible(page)
        picture(page, f"{name}-shelf")
    phone.get_by_role("link", name="领取").first.click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("咖啡一杯")


def test_an_article_shows_its_card_in_a_frame_and_claims_beyond_it(phone: Page, merchant: Merchant) -> None:
    address = here(merchant, article(merchant.api, merchant.card("CASH")))
    merchant.site.html = FRAME.format(address)
    phone.goto(merchant.site.url)
    picture(phone, "phone-article")
    phone.frame_locator("iframe").get_by_role("link", name="领取").click()
    phone.wait_for_url("**/q/*")


def test_no_other_page_stands_in_a_frame(phone: Page, merchant: Merchant, faults: Faults) -> None:
    faults.expect("frame-ancestors")
    faults.expect("ERR_BLOCKED_BY_RESPONSE")
    address = here(merchant, qr(merchant.api, merchant.card()))
    merchant.site.html = FRAME.format(address)
    phone.goto(merchant.site.url)
    expect(phone.frame_locator("iframe").get_by_role("link", name="领取")).to_have_count(0)


# Cards that a merchant's page offers.


def offering(page: Page, merchant: Merchant, *cards: dict[str, str]) -> Page:
    """Call addCard on a page of the merchant's and return the window that opens."""
    merchant.open(page)
    configured(page, merchant.config(page))
    window = pressed(page, "addCard", {"cardList": list(cards)})
    window.wait_for_url("**/claim/*")
    return window


def test_a_page_is_given_what_was_claimed(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    empty, full = merchant.card("CASH", sku={"quantity": 1}), merchant.card("GIFT")
    merchant.api.claim(empty, merchant.api.person("bob"))
    cards = [{"cardId": one, "cardExt": merchant.card_ext(one, outer_str="page")} for one in (empty, full)]
    window = offering(phone, merchant, *cards)
    assert_accessible(window)
    window.get_by_role("button", name="领取", exact=True).click()
    expect(window.get_by_role("status")).to_have_text("领取成功")
    assert_accessible(window)
    picture(window, "phone-addcard")
    window.get_by_role("button", name="完成").click()
    name, result = told(phone)[0]
    assert (name, result["errMsg"]) == ("success", "addCard:ok")
    first, second = result["cardList"]
    assert first == {**cards[0], "code": "", "isSuccess": False}
    assert {key: second[key] for key in ("cardId", "cardExt", "isSuccess")} == {**cards[1], "isSuccess": True}
    assert re.fullmatch(r"[A-Za-z0-9+/]{64}", second["code"])
    code = merchant.api.ok("/card/code/decrypt", {"encrypt_code": second["code"]})["code"]
    assert merchant.api.ok("/card/code/get", {"code": code})["outer_str"] == "page"


def test_closing_the_window_tells_the_page_as_well(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card()
    window = offering(phone, merchant, {"cardId": card_id, "cardExt": merchant.card_ext(card_id)})
    window.get_by_role("button", name="领取", exact=True).click()
    expect(window.get_by_role("status")).to_have_text("领取成功")
    window.close()
    assert told(phone)[0][1]["errMsg"] == "addCard:ok"


@pytest.mark.parametrize(("stock", "said"), [(5, "cancel"), (1, "fail")])
@pytest.mark.parametrize("way", ["back", "close"])
def test_leaving_is_a_cancel_or_a_failure(phone: Page, merchant: Merchant, stock: int, said: str, way: str) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card(sku={"quantity": stock})
    merchant.api.claim(card_id, merchant.api.person("bob"))
    window = offering(phone, merchant, {"cardId": card_id, "cardExt": merchant.card_ext(card_id)})
    window.wait_for_load_state()
    if way == "back":
        window.get_by_role("button", name="返回").click()
    else:
        window.close()
    assert told(phone)[0] == [said, {"errMsg": f"addCard:{said}"}]


def test_a_signature_serves_once(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card()
    one = {"cardId": card_id, "cardExt": merchant.card_ext(card_id)}
    window = offering(phone, merchant, one)
    window.get_by_role("button", name="领取", exact=True).click()
    window.get_by_role("button", name="完成").click()
    told(phone)
    expect(offering(phone, merchant, one).get_by_role("alert")).to_have_text("已领完")


def test_on_android_an_object_is_claimed_with(phone: Page, merchant_with: Callable[..., Merchant]) -> None:
    merchant = merchant_with(js_device="android")
    merchant.sign_in(phone, "ann")
    card_id = merchant.card()
    ext = json.loads(merchant.card_ext(card_id))
    window = offering(phone, merchant, {"cardId": card_id, "cardExt": ext})
    window.get_by_role("button", name="领取", exact=True).click()
    expect(window.get_by_role("status")).to_have_text("领取成功")
    window.close()
    assert json.loads(told(phone)[0][1]["cardList"][0]["cardExt"]) == ext
