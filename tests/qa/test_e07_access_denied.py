"""E7: an old page is told ``system:access_denied``; the diagnosis tells its host from its parameter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from kaquan.errors.explain import Diagnosis
from qa.counter import explained
from support.merchant import Merchant, rid_in

OLD = """([name, args]) => new Promise((resolve) =>
    WeixinJSBridge.invoke(name, args, (result) => resolve(result)))"""
Make = Callable[..., Merchant]


def denied(page: Page, merchant: Merchant, method: str = "batchAddCard", **args: Any) -> tuple[Any, Diagnosis]:
    """Return what a page is told, and why."""
    card_id = merchant.card()
    asked = args or {"card_list": [{"card_id": card_id, "card_ext": merchant.card_ext(card_id)}]}
    with page.expect_console_message(lambda message: message.text.startswith("kaquan: ")) as said:
        result = page.evaluate(OLD, [method, asked])
    assert len(page.context.pages) == 1
    rid = rid_in(said.value.text)
    found, printed = merchant.diagnosis(rid), explained(merchant, rid)
    assert (printed["原因"], printed["处理"]) == (found.zh, found.fix_zh)
    return result, found


DENIED = {"err_msg": "system:access_denied"}


@pytest.mark.parametrize(
    ("domain", "cause", "said"),
    [
        (
            "other.test",
            "48001 card_js_domain",
            "The page lies on shop.test, which is not the card JS API domain other.test.",
        ),
        (
            "",
            "48001 no_card_js_domain",
            "This account has no card JS API domain, so pages on shop.test cannot use the old calls.",
        ),
    ],
)
def test_a_page_on_another_host(phone: Page, merchant_with: Make, domain: str, cause: str, said: str) -> None:
    merchant = merchant_with(card_js_domain=domain)
    merchant.open(phone, "?wechat_card_js=1")
    result, found = denied(phone, merchant)
    assert (result, f"{found.errcode} {found.cause}", found.en) == (DENIED, cause, said)


@pytest.mark.parametrize(
    ("query", "cause", "said"),
    [
        (
            "",
            "48001 card_js_missing",
            "The page's address lacks the parameter wechat_card_js=1; its host shop.test is right.",
        ),
        (
            "?weichat_card_js=1",
            "48001 card_js_misspelt",
            "The page's address lacks wechat_card_js=1, but has something like it: 'weichat_card_js'.",
        ),
        ("?wechat_card_js=0", "48001 card_js_value", "wechat_card_js in the page's address is '0'; it has to be 1."),
    ],
)
def test_a_page_without_the_parameter(phone: Page, merchant: Merchant, query: str, cause: str, said: str) -> None:
    merchant.open(phone, query)
    result, found = denied(phone, merchant)
    assert (result, f"{found.errcode} {found.cause}", found.en) == (DENIED, cause, said)


def test_every_old_call_is_judged_so(phone: Page, merchant: Merchant) -> None:
    merchant.open(phone)
    card_id = merchant.card()
    calls: dict[str, dict[str, Any]] = {
        "openCardDetail": {"card_id": card_id, "card_ext": "{}"},
        "batchViewCard": {"card_list": [{"card_id": card_id, "code": "1"}]},
        "chooseCard": {"app_id": merchant.api.appid},
    }
    found = {name: denied(phone, merchant, name, **args) for name, args in calls.items()}
    assert {name: (result, why.cause) for name, (result, why) in found.items()} == dict.fromkeys(
        calls, (DENIED, "card_js_missing")
    )


def test_with_domain_and_parameter_the_call_is_taken(phone: Page, merchant: Merchant) -> None:
    merchant.open(phone, "?wechat_card_js=1")
    merchant.sign_in(phone, "ann")
    with phone.expect_popup() as opened:
        invoke = "WeixinJSBridge.invoke('chooseCard', {app_id: appid}, (result) => { window.got = result; })"
        phone.evaluate(f"(appid) => {{ {invoke}; }}", merchant.api.appid)
    opened.value.get_by_role("button", name="返回").click()
    phone.wait_for_function("window.got")
    assert phone.evaluate("got") == {"err_msg": "choose_card:cancel"}
