"""E3: a card under review is 未生效 for whoever is not on the test whitelist; the diagnosis says how to get there."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from cli.command import of, printed
from qa.counter import mended, refusal, scanned
from support.merchant import Merchant


def test_a_visitor_who_is_no_tester_reads_that_it_is_not_in_effect(
    phone: Page, merchant_with: Callable[..., Merchant]
) -> None:
    merchant = merchant_with(review="manual")
    card_id = merchant.card()
    openid = merchant.sign_in(phone, "ann")
    page = scanned(phone, merchant, card_id)
    text, cause, reason = refusal(page, merchant)
    masked = f"{openid[:4]}***{openid[-4:]}"
    assert (text, cause) == ("未生效", "40078 not_verified")
    assert reason == f"卡券 {card_id} 未生效：状态是 CARD_STATUS_NOT_VERIFY，而领取人 {masked} 不在测试白名单里。"
    rid = page.locator(".reference").inner_text().split()[-1]
    fix = printed("explain", rid, "--lang", "zh", **of(merchant.server.database))
    assert any("/card/testwhitelist/set" in line for line in fix)
    merchant.api.ok("/card/testwhitelist/set", {"openid": [openid], "username": []})
    mended(page)


def test_after_the_approval_everybody_may_claim(phone: Page, merchant_with: Callable[..., Merchant]) -> None:
    merchant = merchant_with(review="manual")
    card_id = merchant.card()
    merchant.sign_in(phone, "ann")
    page = scanned(phone, merchant, card_id)
    assert refusal(page, merchant)[0] == "未生效"
    merchant.api.ok("/sandbox/approve", {"card_id": card_id})
    mended(page)
