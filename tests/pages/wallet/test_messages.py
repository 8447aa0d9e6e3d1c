"""Messages that merchants sent, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from support.browser import assert_accessible
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
