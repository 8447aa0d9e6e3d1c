"""Messages that merchants sent, in a real browser."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from kaquan.rules.signature import card_ext_signature
from support.browser import Devices, Faults, assert_accessible
from support.holder import Holder, Shown, send

LINK = "https://shop.example/book?from=card#top"
DAY = 86400


def test_messages_of_every_account_stand_in_one_list(me: Holder, mine: Page, shown: Shown) -> None:
    mine.goto(me.server.base_url + "/wallet/messages")
    expect(mine.locator(".empty")).to_have_text("还没有消息")
    other = me.server.new_app(card_function="granted")
    there = me.meet(other)
    offered = me.api.create_card(shown(base={"title": "送你的券"}))
    gone = me.api.create_card(shown())
    for card_id in (offered, gone):
        send(me.api, me.openid, {"msgtype": "wxcard", "wxcard": {"card_id": card_id}})
    me.api.ok("/card/delete", {"card_id": gone})
    send(other, there, {"msgtype": "text", "text": {"content": "第一行\n第二行"}})
    mine.reload()
    lines = mine.locator(".messages li")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text("第一行\n第二行", use_inner_text=True)
    expect(lines.nth(1)).to_contain_text("这张卡券已下架")
    expect(lines.nth(2).get_by_role("link")).to_contain_text("送你的券")
    assert_accessible(mine)


def test_messages_are_paged(me: Holder, mine: Page) -> None:
    for number in range(21):
        send(me.api, me.openid, {"msgtype": "text", "text": {"content": f"第{number}条"}})
    mine.goto(me.server.base_url + "/wallet/messages")
    assert mine.locator(".bubble").all_inner_texts() == [f"第{number}条" for number in range(20, 0, -1)]
    mine.get_by_role("link", name="更多").click()
    expect(mine.locator(".bubble")).to_have_text(["第0条"])
    mine.get_by_role("link", name="回到最新").click()
    expect(mine.locator(".bubble")).to_have_count(20)


def test_the_card_of_a_message_is_claimed_and_no_more_often_than_it_may_be(
    me: Holder, mine: Page, shown: Shown
) -> None:
    card_id = me.api.create_card(shown(base={"title": "送你的券", "get_limit": 1}))
    send(me.api, me.openid, {"msgtype": "wxcard", "wxcard": {"card_id": card_id}})
    mine.goto(me.server.base_url + "/wallet/messages")
    mine.get_by_role("link", name="送你的券").click()
    assert_accessible(mine)
    message = mine.url
    mine.get_by_role("button", name="领取卡券").click()
    expect(mine).to_have_url(re.compile(f"/wallet/{me.api.appid}/{card_id}/[0-9]{{12}}$"))
    assert [card for _, card, _ in me.tape("user_get_card")] == [card_id]
    mine.goto(message)
    mine.get_by_role("button", name="领取卡券").click()
    expect(mine.get_by_role("alert")).to_contain_text("已领取")
    rid = mine.locator(".reference").inner_text().split()[-1]
    assert me.api.ok("/cgi-bin/openapi/rid/get", {"rid": rid})["diagnosis"]["errcode"] == 45033


def test_only_the_card_of_a_message_of_ones_own_can_be_claimed(
    me: Holder, devices: Devices, shown: Shown, faults: Faults
) -> None:
    card_id = me.api.create_card(shown())
    send(me.api, me.openid, {"msgtype": "wxcard", "wxcard": {"card_id": card_id}})
    send(me.api, me.openid, {"msgtype": "text", "text": {"content": "x"}})
    stranger = Holder(me.server, me.api, "bob")
    page = devices.phone()
    stranger.sign_in(page)
    faults.expect("404")
    ids = [one["id"] for one in me.api.ok("/ext/messages", {"openid": me.openid})["messages"]]
    for name in (*ids, "0", "x", "9" * 30):
        answer = page.goto(f"{me.server.base_url}/wallet/messages/{me.api.appid}.{name}")
        assert answer is not None
        assert answer.status == 404


def test_what_a_message_brings_for_its_card_goes_into_the_claim(me: Holder, mine: Page, shown: Shown) -> None:
    card_id = me.api.create_card(shown(base={"bind_openid": True}))
    ticket = me.api.get("/cgi-bin/ticket/getticket", type="wx_card")["ticket"]
    ext = {"openid": me.openid, "timestamp": "1700000000", "nonce_str": "n1", "outer_str": "news"}
    signed = json.dumps({**ext, "signature": card_ext_signature(ticket, card_id, ext)})
    send(me.api, me.openid, {"msgtype": "wxcard", "wxcard": {"card_id": card_id, "card_ext": signed}})
    mine.goto(me.server.base_url + "/wallet/messages")
    mine.get_by_role("link", name="双人套餐").click()
    mine.get_by_role("button", name="领取卡券").click()
    expect(mine).to_have_url(re.compile(f"/wallet/{me.api.appid}/{card_id}/"))
    (told,) = [one for one in me.api.ok("/sandbox/events")["events"] if one["event"] == "user_get_card"]
    assert told["fields"]["OuterStr"] == "news"
