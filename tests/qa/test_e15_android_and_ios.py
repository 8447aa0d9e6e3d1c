"""E15: a page works on Android and not on iOS: its cardExt lacks the quotes that would make it a string."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from qa.counter import explained
from qa.devices import LENIENT, STRICT
from support.browser import Faults
from support.js_page import configured, told
from support.merchant import Merchant, rid_in

Write = Callable[[str], str]
# As a template prints a card_ext into the page's script, and as a script of its own makes one.
WITHOUT_QUOTES: dict[str, Write] = {
    "no quotes around it": lambda ext: ext,
    "no quotes around its names": lambda ext: ext.replace('"timestamp"', "timestamp"),
    "a number in it": lambda ext: json.dumps({**json.loads(ext), "timestamp": int(json.loads(ext)["timestamp"])}),
    "parsed": lambda ext: f"JSON.parse({json.dumps(ext)})",
}
NO_OBJECT = {"1700000000": "整数 1700000000", "undefined": "没有传", "null": "null"}
WHY = "cardList[0].cardExt 应为内容为 JSON 的字符串，收到的："
FIX = (
    "先用 JSON.stringify 转成字符串再传；直接写在页面里时，外面的引号不能漏。"
    "传对象在 Android 上可能有效，在 iOS 上什么也不会打开。"
)


def offering(page: Page, merchant: Merchant, card_id: str, written: str) -> None:
    """Open a page of the merchant's whose button offers a card, with a cardExt as its script has it."""
    script = f"window.go = () => wx.addCard(telling({{cardList: [{{cardId: '{card_id}', cardExt: {written}}}]}}));"
    merchant.open(page, html=f"<script>{script}</script>")
    configured(page, merchant.config(page))


def nothing_opens(page: Page, merchant: Merchant) -> dict[str, str]:
    """Press the button in vain, and return what ``kaquan explain`` says."""
    with page.expect_console_message(lambda message: " rid: " in message.text) as said:
        page.get_by_role("button", name="go").click()
    assert told(page) == [[name, {"errMsg": "addCard:fail"}] for name in ("fail", "complete")]
    assert len(page.context.pages) == 1
    return explained(merchant, rid_in(said.value.text))


def claimed(page: Page, merchant: Merchant, openid: str) -> None:
    """Press the button, claim in the window that opens, and see that the page is given the code of the wallet."""
    with page.expect_popup() as opened:
        page.get_by_role("button", name="go").click()
    opened.value.get_by_role("button", name="领取", exact=True).click()
    expect(opened.value.get_by_role("status")).to_have_text("领取成功")
    opened.value.close()
    name, result = told(page)[0]
    code = merchant.api.ok("/card/code/decrypt", {"encrypt_code": result["cardList"][0]["code"]})["code"]
    (held,) = merchant.api.ok("/card/user/getcardlist", {"openid": openid})["card_list"]
    assert (name, held["code"]) == ("success", code)


@pytest.mark.parametrize("device", STRICT, indirect=True)
def test_on_ios_nothing_opens_until_the_quotes_are_there(
    phone: Page, merchant: Merchant, faults: Faults, subtests: pytest.Subtests
) -> None:
    faults.expect(r"cardExt of cardList\[0\] has to be a string holding JSON; it is object")
    for name, write in WITHOUT_QUOTES.items():
        with subtests.test(name):
            openid, card_id = merchant.sign_in(phone, name), merchant.card()
            ext = merchant.card_ext(card_id)
            offering(phone, merchant, card_id, write(ext))
            said = nothing_opens(phone, merchant)
            assert (said["原因"], said["位置"], said["处理"]) == (f"{WHY}对象。", "cardList[0].cardExt", FIX)
            offering(phone, merchant, card_id, f"'{ext}'")
            claimed(phone, merchant, openid)


@pytest.mark.parametrize("device", LENIENT, indirect=True)
def test_on_android_the_same_page_works_and_the_console_warns(
    phone: Page, merchant: Merchant, subtests: pytest.Subtests
) -> None:
    for name, write in WITHOUT_QUOTES.items():
        with subtests.test(name):
            openid, card_id = merchant.sign_in(phone, name), merchant.card()
            offering(phone, merchant, card_id, write(merchant.card_ext(card_id)))
            with phone.expect_console_message(lambda message: "iOS would not open anything" in message.text):
                claimed(phone, merchant, openid)


@pytest.mark.parametrize("written", NO_OBJECT)
def test_what_is_no_object_either_works_nowhere(phone: Page, merchant: Merchant, faults: Faults, written: str) -> None:
    faults.expect(r"cardExt of cardList\[0\] has to be a string holding JSON; it is (number|undefined|null)")
    offering(phone, merchant, merchant.card(), written)
    said = nothing_opens(phone, merchant)
    assert (said["原因"], said["处理"]) == (f"{WHY}{NO_OBJECT[written]}。", FIX)
