"""The tape: what happened and what became of it, each event as it is sent, and sending it again."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from card_bodies import card
from playwright.sync_api import Locator, Page, expect

from kaquan.actions.record import Record
from kaquan.events.catalogue import UserViewCard
from kaquan.sources import Ids, wall_clock
from kaquan.web.texts import Language, Texts
from support.api import Api
from support.browser import Devices, look
from support.callback import Receiver
from support.server import Server
from support.walk import SIZES, developer_at
from support.worker import worker


def eventful(server: Server, receiver: Receiver) -> tuple[Api, str, str]:
    """Return an account with a claim, a trigger and two events of one second on its tape, with the openid and code."""
    api = server.new_app()
    api.ok("/sandbox/callback", receiver.settings("safe"))
    openid, card_id = api.person("ann"), api.create_card(card())
    code = api.claim(card_id, openid)
    api.ok("/sandbox/trigger", {"event": "user_view_card"})
    ids, now = Ids(), wall_clock() + 60

    def twice(tx: Any) -> None:
        record = Record(ids)
        for number in "12":
            record.event("view", UserViewCard(CardId=card_id, UserCardCode=number), openid, now, card_id, number)
        record.save(tx, api.appid)

    server.database.transact(twice)
    return api, openid, code


def follow(page: Page, link: Locator) -> None:
    """Follow a link to another page."""
    with page.expect_navigation():
        link.click()


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_a_developer_looks_through_the_tape(
    sqlite_server: Server, devices: Devices, receiver: Receiver, size: str, language: Language
) -> None:
    say = Texts(language)
    api, openid, code = eventful(sqlite_server, receiver)
    receiver.wait(5)
    page = developer_at(sqlite_server, devices, api, size, language)
    tape = f"{sqlite_server.base_url}/console/{api.appid}/events"
    page.goto(tape)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(5)
    expect(page.get_by_text(say("同一秒 ×{count}", count=2))).to_have_count(2)
    page.get_by_label(say("实时刷新")).check()
    expect(rows.get_by_text(say("已送达"), exact=True)).to_have_count(5)
    receiver.answer = lambda _: (500, b"no")
    api.ok("/sandbox/trigger", {"event": "user_view_card", "openid": openid})
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text(say("已放弃"), timeout=15_000)
    page.get_by_label(say("实时刷新")).uncheck()
    look(page, f"events-{size}")
    follow(page, page.get_by_role("link", name=say("已放弃"), exact=True))
    expect(rows).to_have_count(1)
    receiver.answer = lambda _: (200, b"success")
    page.get_by_role("button", name=say("全部补发到回调地址")).click()
    expect(page.get_by_text(say("已重新放入推送队列：{size} 个事件", size=1))).to_be_visible()
    page.goto(tape)
    page.locator("#code").fill(code)
    page.get_by_role("button", name=say("筛选")).click()
    # The triggers took the newest code.
    expect(rows).to_have_count(3)
    follow(page, rows.get_by_role("link", name="user_get_card"))
    expect(page.locator("h1")).to_have_text("user_get_card")
    assert f"<UserCardCode><![CDATA[{code}]]></UserCardCode>" in page.locator("#event-xml").inner_text()
    assert json.loads(page.locator("#event-json").inner_text())["UserCardCode"] == code
    assert code not in page.locator("#sent-body").inner_text()
    look(page, f"event-{size}")
    pushes = len(receiver.pushes)
    page.locator("#url").fill(receiver.url)
    page.get_by_role("button", name=say("补发"), exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("success")
    assert receiver.wait(pushes + 1)[-1].message["UserCardCode"] == code
    page.locator("#url").fill("http://169.254.169.254/latest")
    page.get_by_role("button", name=say("补发"), exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("metadata")
    page.locator("#url").fill("")
    page.get_by_role("button", name=say("补发"), exact=True).click()
    expect(page.get_by_text(say("已重新放入推送队列：{size} 个事件", size=1))).to_be_visible()
    receiver.wait(pushes + 2)
    look(page, f"event-again-{size}")


def test_what_shares_a_second_is_explained(sqlite_server: Server, receiver: Receiver) -> None:
    api, _, _ = eventful(sqlite_server, receiver)
    desk = worker(sqlite_server, api, "developer")
    desk.get(f"/console/{api.appid}/events")
    twin = re.findall(r'href="[^"]*/events/(\d+)#twins"', desk.page)
    assert len(set(twin)) == 2
    desk.get(f"/console/{api.appid}/events/{twin[0]}")
    assert "按它去重会丢掉其中的事件" in desk.page


def test_an_event_of_another_account_is_not_there(sqlite_server: Server, receiver: Receiver) -> None:
    api, _, _ = eventful(sqlite_server, receiver)
    number = api.ok("/sandbox/events", {})["events"][0]["id"]
    other = sqlite_server.new_app()
    stranger = worker(sqlite_server, other, "developer")
    assert stranger.get(f"/console/{other.appid}/events/{number}") == 404
    assert stranger.post(f"/console/{other.appid}/events/{number}", url=receiver.url) == 404
