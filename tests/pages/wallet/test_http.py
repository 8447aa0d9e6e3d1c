"""The pages of the wallet on both databases, without a browser: what they answer and what they change."""

from __future__ import annotations

import re
import threading
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa
from card_bodies import card

from kaquan.store import tables
from support.holder import Holder, send, store
from support.server import Server

CSRF = re.compile(r'name="csrf" value="(\w+)"')
FORM = "application/x-www-form-urlencoded"


class Browser:
    """The least of a browser: a cookie, and the token of the page that was shown last."""

    def __init__(self, me: Holder) -> None:
        self._me = me
        self._cookie = f"kaquan={me.cookie()}"

    def get(self, address: str) -> tuple[int, str]:
        """Return status and page."""
        status, body = self._me.api.http.send("GET", path_of(address), cookie=self._cookie)
        return status, body.decode()

    def token(self, address: str) -> str:
        """Return what the forms of a page have to carry."""
        token = CSRF.search(self.get(address)[1])
        assert token
        return token[1]

    def post(self, address: str, token: str, **form: str) -> int:
        """Send a form and return the status."""
        body = urlencode({"csrf": token, **form}).encode()
        return self._me.api.http.send("POST", path_of(address), body, cookie=self._cookie, content_type=FORM)[0]


def path_of(address: str) -> str:
    split = urlsplit(address)
    return split.path + (f"?{split.query}" if split.query else "")


@pytest.fixture
def me(server: Server) -> Holder:
    """A person with a wallet, on each kind of database."""
    return Holder(server, server.new_app())


def test_list_card_state_and_messages_are_read(me: Holder) -> None:
    browser = Browser(me)
    used = me.card(card("GROUPON", {"title": "用过的"}))
    me.api.ok("/card/code/consume", {"code": used[1]})
    held = me.card(card("GROUPON", {"title": "有用的", "code_type": "CODE_TYPE_BARCODE"}))
    send(me.api, me.openid, {"msgtype": "text", "text": {"content": "你好"}})
    send(me.api, me.openid, {"msgtype": "wxcard", "wxcard": {"card_id": held[0]}})
    shown = {path: browser.get(path) for path in ("/wallet", "/wallet?tab=ended", "/wallet/messages")}
    assert {status for status, _ in shown.values()} == {200}
    assert [("有用的" in body, "用过的" in body, "你好" in body) for _, body in shown.values()] == [
        (True, False, False),
        (False, True, False),
        (True, False, True),
    ]
    status, body = browser.get(me.address(*held))
    assert (status, '<svg class="barcode"' in body) == (200, True)
    assert browser.get(me.address(*held, "state")) == (200, '{"state":"NORMAL"}')
    assert browser.get(me.address(*used, "state")) == (200, '{"state":"CONSUMED"}')
    assert browser.get(me.address(held[0], used[1]))[0] == 404


def test_a_deleted_card_is_gone_and_its_merchant_told(me: Holder) -> None:
    browser = Browser(me)
    held = me.card(card())
    address = me.address(*held, "delete")
    assert browser.post(address, browser.token(address)) == 303
    assert browser.get(me.address(*held))[0] == 404
    assert me.tape("user_del_card") == [(me.openid, *held)]


def test_turning_to_the_account_is_told_each_time(me: Holder) -> None:
    browser = Browser(me)
    held = me.card(card())
    token = browser.token(me.address(*held))
    assert [browser.post(me.address(*held, "chat"), token) for _ in range(2)] == [303, 303]
    assert me.tape("user_enter_session_from_card") == [(me.openid, *held)] * 2


def test_many_hands_at_once_redeem_a_card_once(me: Holder) -> None:
    held = me.card(card("GROUPON", {"location_id_list": [store(me.api, "一店")]}))
    me.api.ok("/card/selfconsumecell/set", {"card_id": held[0], "is_open": True, "need_verify_cod": True})
    address = me.address(*held, "consume")
    hands = [(browser, browser.token(address)) for browser in (Browser(me) for _ in range(6))]
    statuses: list[int] = []

    def redeem(browser: Browser, token: str) -> None:
        statuses.append(browser.post(address, token, confirmed="yes", verify_code="007"))

    threads = [threading.Thread(target=redeem, args=one) for one in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    table = tables.journal.c
    query = sa.select(table.fields).where((table.appid == me.api.appid) & (table.event == "user_consume_card"))
    (told,) = me.server.database.transact(lambda tx: tx.all(query))
    assert '"VerifyCode":"007"' in told[0]
    # Whoever came too late sees the refusal.
    assert sorted(statuses) == [200] * 5 + [303]
