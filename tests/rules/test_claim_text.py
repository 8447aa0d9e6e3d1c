"""What a visitor reads when a claim is refused: every cause has one of the texts."""

from __future__ import annotations

import pytest

from kaquan.errors import Errcode
from kaquan.errors.order import step
from kaquan.rules import claim_text
from kaquan.rules.card_ext import STEP
from kaquan.rules.claim import CHECKS
from kaquan.rules.claim_text import CAUSES, TEXTS, text_of, told
from kaquan.rules.js_call import CALL_ORDER, OLD_ORDER
from kaquan.rules.share import SHARE_STEP
from kaquan.rules.throttle import CLAIM_STEP

PAGE = ("40048 no_js_domains js_domain js_domain_port", "48001 foreign_card", "48004 suspended", "40073 ticket_unknown")
BEFORE_THE_PAGE = {(40013, "unknown")}
EXPECTED = {
    (40080, "signature"): "签名错误",
    (40080, "not_string"): "签名错误",
    (40080, "not_json"): "参数错误",
    (40116, "too_long"): "参数错误",
    (40078, "not_verified_bound"): "参数错误",
    (45031, "stock_empty"): "已领完",
    (45031, "signature_used"): "已领完",
    (40116, "taken"): "已领完",
    (40003, "bound_to_another"): "已领完",
    (45033, "get_limit"): "已领取",
    (45033, "ticket_used"): "已领取",
    (40078, "not_verified"): "未生效",
    (40078, "refused"): "该券未通过审核",
    (40078, "deleted"): "该券未通过审核",
    (48001, "card_js_domain"): "该券未通过审核",
    (40079, "card_expired"): "已过期",
    (48004, "suspended"): "暂不可领取",
    (40073, "unknown"): "不存在或已失效",
    (-1, "too_many_by_person"): "系统繁忙，请稍后再试",
    (-1, "busy"): "系统繁忙，请稍后再试",
}


@pytest.mark.parametrize(("given", "text"), EXPECTED.items())
def test_a_cause_has_its_text(given: tuple[int, str], text: str) -> None:
    assert told(*given)[0] == text


def test_every_refusal_of_a_claim_has_a_text() -> None:
    steps = [*(texts for _, texts in CHECKS), STEP, *CALL_ORDER, *OLD_ORDER, *PAGE, SHARE_STEP, CLAIM_STEP]
    every = {given for texts in steps for given in step(texts).given}
    assert every - set(TEXTS) - BEFORE_THE_PAGE == set()


def test_no_cause_has_two_texts() -> None:
    every = [given for _, causes in CAUSES for given in step(causes).given]
    assert sorted(one for one in every if every.count(one) > 1) == []


def test_what_nobody_thought_of_is_a_fault_of_ours() -> None:
    assert told(99999, "new") == claim_text.BUSY


@pytest.mark.parametrize(("language", "text"), [("zh", "已领完"), ("en", "None left")])
def test_a_text_is_said_in_the_language_of_the_page(language: str, text: str) -> None:
    assert text_of(Errcode.STOCK_OUT("stock_empty", card_id="p", quantity=0), language) == text
