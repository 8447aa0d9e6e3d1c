"""Q3 on the pages: each switch has a button of its own, and what is posted without the button is refused."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from kaquan.web.links import card_path
from qa.counter import by_hand, mended, scanned, told_why
from support.browser import Devices
from support.merchant import Merchant


def test_can_share_has_the_button_of_the_claim_page(devices: Devices, phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    scanned(phone, merchant, merchant.card(can_share=True, can_give_friend=False))
    phone.get_by_role("button", name="分享").click()
    expect(phone).to_have_url(re.compile("/share/"))
    bob = devices.phone()
    merchant.sign_in(bob, "bob")
    link = phone.get_by_label("链接").input_value()
    bob.goto(link.replace(merchant.server.base_url, merchant.base))
    mended(bob)


def test_without_can_share_there_is_no_button_and_a_post_is_refused(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card(can_share=False, can_give_friend=True)
    scanned(phone, merchant, card_id)
    expect(phone.get_by_role("button", name="领取", exact=True)).to_be_enabled()
    expect(phone.get_by_role("button", name="分享")).to_have_count(0)
    by_hand(phone, f"{urlsplit(phone.url).path}/share", card_id=card_id)
    assert told_why(phone, merchant) == ("该券不可分享", f"卡券 {card_id} 不允许分享（can_share 为 false）。")


def held(page: Page, merchant: Merchant, **switches: Any) -> tuple[str, str, str]:
    """Claim a card with these switches and open it in the wallet; return card, code and the path to give it away."""
    openid, card_id = merchant.sign_in(page, "ann"), merchant.card(**switches)
    code = merchant.api.claim(card_id, openid)
    page.goto(merchant.base + card_path(merchant.api.appid, card_id, code))
    expect(page.get_by_role("button", name="公众号")).to_be_visible()
    return card_id, code, card_path(merchant.api.appid, card_id, code, "give")


def test_can_give_friend_has_the_button_of_the_card_in_the_wallet(phone: Page, merchant: Merchant) -> None:
    card_id, code, _ = held(phone, merchant, can_share=False, can_give_friend=True)
    expect(phone.get_by_role("button", name="分享")).to_have_count(0)
    phone.get_by_role("link", name="赠送给朋友").click()
    phone.get_by_role("button", name="生成赠送链接").click()
    expect(phone).to_have_url(re.compile("/gift/"))
    asked = {"card_id": card_id, "code": code, "check_consume": False}
    assert merchant.api.ok("/card/code/get", asked)["user_card_status"] == "GIFTING"


def test_without_can_give_friend_there_is_no_button_and_a_post_is_refused(phone: Page, merchant: Merchant) -> None:
    card_id, code, give = held(phone, merchant, can_share=True, can_give_friend=False)
    expect(phone.get_by_role("button", name="分享")).to_have_count(1)
    expect(phone.get_by_role("link", name="赠送给朋友")).to_have_count(0)
    said = ("这张卡券不可转赠", f"卡券 {card_id} 的 can_give_friend 为 false，不能转赠。")
    by_hand(phone, give, to="friend", greeting="")
    assert told_why(phone, merchant) == said
    phone.goto(merchant.base + give)
    assert told_why(phone, merchant) == said
    assert merchant.api.ok("/card/code/get", {"card_id": card_id, "code": code})["can_consume"]


def test_without_can_share_the_wallet_has_no_button_either(phone: Page, merchant: Merchant) -> None:
    card_id, _, _ = held(phone, merchant, can_share=False, can_give_friend=True)
    by_hand(phone, f"/share/{merchant.api.appid}/{card_id}")
    assert told_why(phone, merchant) == ("该券不可分享", f"卡券 {card_id} 不允许分享（can_share 为 false）。")
