"""E4: 该券未通过审核 where the page's host may not offer cards, or the card is refused, taken down or deleted."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

from playwright.sync_api import Page

from kaquan.actions.keep_sheet import Sheet, open_sheet
from kaquan.api.scan import scan_id
from qa.counter import mended, refusal, scanned
from support.merchant import STAMP, Merchant
from support.worker import worker

TEXT = "该券未通过审核"


def reached_from(merchant: Merchant, host: str, card_id: str, mark: str = "wechat_card_js=1") -> str:
    """Return the address of the claim page that a page on a host has led to, whatever let it."""
    name = scan_id(merchant.api.appid, secrets.token_bytes(16))
    cards = json.dumps({"card_list": [{"card_id": card_id, "card_ext": merchant.card_ext(card_id)}]})
    made = Sheet(name, "batchAddCard", cards, f"http://{host}", f"http://{host}/?{mark}", int(STAMP))
    merchant.server.database.transact(lambda tx: open_sheet(tx, merchant.api.appid, made))
    return f"{merchant.base}/claim/{name}"


def test_1_the_page_lies_on_another_host_than_the_card_js_api_domain(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card()
    phone.goto(reached_from(merchant, "other.test", card_id))
    reason = "页面所在的 other.test 不是卡券 JS API 域名 shop.test。"
    assert refusal(phone, merchant) == (TEXT, "48001 card_js_domain", reason)
    phone.goto(reached_from(merchant, "shop.test", card_id, "x=1"))
    assert refusal(phone, merchant)[:2] == (TEXT, "48001 card_js_missing")
    phone.goto(reached_from(merchant, "shop.test", card_id))
    mended(phone)


def test_2_the_card_was_refused(phone: Page, merchant_with: Callable[..., Merchant]) -> None:
    merchant = merchant_with(review="manual")
    card_id, openid = merchant.card(), merchant.sign_in(phone, "ann")
    merchant.api.ok("/sandbox/refuse", {"card_id": card_id, "reason": "no"})
    page = scanned(phone, merchant, card_id)
    text, cause, reason = refusal(page, merchant)
    assert (text, cause) == (TEXT, "40078 refused")
    assert reason == f"卡券 {card_id} 未通过审核（CARD_STATUS_VERIFY_FAIL），只有测试白名单里的用户可以领取。"
    merchant.api.ok("/card/testwhitelist/set", {"openid": [openid], "username": []})
    mended(page)


def test_2_the_card_was_taken_down_by_the_platform(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card()
    page = scanned(phone, merchant, card_id)
    operator = worker(merchant.server, merchant.api, "operator")
    path = f"/operator/cards/{merchant.api.appid}/{card_id}"
    assert operator.post(path, change="takedown", reason="misleading") == 303
    page.reload()
    text, cause, reason = refusal(page, merchant)
    assert (text, cause, card_id in reason) == (TEXT, "40078 off_shelf", True)
    assert operator.post(path, change="restore") == 303
    mended(page)


def test_2_the_card_was_deleted(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card()
    page = scanned(phone, merchant, card_id)
    merchant.api.ok("/card/delete", {"card_id": card_id})
    page.reload()
    text, cause, reason = refusal(page, merchant)
    assert (text, cause, card_id in reason) == (TEXT, "40078 deleted", True)
