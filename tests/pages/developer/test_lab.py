"""The signature checker at the desk: with the account's own tickets, which no page shows, and filled in from a call."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from kaquan.web.texts import Language, Texts
from qa.counter import offered
from qa.test_e08_claim_page import MISTAKES, NONCE
from support.browser import Devices, look
from support.merchant import STAMP, Merchant, rid_in
from support.server import Server
from support.walk import SIZES, developer_at
from support.worker import worker


@pytest.mark.parametrize(("size", "language"), SIZES)
def test_the_mistake_of_a_kept_call_is_found_and_mended(
    merchant: Merchant, devices: Devices, size: str, language: Language
) -> None:
    say, visitor = Texts(language), devices.phone()
    merchant.sign_in(visitor, "ann")
    card_id = merchant.card()
    ticket = merchant.ticket("wx_card")
    ext = {"timestamp": STAMP, "nonce_str": NONCE, "signature": MISTAKES["not sorted"][0](merchant, card_id)}
    window = offered(visitor, merchant, card_id, json.dumps(ext))
    rid = rid_in(window.locator(".reference").inner_text())
    page = developer_at(merchant.server, devices, merchant.api, size, language)
    page.goto(f"{merchant.server.base_url}/console/{merchant.api.appid}/calls/{rid}")
    page.get_by_role("link", name=say("在签名检查里重算")).click()
    expect(page.get_by_role("status")).to_have_text(say("签名不对"))
    assert ticket not in page.content()
    look(page, f"lab-{size}")
    right = page.locator("#right").inner_text()
    page.locator("#signature").fill(right)
    page.get_by_role("button", name=say("检查签名")).click()
    expect(page.get_by_role("status")).to_have_text(say("签名正确"))


def test_each_kind_is_signed_with_the_ticket_of_its_kind(sqlite_server: Server) -> None:
    api = sqlite_server.new_app()
    desk, page = worker(sqlite_server, api, "developer"), f"/console/{api.appid}/lab"
    forms = {
        "batchAddCard": {"card_id": "p1", "timestamp": STAMP},
        "chooseCard": {"app_id": api.appid, "time_stamp": STAMP},
        "config": {"url": "https://a.cn/", "timestamp": STAMP, "noncestr": "n1"},
    }
    for tab, fields in forms.items():
        desk.post(page, tab=tab, **fields)
        assert "没有有效的" in desk.page, tab
        desk.post(page, tab=tab, timestamp="")
        assert "还缺" in desk.page, tab
    for kind in ("wx_card", "jsapi"):
        api.get("/cgi-bin/ticket/getticket", type=kind)
    for tab, fields in forms.items():
        desk.post(page, tab=tab, **fields)
        assert 'id="right"' in desk.page, tab
