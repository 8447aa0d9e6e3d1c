"""E13: addCard with a card_ext that is an object opens nothing where iOS is played; the console and explain say why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from qa.counter import explained
from qa.devices import ALL, LENIENT, STRICT, Device
from support.browser import Faults
from support.js_page import call, configured, pressed, told
from support.merchant import Merchant, rid_in


def object_for(merchant: Merchant) -> dict[str, Any]:
    """Return the arguments of addCard with an object in place of a text."""
    card_id = merchant.card()
    return {"cardList": [{"cardId": card_id, "cardExt": json.loads(merchant.card_ext(card_id))}]}


@pytest.mark.parametrize("device", STRICT, indirect=True)
def test_on_ios_nothing_opens_and_the_console_names_card_ext(phone: Page, merchant: Merchant, faults: Faults) -> None:
    faults.expect(r"cardExt of cardList\[0\] has to be a string holding JSON; it is object")
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    args = object_for(merchant)
    with phone.expect_console_message(lambda message: " rid: " in message.text) as said:
        assert call(phone, "addCard", args)[0] == ["fail", {"errMsg": "addCard:fail"}]
    assert len(phone.context.pages) == 1
    rid = rid_in(said.value.text)
    found, printed = merchant.diagnosis(rid), explained(merchant, rid)
    assert (f"{found.errcode} {found.cause}", printed["位置"]) == ("40080 not_string", "cardList[0].cardExt")
    assert (printed["原因"], printed["处理"]) == (found.zh, found.fix_zh)
    assert found.en == "cardList[0].cardExt has to be a string holding JSON; what came: object."
    assert found.fix_en.startswith("Turn it into a string with JSON.stringify before sending; ")


@pytest.mark.parametrize("device", LENIENT, indirect=True)
def test_on_android_it_is_taken_with_a_warning(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    with phone.expect_console_message(lambda message: "iOS would not open anything" in message.text):
        window = pressed(phone, "addCard", object_for(merchant))
    window.wait_for_url("**/claim/*")
    window.close()
    assert told(phone)[0] == ["cancel", {"errMsg": "addCard:cancel"}]


OLD = (
    "(args) => { window.go = () => WeixinJSBridge.invoke('batchAddCard', args, (result) => { window.got = result; }) }"
)


@pytest.mark.parametrize("device", ALL, indirect=True)
def test_old_calls_follow_the_device_too(phone: Page, merchant: Merchant, device: Device, faults: Faults) -> None:
    merchant.sign_in(phone, "ann")
    merchant.open(phone, "?wechat_card_js=1")
    (card,) = object_for(merchant)["cardList"]
    phone.evaluate(OLD, {"card_list": [{"card_id": card["cardId"], "card_ext": card["cardExt"]}]})
    button = phone.get_by_role("button", name="go")
    if device.lenient:
        with phone.expect_popup() as opened:
            button.click()
        opened.value.wait_for_url("**/claim/*")
        opened.value.close()
    else:
        faults.expect("cardExt")
        button.click()
    phone.wait_for_function("window.got")
    assert phone.evaluate("got") == {"err_msg": f"batch_add_card:{'cancel' if device.lenient else 'fail'}"}
