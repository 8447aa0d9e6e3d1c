"""What pages of merchants are refused, without a browser: each cause is kept under the reference that was answered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from kaquan.rules.signature import wx_config_signature
from support.merchant import STAMP, Merchant, post, rid_in
from support.tickets import qr
from support.visitor import Visitor

Make = Callable[..., Merchant]
ORIGIN = "http://shop.test"
URL = f"{ORIGIN}/goods?id=1"
OLD = f"{ORIGIN}/?wechat_card_js=1"
RESULT = re.compile(r'data-result="([^"]*)"')


def cause_of(merchant: Merchant, text: str) -> str:
    """Return errcode and cause of the call that is kept under the reference in a text."""
    _, kept = merchant.kept.find(merchant.api.appid, rid_in(text))
    return f"{kept.errcode} {kept.cause}"


CONFIG: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("40097 js_config", "fail", {"timestamp": int(STAMP)}, {}),
    ("40013 unknown", "invalid appid", {"appid": "wx0000000000000000"}, {}),
    ("40013 unknown", "invalid appid", {"appid": "shop"}, {}),
    ("40097 js_api_list", "param is empty", {"api_list": []}, {}),
    ("40048 not_a_page", "invalid url domain", {"url": "file:///shop.html"}, {}),
    ("40048 not_a_page", "invalid url domain", {"landing": "shop.test"}, {}),
    ("40048 other_origin", "invalid url domain", {"url": "http://other.test/"}, {}),
    ("40048 other_origin", "invalid url domain", {"url": "https://shop.test/"}, {}),
    ("40048 no_js_domains", "invalid url domain", {}, {"js_domains": ""}),
    ("40048 js_domain", "invalid url domain", {}, {"js_domains": "m.shop.test,hop.test"}),
    ("40048 js_domain", "invalid url domain", {}, {"js_domains": "shop.test:8080"}),
    ("63002 config", "invalid signature", {"signature": "0" * 40}, {}),
    ("63002 config", "invalid signature", {"nonce_str": "n2"}, {}),
]


@pytest.mark.parametrize(("cause", "text", "changed", "columns"), CONFIG)
def test_config_is_refused(
    merchant_with: Make, cause: str, text: str, changed: dict[str, Any], columns: dict[str, Any]
) -> None:
    merchant = merchant_with(**{"js_domains": "shop.test", **columns})
    answer = post(merchant, "/jssdk/verify", {**config(merchant, URL), **changed}, ORIGIN)
    assert (cause_of(merchant, answer["errmsg"]), answer["text"]) == (cause, text)
    assert answer["errcode"] == int(cause.split(maxsplit=1)[0])


def config(merchant: Merchant, url: str) -> dict[str, Any]:
    """Return what the library sends for a rightly signed ``wx.config``."""
    sign = wx_config_signature(merchant.ticket(), "n1", STAMP, url)
    said = {"appid": merchant.api.appid, "timestamp": STAMP, "nonce_str": "n1", "signature": sign}
    return {**said, "url": url, "api_list": ["batchAddCard"]}


@pytest.mark.parametrize(
    ("domains", "place"),
    [
        ("shop.test", "shop.test"),
        ("other.test,shop.test", "m.shop.test"),
        ("shop.test:8080", "shop.test:8080"),
        ("shop.test:8080", "m.shop.test:8080"),
    ],
)
def test_config_is_taken_on_a_safe_domain_and_below_it(merchant_with: Make, domains: str, place: str) -> None:
    merchant = merchant_with(js_domains=domains)
    sent = config(merchant, f"http://{place}/goods?id=1")
    assert post(merchant, "/jssdk/verify", sent, f"http://{place}")["errcode"] == 0


def test_a_port_other_than_the_usual_has_to_be_named(merchant_with: Make) -> None:
    merchant = merchant_with(js_domains="shop.test")
    sent = config(merchant, "http://shop.test:8080/")
    answer = post(merchant, "/jssdk/verify", sent, "http://shop.test:8080")
    assert cause_of(merchant, answer["errmsg"]) == "40048 js_domain_port"


def test_a_suspended_account_has_no_config(merchant_with: Make) -> None:
    merchant = merchant_with(suspended=True)
    said = {"appid": merchant.api.appid, "timestamp": STAMP, "nonce_str": "n1", "signature": "", "url": URL}
    answer = post(merchant, "/jssdk/verify", said, ORIGIN)
    assert cause_of(merchant, answer["errmsg"]) == "48004 suspended"


CARD = {"card_id": "p1", "card_ext": "{}"}
CALLS: list[tuple[str, str, Any, Any]] = [
    ("40097 js_method", "system:fail", "chooseInvoice", {}),
    ("40097 js_method", "system:fail", None, {}),
    ("40097 js_method", "choose_card:fail", "chooseCard", []),
    ("40080 no_cards", "batch_add_card:fail", "batchAddCard", {}),
    ("40080 no_cards", "batch_add_card:fail", "batchAddCard", {"card_list": []}),
    ("40080 no_cards", "batch_view_card:fail", "batchViewCard", {"card_list": {"card_id": "p1"}}),
    ("40080 too_many_cards", "batch_add_card:fail", "batchAddCard", {"card_list": [CARD] * 21}),
    ("40080 card_id_type", "batch_add_card:fail", "batchAddCard", {"card_list": [{**CARD, "card_id": 1}]}),
    ("40080 card_id_type", "batch_add_card:fail", "batchAddCard", {"card_list": [CARD, "p1"]}),
    ("40080 card_id_type", "open_card_detail:fail", "openCardDetail", {"card_ext": "{}"}),
    ("40073 unknown", "batch_add_card:fail", "batchAddCard", {"card_list": [CARD]}),
    ("40013 unknown", "choose_card:fail", "chooseCard", {}),
    ("40013 unknown", "choose_card:fail", "chooseCard", {"app_id": "wx0000000000000000"}),
]


@pytest.mark.parametrize(("cause", "text", "method", "args"), CALLS)
def test_a_call_that_cannot_be_carried_out_is_refused(
    merchant: Merchant, cause: str, text: str, method: Any, args: Any
) -> None:
    answer = post(merchant, "/jssdk/call", {"method": method, "args": args, "url": OLD}, ORIGIN)
    assert (cause_of(merchant, answer["errmsg"]), answer["text"]) == (cause, text)


PAGES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("48004 suspended", "choose_card:fail", OLD, {"suspended": True}),
    ("40048 not_a_page", "system:access_denied", "file:///shop.html", {}),
    ("40048 not_a_page", "system:access_denied", "None", {}),
    ("40048 other_origin", "system:access_denied", "http://other.test/?wechat_card_js=1", {}),
    ("48001 no_card_js_domain", "system:access_denied", OLD, {"card_js_domain": ""}),
    ("48001 card_js_domain", "system:access_denied", OLD, {"card_js_domain": "other.test"}),
    ("48001 card_js_domain", "system:access_denied", URL, {"card_js_domain": "test"}),
    ("48001 card_js_missing", "system:access_denied", URL, {}),
    ("48001 card_js_misspelt", "system:access_denied", f"{URL}&weichat_card_js=1", {}),
    ("48001 card_js_value", "system:access_denied", f"{URL}&wechat_card_js=true", {}),
]


@pytest.mark.parametrize(("cause", "text", "url", "columns"), PAGES)
def test_a_page_from_before_config_is_refused(
    merchant_with: Make, cause: str, text: str, url: str, columns: dict[str, Any]
) -> None:
    merchant = merchant_with(**columns)
    answer = post(merchant, "/jssdk/call", old(merchant, url), ORIGIN)
    assert (cause_of(merchant, answer["errmsg"]), answer["text"]) == (cause, text)


def old(merchant: Merchant, url: str) -> dict[str, Any]:
    """Return a call of a page from before ``wx.config``."""
    return {"method": "chooseCard", "args": {"app_id": merchant.api.appid}, "url": url}


@pytest.mark.parametrize("url", [OLD, f"{URL}&wechat_card_js=1", f"{OLD}#top"])
def test_a_page_from_before_config_is_let_through(merchant: Merchant, url: str) -> None:
    assert post(merchant, "/jssdk/call", old(merchant, url), ORIGIN)["errcode"] == 0


def opened(visitor: Visitor, method: str, args: dict[str, Any], origin: str = ORIGIN) -> str:
    """Have a page from before ``wx.config`` open a window, and return the text of the window's last page."""
    assert visitor.get("/jssdk/sheet") == 200
    call = json.dumps({"method": method, "args": args, "url": OLD})
    if visitor.post("/jssdk/sheet", origin=origin, call=call) == 303:
        assert visitor.get(visitor.headers["location"]) == 200
    return re.sub(r"<[^>]*>", " ", visitor.page)


def filters(merchant: Merchant, **asked: str) -> dict[str, str]:
    """Return the arguments of ``chooseCard`` as the library gives them to the bridge, rightly signed."""
    signed = merchant.choose_args(**asked)
    names = {"cardType": "card_type", "timestamp": "time_stamp", "nonceStr": "nonce_str", "cardSign": "card_sign"}
    return {"app_id": merchant.api.appid, **{to: signed[name] for name, to in names.items() if name in signed}}


def test_a_window_takes_no_call_that_was_not_to_be_made(merchant: Merchant) -> None:
    visitor, asked = Visitor(merchant.server, "ann"), filters(merchant)
    found = {
        origin: cause_of(merchant, opened(visitor, method, asked, origin))
        for method, origin in (("chooseInvoice", ORIGIN), ("chooseCard", "http://evil.test"))
    }
    assert found == {ORIGIN: "40097 js_method", "http://evil.test": "40048 other_origin"}


def test_what_cannot_be_chosen_from_says_why(merchant: Merchant) -> None:
    visitor = Visitor(merchant.server, "ann")
    assert cause_of(merchant, opened(visitor, "chooseCard", filters(merchant))) == "40056 holds_nothing"
    ((code, _),) = visitor.claim(qr(merchant.api, merchant.card("CASH", title="ten off")))
    assert code in opened(visitor, "chooseCard", filters(merchant, cardType="CASH"))
    none_left = opened(visitor, "chooseCard", filters(merchant, cardType="GIFT"))
    assert cause_of(merchant, none_left) == "40056 all_filtered"
    forged = opened(visitor, "chooseCard", {**filters(merchant), "card_sign": "0" * 40})
    assert cause_of(merchant, forged) == "63002 card_sign"


def test_only_what_the_visitor_holds_is_shown(merchant: Merchant) -> None:
    holder, other = Visitor(merchant.server, "ann"), Visitor(merchant.server, "bob")
    card_id = merchant.card(title="ten off")
    ((code, _),) = holder.claim(qr(merchant.api, card_id))
    wanted = {"card_list": [{"card_id": card_id, "code": code}]}
    assert "ten off" in opened(holder, "batchViewCard", wanted)
    refused = opened(other, "batchViewCard", wanted)
    assert cause_of(merchant, refused) == "40056 not_held"
    assert "ten off" not in refused
    assert [one.replace("&#34;", '"') for one in RESULT.findall(other.page)] == ['{"err_msg":"batch_view_card:fail"}']
