"""E8: a claim with a wrong signature is answered 40080, and the diagnosis names the one mistake that was made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from card_bodies import card

from qa.desk import Desk
from support.api import Api
from support.server import Server

TIME, NONCE = "1700000005", "Qm3xTz81"
EXT = {"timestamp": TIME, "nonce_str": NONCE}
SO = "所以 card_ext 的签名不对。"
STALE_AFTER = 7300
UNKNOWN = (
    "它与重新计算的结果不一致，已知的错误都对不上。"
    "收到的字段：card_id, timestamp, nonce_str；没有传、因而无法核对的字段：code, openid, balance。"
)


def of_values(*values: str) -> str:
    return hashlib.sha1(b"".join(sorted(value.encode() for value in values))).hexdigest()


def ticket(api: Api, kind: str = "wx_card") -> str:
    text: str = api.get("/cgi-bin/ticket/getticket", type=kind)["ticket"]
    return text


@pytest.fixture
def shop(server: Server) -> tuple[Desk, str]:
    """A merchant and a card of theirs."""
    desk = Desk(server.new_app(), server.database)
    return desk, desk.api.create_card(card())


def wish(api: Api, card_id: str, signature: str, **members: Any) -> dict[str, Any]:
    """Return the body of a claim with a signed card_ext."""
    ext = {name: value for name, value in {**EXT, **members}.items() if value is not None}
    return {"card_id": card_id, "openid": api.person("ann"), "card_ext": json.dumps({**ext, "signature": signature})}


def told(desk: Desk, card_id: str, signature: str, **members: Any) -> str:
    """Return what the explanation of the refusal says, in Chinese."""
    found = desk.refused("/ext/claim", wish(desk.api, card_id, signature, **members))
    assert (found["answer"], found["cause"]) == ("40080 invalid card ext", "signature")
    assert found["zh"].endswith(SO)
    return found["zh"].removesuffix(SO)


Make = Callable[[str, str, Api], str]
MISTAKES: dict[str, tuple[Make, dict[str, Any], str]] = {
    "the clock was read twice": (
        lambda good, card_id, _: of_values(good, card_id, "1700000000", NONCE),
        {},
        "签名的 timestamp 是 1700000000，传的却是 1700000005。",
    ),
    "the jsapi ticket": (
        lambda _, card_id, api: of_values(ticket(api, "jsapi"), card_id, TIME, NONCE),
        {},
        "签名时用的是 jsapi，这里应该用 wx_card 类型的 ticket。",
    ),
    "the access token": (
        lambda _, card_id, api: of_values(api.token, card_id, TIME, NONCE),
        {},
        "签名时用的是 access_token，这里应该用 wx_card 类型的 ticket。",
    ),
    "a value left out": (
        lambda good, card_id, _: of_values(good, card_id, TIME, NONCE),
        {"code": "A1"},
        "code 没有参与签名。",
    ),
    "not sorted": (
        lambda good, card_id, _: hashlib.sha1(f"{card_id}{good}{TIME}{NONCE}".encode()).hexdigest(),
        {},
        "顺序不对；签名时的顺序是：card_id, api_ticket, timestamp, nonce_str。",
    ),
    "a nonce sent under another name": (
        lambda good, card_id, _: of_values(good, card_id, TIME, NONCE),
        {"nonce_str": None, "nonceStr": NONCE},
        "nonce_str 参与了签名，传的时候却写成了 nonceStr。",
    ),
    "the channel": (
        lambda good, card_id, _: of_values(good, card_id, TIME, NONCE, "wall"),
        {"outer_str": "wall"},
        "outer_str 参与了签名，它不应参与。",
    ),
    "the visitor's openid, signed and not sent": (
        lambda good, card_id, api: of_values(good, card_id, TIME, NONCE, api.person("ann")),
        {},
        "openid（{openid}）参与了签名，却没有传。",
    ),
    "a wrong nonce": (
        lambda good, card_id, _: of_values(good, card_id, TIME, "someOtherNonce"),
        {},
        UNKNOWN,
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_the_mistake_is_named(shop: tuple[Desk, str], name: str) -> None:
    desk, card_id = shop
    make, members, said = MISTAKES[name]
    ann = desk.api.person("ann")
    signature = make(ticket(desk.api), card_id, desk.api)
    assert told(desk, card_id, signature, **members) == said.format(openid=f"{ann[:4]}***{ann[-4:]}")


def test_the_signature_of_another_card_is_named(shop: tuple[Desk, str]) -> None:
    desk, card_id = shop
    other = desk.api.create_card(card("CASH"))
    signature = of_values(ticket(desk.api), other, TIME, NONCE)
    assert told(desk, card_id, signature) == f"签名的 card_id 是 {other}，传的却是 {card_id}。"


def test_a_stale_ticket_is_named_though_a_newer_one_is_out(shop: tuple[Desk, str]) -> None:
    desk, card_id = shop
    stale = ticket(desk.api)
    desk.passes("/sandbox/clock", {"advance": STALE_AFTER})
    desk.api.renew()
    signature = of_values(stale, card_id, TIME, NONCE)
    assert told(desk, card_id, signature) == "签名时用的 wx_card ticket 已经过期。"
    assert ticket(desk.api) != stale
    assert told(desk, card_id, signature) == "签名时用的 wx_card ticket 已经过期。"


def test_another_accounts_ticket_is_named_with_its_account(server: Server, shop: tuple[Desk, str]) -> None:
    desk, card_id = shop
    ticket(desk.api)
    other = server.new_app()
    foreign = ticket(other)
    other.get("/cgi-bin/ticket/getticket", type="wx_card")
    signature = of_values(foreign, card_id, TIME, NONCE)
    assert told(desk, card_id, signature) == f"签名时用的是另一个账号 {other.appid} 的 wx_card ticket。"


def test_an_account_that_never_fetched_a_ticket_is_told_so(shop: tuple[Desk, str]) -> None:
    desk, card_id = shop
    said = "账号现在没有有效的 wx_card ticket，签名不可能正确。"
    assert told(desk, card_id, of_values("t" * 86, card_id, TIME, NONCE)) == said


def test_once_the_mistake_is_mended_the_claim_is_made(shop: tuple[Desk, str]) -> None:
    desk, card_id = shop
    good = ticket(desk.api)
    wrong = of_values(good, card_id, "1700000000", NONCE)
    assert told(desk, card_id, wrong).startswith("签名的 timestamp 是 1700000000")
    assert "code" in desk.passes("/ext/claim", wish(desk.api, card_id, wrong, timestamp="1700000000"))
