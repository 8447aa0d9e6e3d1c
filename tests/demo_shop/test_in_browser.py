"""The demo shop's page in a browser: recognised on the consent page, it hands out and takes cards."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from support.api import Api
from support.browser import Faults, assert_accessible
from support.server import Server

LIBRARY = "**/open/js/jweixin-1.6.0.js"
# In place of the library: notes each call, and ends addCard and chooseCard as the test says.
STAND_IN = """
const calls = [];
window.wx = {
  calls,
  config: (given) => { calls.push(["config", given]); wx.onReady(); },
  ready: (run) => { wx.onReady = run; },
  error: (run) => { wx.onError = run; },
  addCard: (given) => {
    calls.push(["addCard", given]);
    given.success({ cardList: [{ isSuccess: true }] });
    given.complete();
  },
  chooseCard: (given) => {
    calls.push(["chooseCard", given]);
    given.success({ cardList: JSON.stringify([wx.chosen]) });
  },
  openCard: (given) => { calls.push(["openCard", given]); },
};
"""


@pytest.fixture
def shop(phone: Page, sqlite_server: Server) -> Page:
    """The shop on a phone, Alice in front of it."""
    phone.route(LIBRARY, lambda route: answer(route, STAND_IN))
    phone.goto(sqlite_server.facts["shop"])
    expect(phone).to_have_url(re.compile("/wallet/sign-in"))
    phone.get_by_role("button", name="alice").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("熊猫茶馆")
    return phone


@pytest.fixture
def merchant(sqlite_server: Server) -> Api:
    """The demo's own account."""
    return sqlite_server.demo


def answer(route: Route, script: str) -> None:
    """Serve a script in place of the library."""
    route.fulfill(content_type="text/javascript", body=script)


def last(page: Page, name: str) -> dict[str, object]:
    """Return what the page gave the library at its last call of a function."""
    calls = page.evaluate("JSON.parse(JSON.stringify(wx.calls))")
    given: dict[str, object] = [said for called, said in calls if called == name][-1]
    return given


def test_the_page_says_what_it_may_call_and_is_ready(shop: Page, merchant: Api) -> None:
    expect(shop.get_by_role("status")).to_have_text("可以领券了")
    assert_accessible(shop)
    given = last(shop, "config")
    assert (given["appId"], given["jsApiList"]) == (merchant.appid, ["addCard", "chooseCard", "openCard"])


def test_it_speaks_english_too(shop: Page) -> None:
    expect(shop.get_by_role("button", name="领取", exact=True)).to_have_count(3)
    shop.get_by_role("button", name="English").click()
    expect(shop.get_by_role("button", name="Get it")).to_have_count(3)
    expect(shop.get_by_role("button", name="Pay with a card")).to_be_enabled()
    assert_accessible(shop)


def test_one_card_or_all_are_added_each_signed_as_text(shop: Page) -> None:
    shop.get_by_role("button", name="全部领取").click()
    expect(shop.get_by_role("listitem").filter(has_text="领取成功 1 张")).to_have_count(1)
    cards = last(shop, "addCard")["cardList"]
    assert isinstance(cards, list)
    assert [sorted(json.loads(one["cardExt"])) for one in cards] == [["nonce_str", "signature", "timestamp"]] * 3
    shop.get_by_role("button", name="领取", exact=True).first.click()
    expect(shop.get_by_role("listitem").filter(has_text="领取成功 1 张")).to_have_count(2)
    assert [one["cardId"] for one in last(shop, "addCard")["cardList"]] == [cards[0]["cardId"]]  # type: ignore[attr-defined]


def test_cards_are_opened_and_a_chosen_one_is_consumed(shop: Page, merchant: Api) -> None:
    alice = merchant.person("alice")
    card_id = merchant.ok("/card/batchget", {"offset": 0, "count": 1})["card_id_list"][0]
    code = merchant.claim(card_id, alice)
    encrypted = merchant.ok("/sandbox/encrypt_code", {"card_id": card_id, "code": code})["encrypt_code"]
    shop.evaluate("(chosen) => { wx.chosen = chosen; }", {"card_id": card_id, "encrypt_code": encrypted})
    shop.get_by_role("button", name="我的卡券").click()
    shop.wait_for_function("wx.calls.some(([name]) => name === 'openCard')")
    assert {"cardId": card_id, "code": code} in last(shop, "openCard")["cardList"]  # type: ignore[operator]
    shop.get_by_role("button", name="付款时用券").click()
    expect(shop.get_by_role("listitem").filter(has_text=f"已核销 {code}")).to_be_visible()


def test_a_page_that_may_not_call_says_why(shop: Page) -> None:
    expect(shop.get_by_role("status")).to_have_text("可以领券了")
    shop.evaluate("wx.onError({ errMsg: 'config:invalid signature' })")
    expect(shop.get_by_role("status")).to_have_text("wx.config 没有通过：config:invalid signature")
    expect(shop.get_by_role("button", name="全部领取")).to_be_disabled()


def test_with_the_platforms_library_a_card_is_chosen_and_consumed(
    phone: Page, sqlite_server: Server, merchant: Api
) -> None:
    chen = merchant.person("chen")
    card_id = merchant.ok("/card/batchget", {"offset": 0, "count": 1})["card_id_list"][0]
    code = merchant.claim(card_id, chen)
    phone.goto(sqlite_server.facts["shop"])
    phone.get_by_role("button", name="chen").click()
    expect(phone.get_by_role("status")).to_have_text("可以领券了")
    with phone.expect_popup() as opened:
        phone.get_by_role("button", name="付款时用券").click()
    with opened.value.expect_event("close"):
        opened.value.get_by_role("button", name=code).click()
    expect(phone.get_by_role("listitem").filter(has_text=f"已核销 {code}")).to_be_visible()
    assert merchant.post("/card/code/consume", {"code": code})["errcode"] == 40099


def test_with_the_platforms_library_cards_are_added_and_one_is_refused(
    phone: Page, sqlite_server: Server, merchant: Api, faults: Faults
) -> None:
    phone.goto(sqlite_server.facts["shop"])
    phone.get_by_role("button", name="bob").click()
    expect(phone.get_by_role("status")).to_have_text("可以领券了")
    with phone.expect_popup() as opened:
        phone.get_by_role("button", name="全部领取").click()
    window = opened.value
    window.get_by_role("button", name="领取", exact=True).click()
    expect(window.get_by_role("status")).to_have_text("领取成功")
    with window.expect_event("close"):
        window.get_by_role("button", name="完成").click()
    expect(phone.get_by_role("listitem").filter(has_text="领取成功 2 张")).to_be_visible()
    held = merchant.ok("/card/user/getcardlist", {"openid": merchant.person("bob")})["card_list"]
    _, _, sold_out = merchant.ok("/card/batchget", {"offset": 0, "count": 3})["card_id_list"]
    assert (len(held), sold_out in {one["card_id"] for one in held}) == (2, False)
    # The demo's picture is on no machine of the tests.
    faults.expect("example.com/logo.png|ERR_NAME_NOT_RESOLVED")


def test_without_the_library_the_page_says_so(phone: Page, sqlite_server: Server) -> None:
    phone.route(LIBRARY, lambda route: answer(route, ""))
    phone.goto(sqlite_server.facts["shop"])
    phone.get_by_role("button", name="bob").click()
    expect(phone.get_by_role("status")).to_contain_text("没有加载到 jweixin")
    expect(phone.get_by_role("button", name="全部领取")).to_be_disabled()
