"""E6: 已领完 though codes remain: the quantity was set too small, or the claim is made out to somebody else."""

from __future__ import annotations

from playwright.sync_api import Page

from qa.counter import mended, offered, refusal, scanned
from support.merchant import Merchant

TEXT = "已领完"


def test_1_the_stock_is_used_up(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card(sku={"quantity": 1})
    merchant.api.claim(card_id, merchant.api.person("bob"))
    page = scanned(phone, merchant, card_id)
    reason = f"卡券 {card_id} 的库存已经用完，剩余 0。"
    assert refusal(page, merchant) == (TEXT, "45031 stock_empty", reason)
    merchant.api.ok("/card/modifystock", {"card_id": card_id, "increase_stock_value": 1})
    mended(page)


def test_1_deposited_codes_remain_that_the_stock_does_not_count(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    mode = "GET_CUSTOM_CODE_MODE_DEPOSIT"
    card_id = merchant.card(use_custom_code=True, get_custom_code_mode=mode, sku={"quantity": 0})
    merchant.api.ok("/card/code/deposit", {"card_id": card_id, "code": ["A-1"]})
    page = scanned(phone, merchant, card_id)
    assert refusal(page, merchant)[:2] == (TEXT, "45031 stock_not_raised")
    merchant.api.ok("/card/modifystock", {"card_id": card_id, "increase_stock_value": 1})
    mended(page)


def test_2_the_qr_code_is_made_out_to_another_person(phone: Page, merchant: Merchant) -> None:
    openid, other = merchant.sign_in(phone, "ann"), merchant.api.person("bob")
    card_id = merchant.card(bind_openid=True)
    page = scanned(phone, merchant, card_id, openid=other)
    bound, came = (f"{one[:4]}***{one[-4:]}" for one in (other, openid))
    reason = f"这次领取指定给 {bound}，来领的却是 {came}。"
    assert refusal(page, merchant) == (TEXT, "40003 bound_to_another", reason)
    assert bound not in page.content()
    mended(scanned(phone, merchant, card_id, openid=openid))


def test_2_the_card_ext_is_made_out_to_another_person(phone: Page, merchant: Merchant) -> None:
    openid, other = merchant.sign_in(phone, "ann"), merchant.api.person("bob")
    card_id = merchant.card(bind_openid=True)
    window = offered(phone, merchant, card_id, merchant.card_ext(card_id, openid=other))
    assert refusal(window, merchant)[:2] == (TEXT, "40003 bound_to_another")
    mended(offered(phone, merchant, card_id, merchant.card_ext(card_id, openid=openid)))
