"""A2: advanced permissions open only after the card function is approved, also for a form that is posted by hand."""

from __future__ import annotations

import pytest

from qa.apply import FILING, Applicant
from support.server import Server

LOCKED = "卡券功能审核通过后才能配置。"
FORMS = {
    "balance": {"step": "submit", **FILING},
    "custom-sn": {"agreed": "1"},
    "js-domain": {"domain": "shop.example.com"},
    "pay": {"step": "submit", "purpose": "x"},
}


@pytest.mark.parametrize("page", FORMS)
def test_the_page_is_there_and_locked_and_says_why(sqlite_server: Server, page: str) -> None:
    merchant = Applicant(sqlite_server)
    assert merchant.owner.get(merchant.page(page)) == 200
    assert LOCKED in merchant.owner.page
    assert 'type="submit" name="step"' not in merchant.owner.page
    assert merchant.owner.post(merchant.page(page), **FORMS[page]) == 200
    assert "<strong>48001</strong>" in merchant.owner.page
    assert f"账号 {merchant.appid} 还没有申请卡券功能。" in merchant.owner.page


def test_once_the_card_function_is_approved_they_open(sqlite_server: Server) -> None:
    merchant = Applicant(sqlite_server).with_cards()
    for page in FORMS:
        assert merchant.owner.get(merchant.page(page)) == 200
        assert LOCKED not in merchant.owner.page
    assert merchant.owner.post(merchant.page("custom-sn"), **FORMS["custom-sn"]) == 303
