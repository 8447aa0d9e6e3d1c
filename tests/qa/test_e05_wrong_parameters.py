"""E5: 参数错误 on the claim page, and which parameter it was."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from qa.counter import mended, offered, refusal, scanned
from support.merchant import Merchant

TEXT = "参数错误"


def test_1_a_bound_card_is_under_review_and_the_person_is_no_tester(
    phone: Page, merchant_with: Callable[..., Merchant]
) -> None:
    merchant = merchant_with(review="manual")
    openid = merchant.sign_in(phone, "ann")
    card_id = merchant.card(bind_openid=True)
    page = scanned(phone, merchant, card_id, openid=openid)
    text, cause, reason = refusal(page, merchant)
    assert (text, cause) == (TEXT, "40078 not_verified_bound")
    assert reason.endswith("还没有通过审核，而指定的用户不在测试白名单里。")
    merchant.api.ok("/card/testwhitelist/set", {"openid": [openid], "username": []})
    mended(page)


def test_2_a_custom_code_has_more_than_20_characters(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card(use_custom_code=True)
    window = offered(phone, merchant, card_id, merchant.card_ext(card_id, code="A" * 21))
    assert refusal(window, merchant) == (TEXT, "40116 too_long", "自定义 Code 有 21 个字符，最多 20 个。")
    window = offered(phone, merchant, card_id, merchant.card_ext(card_id, code="A" * 20))
    mended(window)


MALFORMED: dict[str, tuple[Callable[[str], str], str, str]] = {
    "no JSON": (lambda good: good.replace('"', "'"), "40080 not_json", "card_ext 这个字符串的内容不是 JSON"),
    "no object": (lambda good: f"[{good}]", "40080 not_object", "card_ext"),
    "no timestamp": (lambda good: without(good, "timestamp"), "40080 missing_key", "timestamp"),
    "no signature": (lambda good: without(good, "signature"), "40080 missing_key", "signature"),
    "misspelt": (lambda good: good.replace("timestamp", "timestemp"), "40080 misspelt_key", "timestemp"),
    "wrong type": (lambda good: json.dumps({**json.loads(good), "nonce_str": [1]}), "40080 wrong_type", "nonce_str"),
}


def without(good: str, name: str) -> str:
    """Return a card_ext that lacks a member."""
    members = json.loads(good)
    del members[name]
    return json.dumps(members)


def test_3_a_malformed_card_ext_is_told_with_its_key_or_its_fault(
    phone: Page, merchant: Merchant, subtests: pytest.Subtests
) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card()
    good = merchant.card_ext(card_id)
    for name, (spoil, expected, word) in MALFORMED.items():
        with subtests.test(name):
            window = offered(phone, merchant, card_id, spoil(good))
            text, cause, reason = refusal(window, merchant)
            assert (text, cause, word in reason) == (TEXT, expected, True)
            window.close()
    mended(offered(phone, merchant, card_id, good))
