"""The library with the bridge it brings along: what it asks the server, and what happens in windows of the server."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

import pytest
from playwright.sync_api import Page

from kaquan.jssdk.files import script
from support.browser import Faults, assert_accessible
from support.js_page import (
    CONFIG,
    SERVER,
    SHOP,
    STUB,
    TELLING,
    call,
    configured,
    library,
    page_of,
    pressed,
    serve,
    told,
)

SHEET = f"{SERVER}/jssdk/sheet"
SHEET_JS = f"<script src='{SERVER}/open/js/kaquan-sheet.js'></script>"
FORM = page_of("<form data-sheet method=post action=/jssdk/sheet><input name=origin><input name=call></form>", SHEET_JS)
VERIFIED = {
    "/jssdk/verify": {"errcode": 0, "errmsg": "ok", "device": "ios", "cards": True},
    "/jssdk/call": {"errcode": 0},
}
EXT = '{"timestamp":"1","signature":"s"}'
CARD = {"cardList": [{"cardId": "pC1", "cardExt": EXT}]}
RESULT = {
    "err_msg": "batch_add_card:ok",
    "card_list": json.dumps([{"card_id": "pC1", "card_ext": EXT, "code": "E+/=", "is_succ": True}]),
}
ADDED = {"errMsg": "addCard:ok", "cardList": [{"cardId": "pC1", "cardExt": EXT, "code": "E+/=", "isSuccess": True}]}
OFFLINE = {"errMsg": "addCard:fail, the permission value is offline verifying"}


def end(result: dict[str, Any], origin: str = "http://shop.test", last: bool = True) -> str:
    """Return the server's last page: it posts a result."""
    ends = "data-last=1 data-close=1" if last else ""
    data = f"data-origin='{origin}' data-result='{escape(json.dumps(result))}' {ends}"
    return page_of(f"<p {data}>done</p>", SHEET_JS)


def library_text() -> str:
    """Return the library."""
    return (script("jweixin-1.6.0.js", SERVER) or b"").decode()


def shop(page: Page, ended: str = "", head: str = "", query: str = "", **answers: Any) -> list[Any]:
    """Open a merchant's page with the library; return what the server is asked."""
    known = VERIFIED | {f"/jssdk/{name}": answer for name, answer in answers.items()}
    html = page_of(head, f"<script>{TELLING}</script>", library("ours"), "<button onclick='go()'>go</button>")
    asked = serve(page.context, {SHOP: html, SHEET: FORM, f"POST {SHEET}": ended}, known)
    page.goto(SHOP + query)
    return asked


def test_config_asks_the_server_the_script_came_from(phone: Page) -> None:
    asked = shop(phone, query="?a=1#part")
    assert configured(phone) == ["ready"]
    assert asked == [
        {
            "appid": "wxAPP",
            "timestamp": "1420774989",
            "nonce_str": "N1",
            "signature": "SIG",
            "api_list": ["batchAddCard", "chooseCard", "batchViewCard", "checkJsApi", "consumedShareCard"],
            "url": f"{SHOP}?a=1",
            "landing": f"{SHOP}?a=1",
            "fragment": "#part",
        }
    ]


def test_a_page_that_changes_its_address_tells_the_one_it_was_loaded_with_too(phone: Page) -> None:
    asked = shop(phone)
    phone.evaluate("history.pushState({}, '', '/goods/7')")
    configured(phone)
    assert (asked[0]["url"], asked[0]["landing"]) == (f"{SHOP}goods/7", SHOP)


def test_a_server_below_a_path_is_asked_below_it(phone: Page) -> None:
    shop(phone)
    url = f"{SERVER}/coupons/open/js/jweixin-1.6.0.js"
    phone.context.route(url, lambda route: route.fulfill(body=library_text(), content_type="text/javascript"))
    phone.evaluate("() => { delete window.wx; delete window.jWeixin; delete window.WeixinJSBridge; }")
    phone.add_script_tag(url=url)
    with phone.expect_request(f"{SERVER}/coupons/jssdk/verify"):
        phone.evaluate("wx.config({})")


def test_what_the_server_refuses_is_an_error_before_ready(phone: Page) -> None:
    refused = {"errcode": 63002, "errmsg": "invalid signature rid: 1-2-3", "text": "invalid signature"}
    shop(phone, verify=refused)
    with phone.expect_console_message(lambda message: message.text == "kaquan: invalid signature rid: 1-2-3"):
        assert configured(phone) == ["error config:invalid signature", "ready"]
    assert call(phone, "addCard", CARD) == [["fail", OFFLINE], ["complete", OFFLINE]]


@pytest.mark.parametrize("config", [None, {**CONFIG, "jsApiList": ["chooseCard"]}])
def test_a_call_that_was_not_verified_opens_nothing(phone: Page, config: dict[str, Any] | None) -> None:
    shop(phone)
    if config:
        configured(phone, config)
    assert call(phone, "addCard", CARD) == [["fail", OFFLINE], ["complete", OFFLINE]]
    assert len(phone.context.pages) == 1


def test_add_card_opens_a_window_that_takes_the_call_and_posts_the_result(phone: Page) -> None:
    shop(phone, end(RESULT))
    configured(phone)
    sent: list[Any] = []
    phone.context.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    window = pressed(phone, "addCard", CARD)
    assert told(phone) == [["success", ADDED], ["complete", ADDED]]
    if not window.is_closed():
        window.wait_for_event("close")
    (posted,) = (one for one in sent if one.url == SHEET)
    fields = posted.post_data_json
    made = json.loads(fields["call"])
    assert (fields["origin"], made["method"], made["url"], made["device"]) == (
        "http://shop.test",
        "batchAddCard",
        SHOP,
        "ios",
    )
    assert made["args"]["card_list"] == [{"card_id": "pC1", "card_ext": EXT}]


def test_a_result_that_is_not_the_last_counts_when_the_window_is_closed(phone: Page) -> None:
    shop(phone, end(RESULT, last=False))
    configured(phone)
    window = pressed(phone, "addCard", CARD)
    window.get_by_text("done").wait_for()
    assert phone.evaluate("told") == []
    window.close()
    assert told(phone)[0] == ["success", ADDED]


def test_closing_the_window_cancels(phone: Page) -> None:
    shop(phone, page_of("the claim page"))
    configured(phone)
    window = pressed(phone, "chooseCard", {"timestamp": 1, "nonceStr": "n", "cardSign": "s"})
    window.get_by_text("the claim page").wait_for()
    window.close()
    assert told(phone)[0][0] == "cancel"
    assert told(phone)[0][1]["errMsg"] == "chooseCard:cancel"


def test_a_result_for_another_origin_is_not_given_to_this_page(phone: Page) -> None:
    shop(phone, end(RESULT, origin="http://other.test", last=False))
    configured(phone)
    window = pressed(phone, "addCard", CARD)
    window.get_by_text("done").wait_for()
    window.close()
    assert told(phone)[0] == ["cancel", {"errMsg": "addCard:cancel"}]


def test_what_another_window_posts_is_no_result(phone: Page) -> None:
    shop(phone, page_of("the claim page"))
    configured(phone)
    window = pressed(phone, "addCard", CARD)
    window.get_by_text("the claim page").wait_for()
    phone.evaluate("(result) => postMessage({kaquan: 'result', result, last: true}, '*')", RESULT)
    window.close()
    assert told(phone)[0][0] == "cancel"


def test_a_blocked_window_is_opened_by_a_button(phone: Page) -> None:
    shop(phone, end(RESULT))
    configured(phone)
    phone.evaluate("() => { const open = window.open; window.open = () => { window.open = open; return null; }; }")
    phone.evaluate("(args) => wx.addCard(telling(args))", CARD)
    button = phone.get_by_role("button", name="打开卡券")
    assert button.evaluate("(one) => one === one.getRootNode().activeElement")
    assert_accessible(phone)
    with phone.expect_popup():
        button.click()
    assert told(phone)[0] == ["success", ADDED]
    assert phone.get_by_role("dialog").count() == 0


@pytest.mark.parametrize("how", ["取消", "Escape"])
def test_a_blocked_window_may_be_left_closed(phone: Page, how: str) -> None:
    shop(phone)
    configured(phone)
    phone.evaluate("window.open = () => null")
    phone.evaluate("(args) => wx.addCard(telling(args))", CARD)
    phone.get_by_role("dialog").wait_for()
    if how == "Escape":
        phone.keyboard.press(how)
    else:
        phone.get_by_role("button", name=how).click()
    assert told(phone)[0] == ["cancel", {"errMsg": "addCard:cancel"}]


UNUSABLE = {
    "an object in place of a text": ([{"cardId": "p", "cardExt": {"timestamp": "1"}}], "cardExt of cardList[0]"),
    "no card_ext": ([{"cardId": "p"}], "cardExt of cardList[0]"),
    "the second without a card_ext": ([{"cardId": "p", "cardExt": EXT}, {"cardId": "p"}], "cardExt of cardList[1]"),
    "no card": ([], "cardList"),
    "no list": ("p", "cardList"),
    "a number": ([{"cardId": 1, "cardExt": EXT}], "cardId of cardList[0]"),
    "too many": ([{"cardId": "p", "cardExt": EXT}] * 21, "21 cards"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_unusable_arguments_open_nothing_and_are_named_in_the_console(phone: Page, faults: Faults, what: str) -> None:
    cards, named = UNUSABLE[what]
    faults.expect(f"^console: kaquan: .*{re.escape(named)}")
    shop(phone)
    configured(phone)
    assert call(phone, "addCard", {"cardList": cards})[0] == ["fail", {"errMsg": "addCard:fail"}]
    assert len(phone.context.pages) == 1


ANDROID: dict[str, dict[str, Any]] = {
    "by the account": {"verify": {"errcode": 0, "device": "android", "cards": True}},
    "by the page": {"query": "?kaquan_device=android"},
}


@pytest.mark.parametrize("how", ANDROID)
def test_android_makes_a_text_of_an_object_and_warns(phone: Page, how: str) -> None:
    shop(phone, end(RESULT), **ANDROID[how])
    configured(phone)
    with (
        phone.context.expect_event("request", lambda one: (one.url, one.method) == (SHEET, "POST")) as sent,
        phone.expect_console_message(lambda message: "iOS would not open anything" in message.text),
    ):
        pressed(phone, "addCard", {"cardList": [{"cardId": "pC1", "cardExt": {"timestamp": "1"}}]})
    made = json.loads(sent.value.post_data_json["call"])
    assert (made["device"], made["args"]["card_list"]) == (
        "android",
        [{"card_id": "pC1", "card_ext": '{"timestamp":"1"}'}],
    )


def test_check_js_api_knows_what_this_bridge_can(phone: Page) -> None:
    shop(phone)
    names = ["addCard", "chooseCard", "openCard", "consumeAndShareCard", "hideOptionMenu", "scanQRCode", "toString"]
    result = call(phone, "checkJsApi", {"jsApiList": names})[0][1]["checkResult"]
    assert [name for name, known in result.items() if known] == ["addCard", "chooseCard", "openCard", "hideOptionMenu"]
    assert set(result) == set(names)


def test_what_a_browser_cannot_do_is_told_so_and_harms_nothing(phone: Page) -> None:
    shop(phone)
    errors = [call(phone, name, {})[0][1]["errMsg"] for name in ("hideOptionMenu", "scanQRCode", "chooseImage")]
    assert errors == ["hideOptionMenu:ok", "scanQRCode:function not exist", "chooseImage:function not exist"]
    assert call(phone, "consumeAndShareCard", {"cardId": "p", "code": "1"})[0][0] == "fail"
    assert call(phone, "getNetworkType", {})[0][1]["networkType"] in {"wifi", "4g"}
    phone.evaluate("wx.onMenuShareAppMessage(telling({title: 't'}))")


OLD = """(args) => new Promise((resolve) =>
    WeixinJSBridge.invoke('batchAddCard', args, (result) => resolve(result)))"""
OLD_ARGS = {"card_list": [{"card_id": "pC1", "card_ext": EXT}]}


def test_old_calls_are_judged_by_the_server_before_anything_opens(phone: Page) -> None:
    denied = {"errcode": 48001, "errmsg": "access_denied rid: 1-2-3", "text": "system:access_denied"}
    asked = shop(phone, call=denied, query="?weichat_card_js=1")
    assert phone.evaluate(OLD, OLD_ARGS) == {"err_msg": "system:access_denied"}
    assert (asked[0]["method"], asked[0]["args"], asked[0]["url"]) == (
        "batchAddCard",
        OLD_ARGS,
        f"{SHOP}?weichat_card_js=1",
    )


def test_old_calls_are_given_the_result_as_it_is(phone: Page) -> None:
    shop(phone, end(RESULT))
    with phone.expect_popup():
        assert phone.evaluate(OLD, OLD_ARGS) == RESULT


def test_pages_hear_that_the_bridge_is_there(phone: Page) -> None:
    heard = "document.addEventListener('WeixinJSBridgeReady', () => { window.heard = typeof WeixinJSBridge; })"
    shop(phone, head=f"<script>{heard}</script>")
    assert phone.evaluate("heard") == "object"
    assert phone.evaluate("() => new Promise((r) => WeixinJSBridge.invoke('nothing', r))") == {
        "err_msg": "system:function_not_exist"
    }


def test_the_library_leaves_another_one_alone(phone: Page) -> None:
    shop(phone, head="<script>window.jWeixin = window.wx = {mine: 1};</script>")
    assert phone.evaluate("[wx.mine, jWeixin.mine, typeof WeixinJSBridge]") == [1, 1, "undefined"]


def test_a_bridge_that_is_there_is_used_unless_the_page_asks_for_ours(phone: Page) -> None:
    stub = f"<script>{STUB % json.dumps({'preVerifyJSAPI': {'err_msg': 'a:fail'}})}</script>"
    shop(phone, head=stub)
    assert configured(phone) == ["error config:fail", "ready"]
    phone.goto(f"{SHOP}?kaquan_bridge=own")
    assert configured(phone) == ["ready"]
    assert phone.evaluate("asked.length") == 0


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("<script>window.define = (make) => { window.found = make(); }; define.amd = true;</script>", "found === wx"),
        ("<script>window.module = {exports: {}};</script>", "module.exports === wx && wx === jWeixin"),
    ],
)
def test_the_library_is_handed_to_whoever_loads_modules(phone: Page, head: str, found: str) -> None:
    shop(phone, head=head)
    assert phone.evaluate(found) is True
