"""``/claim/``: the cards that a merchant's page offers, on both databases and without a browser."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from card_bodies import card

from kaquan.actions.keep_sheet import Sheet, load_sheet, open_sheet
from kaquan.actions.manage_app import change_app
from kaquan.api.scan import scan_id
from kaquan.rules.signature import card_ext_signature
from support.api import Api
from support.server import Server
from support.visitor import Visitor
from wire.kept import Kept

STAMP = "1700000000"


@pytest.fixture
def kept(server: Server) -> Iterator[Kept]:
    """What the server keeps of refused calls."""
    opened = Kept(server.database)
    yield opened
    opened.close()


@pytest.fixture
def shop(server: Server) -> Api:
    """An account whose pages lie on shop.test."""
    return server.new_app(card_js_domain="shop.test")


def signed(api: Api, card_id: str, **members: str) -> str:
    """Return a signed card_ext."""
    ticket = api.get("/cgi-bin/ticket/getticket", type="wx_card")["ticket"]
    ext = {"timestamp": STAMP, "nonce_str": secrets.token_hex(8), **members}
    return json.dumps({**ext, "signature": card_ext_signature(ticket, card_id, ext)})


def opened(server: Server, api: Api, *cards: tuple[str, Any], method: str = "batchAddCard") -> str:
    """Keep a call with these cards and card_exts, as the window of a page does, and return its name."""
    named = [{"card_id": card_id, "card_ext": ext} for card_id, ext in cards]
    args = {"card_list": named} if method == "batchAddCard" else named[0]
    name = scan_id(api.appid, secrets.token_bytes(16))
    url = "http://shop.test/?wechat_card_js=1"
    made = Sheet(name, method, json.dumps(args), "http://shop.test", url, int(STAMP))
    server.database.transact(lambda tx: open_sheet(tx, api.appid, made))
    return name


def result(server: Server, api: Api, name: str) -> dict[str, Any]:
    """Return what the page is told of a call; empty as long as nothing was answered."""
    found = server.database.transact(lambda tx: load_sheet(tx, api.appid, name)).result
    told: dict[str, Any] = json.loads(found or "{}")
    return {**told, "card_list": json.loads(told["card_list"])} if "card_list" in told else told


def why(kept: Kept, api: Api, visitor: Visitor) -> list[tuple[str, str]]:
    """Return each text that a page shows with the errcode and the cause that were kept."""
    found = [(text, kept.find(api.appid, rid)[1]) for text, rid in visitor.said() if rid]
    return [(text, f"{call.errcode} {call.cause}") for text, call in found]


@pytest.mark.parametrize("method", ["batchAddCard", "openCardDetail"])
def test_what_was_claimed_is_kept_for_the_page(server: Server, shop: Api, method: str) -> None:
    card_id = shop.create_card(card())
    ext, ann = signed(shop, card_id, outer_str="page"), Visitor(server, "ann")
    name = opened(server, shop, (card_id, ext), method=method)
    ((code, text),) = ann.claim(f"/claim/{name}")
    told = result(server, shop, name)
    (one,) = told["card_list"]
    assert (text, told["err_msg"].partition(":")[2]) == ("", "ok")
    assert (one["card_id"], one["card_ext"], one["is_succ"]) == (card_id, ext, True)
    assert shop.ok("/card/code/decrypt", {"encrypt_code": one["code"]}) == {"code": code}
    assert code not in json.dumps(told)


def test_looking_at_a_call_answers_nothing(server: Server, shop: Api) -> None:
    card_id = shop.create_card(card())
    name, ann = opened(server, shop, (card_id, signed(shop, card_id))), Visitor(server, "ann")
    quantity = shop.stock(card_id)["quantity"]
    assert (ann.get(f"/claim/{name}"), ann.said()) == (200, [])
    assert (result(server, shop, name), shop.stock(card_id)["quantity"]) == ({}, quantity)


def test_a_card_several_times_is_claimed_as_often(server: Server, shop: Api, kept: Kept) -> None:
    card_id = shop.create_card(card("GROUPON", {"get_limit": 2}))
    name = opened(server, shop, *((card_id, signed(shop, card_id)) for _ in range(3)))
    ann = Visitor(server, "ann")
    ann.claim(f"/claim/{name}")
    assert [bool(rid) for _, rid in ann.said()] == [False, False, True]
    assert why(kept, shop, ann) == [("已领取", "45033 get_limit")]
    assert [one["is_succ"] for one in result(server, shop, name)["card_list"]] == [True, True, False]


def test_a_later_try_takes_no_code_from_the_page(server: Server, shop: Api, kept: Kept) -> None:
    card_id = shop.create_card(card())
    name, ann = opened(server, shop, (card_id, signed(shop, card_id))), Visitor(server, "ann")
    ann.claim(f"/claim/{name}")
    first = result(server, shop, name)
    ann.claim(f"/claim/{name}")
    assert why(kept, shop, ann) == [("已领完", "45031 signature_used")]
    assert result(server, shop, name) == first


def test_each_card_of_a_call_is_told_its_own_text(server: Server, shop: Api, kept: Kept) -> None:
    good, other = shop.create_card(card()), server.new_app().create_card(card())
    cases: dict[str, tuple[str, Any]] = {
        "40080 signature": (good, signed(shop, good).replace(STAMP, "1700000001")),
        "40080 not_json": (good, ""),
        "40080 not_string": (good, {"timestamp": STAMP}),
        "40116 platform_card": (good, signed(shop, good, code="A1")),
        "48001 foreign_card": (other, signed(shop, other)),
        "40073 unknown": ("p" + "x" * 27, signed(shop, good)),
    }
    ann = Visitor(server, "ann")
    ann.get(f"/claim/{opened(server, shop, *cases.values())}")
    texts = ["签名错误", "参数错误", "签名错误", "参数错误", "不存在或已失效", "不存在或已失效"]
    assert why(kept, shop, ann) == list(zip(texts, cases, strict=True))
    ann.post(f"/claim/{opened(server, shop, *cases.values())}")
    assert why(kept, shop, ann) == list(zip(texts, cases, strict=True))


def test_a_lenient_device_makes_a_text_of_an_object(server: Server) -> None:
    shop = server.new_app(card_js_domain="shop.test", js_device="android")
    card_id = shop.create_card(card())
    name = opened(server, shop, (card_id, json.loads(signed(shop, card_id))))
    assert Visitor(server, "ann").claim(f"/claim/{name}")[0][1] == ""


def test_a_domain_that_was_taken_away_counts(server: Server, shop: Api, kept: Kept) -> None:
    card_id = shop.create_card(card())
    name, ann = opened(server, shop, (card_id, signed(shop, card_id))), Visitor(server, "ann")
    server.database.transact(lambda tx: change_app(tx, shop.appid, card_js_domain="other.test"))
    ann.claim(f"/claim/{name}")
    assert why(kept, shop, ann)[0][0] == "该券未通过审核"
    assert result(server, shop, name) == {"err_msg": "batch_add_card:fail"}


@pytest.mark.parametrize("name", ["x", "A" * 32, "%00", "a" * 3000])
def test_a_call_that_nobody_made_is_not_found(server: Server, name: str) -> None:
    ann = Visitor(server, "ann")
    assert (ann.get(f"/claim/{name}"), ann.said()[0][0]) == (404, "不存在或已失效")


def test_a_call_for_another_page_is_not_found(server: Server, shop: Api) -> None:
    made = Sheet(scan_id(shop.appid, secrets.token_bytes(16)), "chooseCard", "{}", "http://a.test", "http://a.test/", 1)
    server.database.transact(lambda tx: open_sheet(tx, shop.appid, made))
    assert Visitor(server, "ann").get(f"/claim/{made.sheet_id}") == 404
