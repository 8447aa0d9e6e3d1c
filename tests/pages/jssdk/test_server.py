"""The library against the server: config and its errors, and windows that open, choose and end."""

from __future__ import annotations

import json
import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable
from itertools import takewhile
from typing import Any

import pytest
from playwright.sync_api import Page

from kaquan.actions.keep_sheet import load_sheet
from kaquan.actions.manage_app import change_app
from kaquan.rules.signature import sha1, wx_config_signature
from kaquan.rules.throttle import JS_ADDRESS
from support.browser import Faults, assert_accessible
from support.js_page import call, configured, pressed, told
from support.merchant import STAMP, Merchant, post, rid_in


def test_a_rightly_signed_page_is_ready(phone: Page, merchant: Merchant) -> None:
    merchant.open(phone, "goods?id=1&from=a%20b#top")
    assert configured(phone, merchant.config(phone)) == ["ready"]


def test_a_page_in_an_app_of_one_page_may_be_signed_for_where_it_began(phone: Page, merchant: Merchant) -> None:
    merchant.open(phone)
    config = merchant.config(phone)
    phone.evaluate("history.pushState({}, '', '/goods/7')")
    assert configured(phone, config) == ["ready"]


def refusal(page: Page, merchant: Merchant, **changed: Any) -> tuple[list[str], str]:
    """Return what a config that is refused leads to, and its cause."""
    merchant.open(page)
    config = merchant.config(page, **changed)
    with page.expect_console_message(lambda message: message.text.startswith("kaquan: ")) as said:
        ran = configured(page, config)
    _, kept = merchant.kept.find(merchant.api.appid, rid_in(said.value.text))
    found = json.loads(kept.facts).get("found", [{"mistake": kept.cause}])
    return ran, f"{kept.errcode} {found[0]['mistake']}"


def test_each_error_of_config_has_its_text_and_its_cause(phone: Page, merchant: Merchant) -> None:
    merchant.open(phone)
    wrong: dict[str, dict[str, Any]] = {
        "63002 wrong_kind": {"signature": wx_config_signature(merchant.ticket("wx_card"), "n1", STAMP, phone.url)},
        "63002 key_spelling": {
            "signature": sha1(f"jsapi_ticket={merchant.ticket()}&nonceStr=n1&timestamp={STAMP}&url={phone.url}")
        },
        "63002 unknown": {"signature": "0" * 40},
        "40013 unknown": {"appId": "wx0000000000000000"},
        "40097 js_api_list": {"jsApiList": []},
        "40097 js_config": {"nonceStr": None},
    }
    found = {cause: refusal(phone, merchant, **changed) for cause, changed in wrong.items()}
    assert found == {
        "63002 wrong_kind": (["error config:invalid signature", "ready"], "63002 wrong_kind"),
        "63002 key_spelling": (["error config:invalid signature", "ready"], "63002 key_spelling"),
        "63002 unknown": (["error config:invalid signature", "ready"], "63002 unknown"),
        "40013 unknown": (["error config:invalid appid", "ready"], "40013 unknown"),
        "40097 js_api_list": (["error config:param is empty", "ready"], "40097 js_api_list"),
        "40097 js_config": (["error config:fail", "ready"], "40097 js_config"),
    }


@pytest.mark.parametrize(
    ("domains", "cause"),
    [("", "40048 no_js_domains"), ("other.test", "40048 js_domain"), ("shop.test", "40048 js_domain_port")],
)
def test_a_page_beyond_the_safe_domains_is_refused(
    phone: Page, merchant_with: Callable[..., Merchant], domains: str, cause: str
) -> None:
    merchant = merchant_with(js_domains=domains)
    ran = ["error config:invalid url domain", "ready"]
    assert refusal(phone, merchant) == (ran, cause)


def test_the_browser_has_the_last_word_on_who_calls(merchant: Merchant) -> None:
    shop, origin = merchant.site.url, merchant.site.url[:-1]
    sign = wx_config_signature(merchant.ticket(), "n1", STAMP, shop)
    sent = {
        "appid": merchant.api.appid,
        "timestamp": STAMP,
        "nonce_str": "n1",
        "signature": sign,
        "url": shop,
        "api_list": ["batchAddCard"],
    }
    assert post(merchant, "/jssdk/verify", sent, origin)["errcode"] == 0
    for other in ("http://evil.test", "null", "", origin.replace("http", "https")):
        assert post(merchant, "/jssdk/verify", sent, other)["text"] == "invalid url domain"
    landed = {**sent, "landing": "http://evil.test/"}
    assert post(merchant, "/jssdk/verify", landed, origin)["text"] == "invalid url domain"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"appid":1}', b"[" * 10_000, b'{"method":[],"args":1}'])
@pytest.mark.parametrize("path", ["/jssdk/verify", "/jssdk/call"])
def test_anything_is_answered(merchant: Merchant, path: str, body: bytes) -> None:
    assert post(merchant, path, body, "http://shop.test")["errcode"] == 40097


def test_one_address_cannot_fill_the_list_of_an_account(merchant: Merchant) -> None:
    sent = {"appid": merchant.api.appid, "timestamp": "1", "nonce_str": "n", "signature": "s", "url": "http://a.test/"}
    address = secrets.token_hex(4)

    def owner() -> str:
        answer = post(merchant, "/jssdk/verify", sent, "http://a.test", address)
        return merchant.kept.find(merchant.api.appid, rid_in(answer["errmsg"]))[0]

    # Meanwhile some more are let through: the fewer the quicker these calls are.
    owners = list(takewhile(bool, (owner() for _ in range(JS_ADDRESS.count * 5))))
    assert JS_ADDRESS.count <= len(owners) < JS_ADDRESS.count * 5
    assert set(owners) == {merchant.api.appid}


def test_scripts_may_be_kept_and_read_by_every_page(merchant: Merchant) -> None:
    url = f"{merchant.server.base_url}/open/js/jweixin-1.0.0.js"
    with urllib.request.urlopen(url) as answer:
        headers = answer.headers
        assert f'"{merchant.server.base_url}"'.encode() in answer.read()
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert (headers["access-control-allow-origin"], headers["cache-control"]) == ("*", "public, max-age=3600")
    with pytest.raises(urllib.error.HTTPError, match="304"):
        urllib.request.urlopen(urllib.request.Request(url, headers={"If-None-Match": headers["etag"]}))
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(url.replace("1.0.0", "9.9.9"))


def test_choose_card_gives_the_page_the_code_that_the_visitor_chooses(phone: Page, merchant: Merchant) -> None:
    openid = merchant.sign_in(phone, "ann")
    cash, gift = merchant.card("CASH", title="ten off"), merchant.card("GIFT", title="a cup")
    code = merchant.api.claim(cash, openid)
    merchant.api.claim(gift, openid)
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    window = pressed(phone, "chooseCard", merchant.choose_args(cardType="CASH"))
    window.get_by_role("button", name="ten off").wait_for()
    assert window.get_by_role("button", name="a cup").count() == 0
    assert_accessible(window)
    window.get_by_role("button", name="ten off").click()
    name, result = told(phone)[0]
    (chosen,) = json.loads(result["cardList"])
    assert (name, result["errMsg"], chosen["card_id"]) == ("success", "chooseCard:ok", cash)
    assert re.fullmatch(r"[A-Za-z0-9+/]{64}", chosen["encrypt_code"])
    decrypted = merchant.api.ok("/card/code/decrypt", {"encrypt_code": chosen["encrypt_code"]})
    assert decrypted == {"code": code}


def test_going_back_cancels(phone: Page, merchant: Merchant) -> None:
    merchant.api.claim(merchant.card(), merchant.sign_in(phone, "ann"))
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    window = pressed(phone, "chooseCard", merchant.choose_args())
    window.get_by_role("button", name="返回").click()
    assert told(phone)[0][0] == "cancel"


def test_a_visitor_signs_in_on_the_way(phone: Page, merchant: Merchant) -> None:
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    window = pressed(phone, "chooseCard", merchant.choose_args())
    window.get_by_role("heading", name="登录卡包").wait_for()
    merchant.sign_in(phone, "bob")
    window.goto(merchant.base + re.sub(r".*next=([^&]*).*", r"\1", window.url).replace("%2F", "/"))
    window.get_by_text("暂无可使用的卡券").wait_for()
    window.get_by_role("button", name="返回").click()
    assert told(phone)[0][0] == "cancel"


def test_open_card_shows_what_the_visitor_holds(phone: Page, merchant: Merchant) -> None:
    openid = merchant.sign_in(phone, "ann")
    card_id = merchant.card(title="ten off")
    code = merchant.api.claim(card_id, openid)
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    window = pressed(phone, "openCard", {"cardList": [{"cardId": card_id, "code": code}]})
    assert told(phone)[0] == ["success", {"errMsg": "openCard:ok"}]
    window.get_by_text("ten off").wait_for()
    assert_accessible(window)
    pressed(phone, "openCard", {"cardList": [{"cardId": card_id, "code": f"{code}1"}]})
    assert told(phone)[0] == ["fail", {"errMsg": "openCard:fail"}]


def test_add_card_leads_to_the_claim_page_with_the_call_kept(phone: Page, merchant: Merchant, faults: Faults) -> None:
    merchant.sign_in(phone, "ann")
    card_id = merchant.card()
    merchant.open(phone, "?a=1")
    configured(phone, merchant.config(phone))
    window = pressed(phone, "addCard", {"cardList": [{"cardId": card_id, "cardExt": merchant.card_ext(card_id)}]})
    window.wait_for_url("**/claim/*")
    window.wait_for_load_state()
    name = window.url.rpartition("/")[2]
    kept = merchant.server.database.transact(lambda tx: load_sheet(tx, merchant.api.appid, name))
    assert (kept.method, kept.origin, kept.url) == ("batchAddCard", merchant.site.url[:-1], phone.url)
    assert kept.arguments["card_list"][0]["card_id"] == card_id
    window.close()
    assert told(phone)[0] == ["cancel", {"errMsg": "addCard:cancel"}]


def test_a_call_whose_rights_were_taken_away_is_not_taken(phone: Page, merchant: Merchant) -> None:
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    merchant.server.database.transact(lambda tx: change_app(tx, merchant.api.appid, js_domains="other.test"))
    pressed(phone, "chooseCard", merchant.choose_args())
    error = "chooseCard:fail, the permission value is offline verifying"
    assert told(phone)[0][1]["errMsg"] == error


@pytest.mark.parametrize("name", ["A" * 32, "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%00"])
def test_a_call_that_nobody_made_has_no_page(phone: Page, merchant: Merchant, faults: Faults, name: str) -> None:
    faults.expect("404")
    merchant.sign_in(phone, "ann")
    phone.goto(f"{merchant.base}/choose/{name}")
    phone.get_by_text("页面不存在").first.wait_for()


@pytest.mark.parametrize(("state", "cause"), [("none", "function_not_applied"), ("refused", "function_refused")])
def test_an_account_without_the_card_function_is_denied(
    phone: Page, merchant_with: Callable[..., Merchant], state: str, cause: str
) -> None:
    merchant = merchant_with(sandbox=False, card_function=state)
    merchant.open(phone)
    assert configured(phone, merchant.config(phone)) == ["ready"]
    with phone.expect_console_message(lambda message: " rid: " in message.text) as said:
        name, result = call(phone, "chooseCard", {"timestamp": "1", "nonceStr": "n", "cardSign": "s"})[0]
    assert (name, result["errMsg"]) == ("fail", "chooseCard:permission denied")
    assert merchant.diagnosis(rid_in(said.value.text)).cause == cause


def test_check_js_api_works_with_the_server_too(phone: Page, merchant: Merchant) -> None:
    merchant.open(phone)
    configured(phone, merchant.config(phone))
    assert call(phone, "checkJsApi", {"jsApiList": ["addCard"]})[0][1]["checkResult"] == {"addCard": True}
