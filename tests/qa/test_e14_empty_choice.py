"""E14: chooseCard lists nothing; the diagnosis tells how many each filter excluded, or that the cardSign is wrong."""

from __future__ import annotations

from playwright.sync_api import Page

from kaquan.errors.explain import Diagnosis
from qa.counter import explained
from support.js_page import configured, pressed, told
from support.merchant import Merchant, rid_in


def empty(page: Page, merchant: Merchant, args: dict[str, str]) -> Diagnosis:
    """Return why the list is empty; the visitor closes it."""
    merchant.open(page)
    configured(page, merchant.config(page))
    window = pressed(page, "chooseCard", args)
    window.get_by_text("暂无可使用的卡券").wait_for()
    reference = window.locator(".reference").inner_text()
    window.close()
    assert told(page)[0][0] == "cancel"
    rid = rid_in(reference)
    found, printed = merchant.diagnosis(rid), explained(merchant, rid)
    assert (printed["原因"], printed["处理"]) == (found.zh, found.fix_zh)
    return found


def named(found: Diagnosis) -> str:
    """Return errcode and cause."""
    return f"{found.errcode} {found.cause}"


def test_filters_that_exclude_all(phone: Page, merchant: Merchant) -> None:
    openid = merchant.sign_in(phone, "ann")
    cash, gift = merchant.card("CASH"), merchant.card("GIFT")
    for card_id in (cash, cash, gift):
        merchant.api.claim(card_id, openid)
    found = empty(phone, merchant, merchant.choose_args(cardType="CASH", cardId=gift))
    assert named(found) == "40056 all_filtered"
    assert "holds 3 cards and can choose none: 0 cannot be used now, 1 are not of type CASH, 2 are not of" in found.en
    assert found.fix_en == "Widen the filter that excludes most: cardId."


def test_a_wallet_with_nothing_of_this_account(phone: Page, merchant: Merchant) -> None:
    merchant.sign_in(phone, "ann")
    assert named(empty(phone, merchant, merchant.choose_args())) == "40056 holds_nothing"


def test_cards_that_cannot_be_used_are_not_blamed_on_a_filter(phone: Page, merchant: Merchant) -> None:
    tomorrow = {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 1, "fixed_begin_term": 1}
    merchant.api.claim(merchant.card("CASH", date_info=tomorrow), merchant.sign_in(phone, "ann"))
    found = empty(phone, merchant, merchant.choose_args(cardType="CASH"))
    assert named(found) == "40056 none_usable"
    assert found.en.startswith("Of the 1 cards that the visitor holds none can be used now: ")


def test_a_wrong_card_sign_is_recomputed_and_shown(phone: Page, merchant: Merchant) -> None:
    merchant.api.claim(merchant.card("CASH"), merchant.sign_in(phone, "ann"))
    right = merchant.choose_args(cardType="CASH")
    found = empty(phone, merchant, {**right, "cardSign": "0" * 40})
    assert named(found) == "63002 card_sign"
    assert f"it has to be {right['cardSign']}, but {'0' * 40} came." in found.en


def test_a_filter_that_was_not_signed_is_named(phone: Page, merchant: Merchant) -> None:
    merchant.api.claim(merchant.card("CASH"), merchant.sign_in(phone, "ann"))
    unsigned = {**merchant.choose_args(), "cardType": "CASH"}
    found = empty(phone, merchant, unsigned)
    assert found.en.startswith("card_type was left out of the signature.")
