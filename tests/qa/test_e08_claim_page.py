"""E8 in the browser: the visitor reads 签名错误 alone, and the merchant's diagnosis names the mistake."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from qa.counter import explained, mended, offered, refusal
from support.js_page import configured, pressed
from support.merchant import STAMP, Merchant, rid_in

NONCE = "Qm3xTz81"
SO = "所以 card_ext 的签名不对。"
UNKNOWN = (
    "它与重新计算的结果不一致，已知的错误都对不上。收到的字段：card_id, timestamp, nonce_str；"
    "没有传、因而无法核对的字段：code, openid, balance。"
)


def signed_over(*values: str) -> str:
    """Return the signature over these values, sorted."""
    return hashlib.sha1(b"".join(sorted(value.encode() for value in values))).hexdigest()


def stale(merchant: Merchant, card_id: str) -> str:
    """Return a signature made with a ticket whose two hours are over since."""
    ticket = merchant.ticket("wx_card")
    merchant.api.ok("/sandbox/clock", {"advance": 7300})
    merchant.api.renew()
    return signed_over(ticket, card_id, STAMP, NONCE)


Make = Callable[[Merchant, str], str]
MISTAKES: dict[str, tuple[Make, str]] = {
    "another timestamp": (
        lambda merchant, card_id: signed_over(merchant.ticket("wx_card"), card_id, "1700000009", NONCE),
        f"签名的 timestamp 是 1700000009，传的却是 {STAMP}。",
    ),
    "the jsapi ticket": (
        lambda merchant, card_id: signed_over(merchant.ticket(), card_id, STAMP, NONCE),
        "签名时用的是 jsapi，这里应该用 wx_card 类型的 ticket。",
    ),
    "not sorted": (
        lambda merchant, card_id: hashlib.sha1(
            f"{card_id}{merchant.ticket('wx_card')}{STAMP}{NONCE}".encode()
        ).hexdigest(),
        "顺序不对；签名时的顺序是：card_id, api_ticket, timestamp, nonce_str。",
    ),
    "the nonce of wx.config": (
        lambda merchant, card_id: signed_over(merchant.ticket("wx_card"), card_id, STAMP, "n1"),
        f"签名的 nonce_str 是 n1，传的却是 {NONCE}。",
    ),
    "a nonce that is nowhere": (
        lambda merchant, card_id: signed_over(merchant.ticket("wx_card"), card_id, STAMP, "Zt5"),
        UNKNOWN,
    ),
    "the nonce left out": (
        lambda merchant, card_id: signed_over(merchant.ticket("wx_card"), card_id, STAMP),
        "nonce_str 没有参与签名。",
    ),
    "a stale ticket": (stale, "签名时用的 wx_card ticket 已经过期。"),
}


def test_each_mistake_is_named_to_the_merchant_alone(
    phone: Page, merchant: Merchant, subtests: pytest.Subtests
) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card()
    merchant.ticket("wx_card")
    for name, (make, said) in MISTAKES.items():
        with subtests.test(name):
            ext = {"timestamp": STAMP, "nonce_str": NONCE, "signature": make(merchant, card_id)}
            window = offered(phone, merchant, card_id, json.dumps(ext))
            assert refusal(window, merchant) == ("签名错误", "40080 signature", said + SO)
            window.close()
    mended(offered(phone, merchant, card_id, merchant.card_ext(card_id)))


def test_the_nonce_of_another_card_of_the_same_call(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    one, other = merchant.card(), merchant.card("CASH")
    ext = {"timestamp": STAMP, "nonce_str": "second"}
    mixed_up = {**ext, "signature": signed_over(merchant.ticket("wx_card"), other, STAMP, NONCE)}
    good = {**ext, "nonce_str": NONCE, "signature": signed_over(merchant.ticket("wx_card"), one, STAMP, NONCE)}
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    cards = [{"cardId": card_id, "cardExt": json.dumps(ext)} for card_id, ext in ((one, good), (other, mixed_up))]
    window = pressed(phone, "addCard", {"cardList": cards})
    window.wait_for_url("**/claim/*")
    assert window.get_by_role("alert").all_inner_texts() == ["签名错误"]
    rid = rid_in(window.locator(".reference").inner_text())
    assert explained(merchant, rid)["原因"] == f"签名的 nonce_str 是 {NONCE}，传的却是 second。{SO}"


def test_a_choice_signed_with_the_nonce_of_wx_config(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    args = merchant.choose_args()
    args["cardSign"] = signed_over(merchant.ticket("wx_card"), merchant.api.appid, STAMP, "n1")
    window = pressed(phone, "chooseCard", args)
    rid = rid_in(window.locator(".reference").inner_text())
    assert explained(merchant, rid)["原因"].startswith("签名的 nonce_str 是 n1，传的却是 n2。")
