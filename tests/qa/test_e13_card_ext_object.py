"""E13 and E15: a card_ext that is an object opens nothing on iOS and is taken on Android; the console says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from support.browser import Faults
from support.js_page import call, configured, pressed, told
from support.merchant import Merchant, rid_in

Make = Callable[..., Merchant]


def object_for(merchant: Merchant) -> dict[str, Any]:
    """Return the arguments of addCard with an object in place of a text."""
    card_id = merchant.card()
    return {"cardList": [{"cardId": card_id, "cardExt": json.loads(merchant.card_ext(card_id))}]}


def test_on_ios_nothing_opens_and_the_console_names_card_ext(phone: Page, merchant: Merchant, faults: Faults) -> None:
    faults.expect(r"cardExt of cardList\[0\] has to be a string holding JSON; it is object")
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    args = object_for(merchant)
    with phone.expect_console_message(lambda message: " rid: " in message.text) as said:
        assert call(phone, "addCard", args)[0] == ["fail", {"errMsg": "addCard:fail"}]
    assert len(phone.context.pages) == 1
    found = merchant.diagnosis(rid_in(said.value.text))
    assert (f"{found.errcode} {found.cause}", found.path) == ("40080 not_string", "cardList[0].cardExt")
    assert found.fix_en == "Turn it into a string with JSON.stringify before sending."


def test_on_android_it_is_taken_with_a_warning(phone: Page, merchant_with: Make) -> None:
    merchant = merchant_with(js_device="android")
    merchant.sign_in(phone, "ann")
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    with phone.expect_console_message(lambda message: "iOS would not open anything" in message.text):
        window = pressed(phone, "addCard", object_for(merchant))
    window.wait_for_url("**/claim/*")
    window.close()
    assert told(phone)[0] == ["cancel", {"errMsg": "addCard:cancel"}]


def test_the_page_may_choose_the_device_for_itself(phone: Page, merchant_with: Make, faults: Faults) -> None:
    faults.expect("cardExt")
    merchant = merchant_with(js_device="android")
    merchant.open(phone, "?kaquan_device=ios")
    configured(phone, merchant.config(phone))
    assert call(phone, "addCard", object_for(merchant))[0][0] == "fail"


def test_old_calls_follow_the_account_too(phone: Page, merchant: Merchant, faults: Faults) -> None:
    faults.expect("cardExt")
    merchant.open(phone, "?wechat_card_js=1")
    (card,) = object_for(merchant)["cardList"]
    old = "(args) => new Promise((resolve) => WeixinJSBridge.invoke('batchAddCard', args, resolve))"
    args = {"card_list": [{"card_id": card["cardId"], "card_ext": card["cardExt"]}]}
    assert phone.evaluate(old, args) == {"err_msg": "batch_add_card:fail"}
