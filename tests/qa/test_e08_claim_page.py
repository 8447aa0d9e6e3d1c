"""E8 in the browser: the visitor reads 签名错误 alone, and the merchant's diagnosis names the mistake."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from qa.counter import mended, offered, refusal
from support.merchant import STAMP, Merchant

NONCE = "Qm3xTz81"
SO = "所以 card_ext 的签名不对。"


def signed_over(*values: str) -> str:
    """Return the signature over these values, sorted."""
    return hashlib.sha1(b"".join(sorted(value.encode() for value in values))).hexdigest()


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
    "the nonce left out": (
        lambda merchant, card_id: signed_over(merchant.ticket("wx_card"), card_id, STAMP),
        "nonce_str 没有参与签名。",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_mistake_is_named_to_the_merchant_alone(phone: Page, merchant: Merchant, name: str) -> None:
    make, said = MISTAKES[name]
    merchant.sign_in(phone, "ann")
    card_id = merchant.card()
    merchant.ticket("wx_card")
    ext = {"timestamp": STAMP, "nonce_str": NONCE, "signature": make(merchant, card_id)}
    window = offered(phone, merchant, card_id, json.dumps(ext))
    assert refusal(window, merchant) == ("签名错误", "40080 signature", said + SO)
    mended(offered(phone, merchant, card_id, merchant.card_ext(card_id)))
