"""Q7 on the pages: who claims and who accepts a gift each press a button, and a real callback is told of both."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from qa.counter import mended, scanned
from qa.test_q07_user_get_card import GIFT, GIFTING, XML, body_of
from support.browser import Devices
from support.callback import Receiver
from support.merchant import Merchant

CHANNEL = "海报"


def test_a_claim_and_an_accepted_gift_are_both_pushed(
    devices: Devices, phone: Page, merchant: Merchant, receiver: Receiver
) -> None:
    api, ann = merchant.api, merchant.sign_in(phone, "ann")
    api.ok("/sandbox/callback", receiver.settings())
    card_id = merchant.card()
    mended(scanned(phone, merchant, card_id, outer_str=CHANNEL))
    (first,) = receiver.wait(1, "user_get_card")
    (mine,) = api.ok("/card/user/getcardlist", {"openid": ann})["card_list"]
    facts = {"gh": first.message["ToUserName"], "card_id": card_id}
    claim = {"openid": ann, "code": mine["code"], "outer_id": 0, "outer_str": CHANNEL}
    assert first.body.decode() == body_of(first, XML, **facts, **claim)

    phone.get_by_role("link", name="查看卡券").click()
    phone.get_by_role("link", name="赠送给朋友").click()
    phone.get_by_role("button", name="生成赠送链接").click()
    expect(phone).to_have_url(re.compile("/gift/"))
    (given,) = receiver.wait(1, "user_gifting_card")
    facts |= {"giver": ann, "old": mine["code"]}
    assert given.body.decode() == body_of(given, GIFTING, **facts, to="", chat_room=0, back=0)

    friend = devices.phone()
    bob = merchant.sign_in(friend, "bob")
    friend.goto(phone.url)
    assert len(receiver.of("user_get_card")) == 1
    friend.get_by_role("button", name="领取", exact=True).click()
    expect(friend.get_by_role("status")).to_have_text("已领取")
    second = receiver.wait(2, "user_get_card")[1]
    (theirs,) = api.ok("/card/user/getcardlist", {"openid": bob})["card_list"]
    assert theirs["code"] != mine["code"]
    assert second.body.decode() == body_of(second, GIFT, **facts, openid=bob, code=theirs["code"])
