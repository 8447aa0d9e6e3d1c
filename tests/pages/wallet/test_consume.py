"""Self-service: a holder redeems a card in front of the staff, in two steps."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from kaquan.store import tables
from support.browser import Devices, assert_accessible
from support.holder import Holder, Shown, store


@pytest.fixture
def held(me: Holder, shown: Shown) -> tuple[str, str]:
    """A card that asks for both when its holder redeems it."""
    card_id, code = me.card(shown(base={"location_id_list": [store(me.api, "一店")]}))
    cell(me, card_id, need_verify_cod=True, need_remark_amount=True)
    return card_id, code


def cell(me: Holder, card_id: str, **options: bool) -> None:
    me.api.ok("/card/selfconsumecell/set", {"card_id": card_id, "is_open": True, **options})


def consumed(me: Holder) -> list[dict[str, Any]]:
    """Return the consumptions that the merchant is told of."""
    tape = me.api.ok("/sandbox/events")["events"]
    return [one["fields"] for one in tape if one["event"] == "user_consume_card"]


def test_a_card_is_redeemed_in_two_steps_and_its_merchant_is_told_what_was_typed(
    me: Holder, mine: Page, held: tuple[str, str]
) -> None:
    mine.goto(me.address(*held))
    mine.get_by_role("link", name="自助核销").click()
    assert_accessible(mine)
    mine.get_by_label("验证码").fill(" １２３４ ")
    mine.get_by_label("消费金额").fill("¥12.5")
    mine.get_by_role("button", name="下一步").click()
    expect(mine.locator(".facts")).to_contain_text("1234")
    expect(mine.locator(".facts")).to_contain_text("¥12.50")
    assert consumed(me) == []
    assert_accessible(mine)
    mine.get_by_role("button", name="确认核销").click()
    expect(mine.get_by_role("status")).to_contain_text("核销")
    expect(mine.locator(".stamp")).to_have_text("已使用")
    assert_accessible(mine)
    (told,) = consumed(me)
    assert (told["UserCardCode"], told["VerifyCode"], told["RemarkAmount"], told["ConsumeSource"]) == (
        held[1],
        "1234",
        "1250",
        "FROM_API",
    )


@pytest.mark.parametrize(
    ("verify_code", "amount", "fault"),
    [
        ("12-4", "1", "验证码为 1 至 20 位数字或字母"),
        ("验证", "1", "验证码为 1 至 20 位数字或字母"),
        ("1234", "0", "金额以元为单位"),
        ("1234", "1.234", "金额以元为单位"),
        ("1234", "abc", "金额以元为单位"),
    ],
)
def test_what_is_typed_wrong_is_asked_for_again(
    me: Holder, mine: Page, held: tuple[str, str], verify_code: str, amount: str, fault: str
) -> None:
    mine.goto(me.address(*held, "consume"))
    mine.get_by_label("验证码").fill(verify_code)
    mine.get_by_label("消费金额").fill(amount)
    mine.get_by_role("button", name="下一步").click()
    expect(mine.get_by_role("alert")).to_contain_text(fault)
    expect(mine.get_by_label("验证码")).to_have_value(verify_code)
    expect(mine.get_by_label("消费金额")).to_have_value(amount)
    assert_accessible(mine)


def test_a_card_that_asks_for_nothing_is_confirmed_all_the_same_without_javascript_and_by_keyboard(
    me: Holder, devices: Devices, shown: Shown
) -> None:
    page = devices.desktop(java_script_enabled=False, locale="en-US")
    me.sign_in(page)
    card_id, code = me.card(shown(base={"location_id_list": [store(me.api, "一店")]}))
    cell(me, card_id)
    page.goto(me.address(card_id, code, "consume"))
    page.get_by_role("button", name="Next").press("Enter")
    assert consumed(me) == []
    page.get_by_role("button", name="Redeem now").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Redeemed on")
    assert [(one["VerifyCode"], one["RemarkAmount"]) for one in consumed(me)] == [("", "")]


def test_what_the_till_used_meanwhile_is_refused_with_a_reference_that_explains(
    me: Holder, mine: Page, held: tuple[str, str]
) -> None:
    mine.goto(me.address(*held, "consume"))
    mine.get_by_label("验证码").fill("1")
    mine.get_by_label("消费金额").fill("1")
    mine.get_by_role("button", name="下一步").click()
    me.api.ok("/card/code/consume", {"code": held[1]})
    mine.get_by_role("button", name="确认核销").click()
    expect(mine.get_by_role("alert")).to_contain_text("已使用")
    rid = mine.locator(".reference").inner_text().split()[-1]
    assert me.api.ok("/cgi-bin/openapi/rid/get", {"rid": rid})["diagnosis"]["errcode"] == 40099
    assert len(consumed(me)) == 1


def test_without_the_cell_there_is_no_self_service(me: Holder, mine: Page, shown: Shown) -> None:
    held = me.card(shown())
    mine.goto(me.address(*held))
    expect(mine.get_by_role("link", name="自助核销")).to_have_count(0)
    mine.goto(me.address(*held, "consume"))
    expect(mine).to_have_url(me.address(*held))


def test_a_confirmation_that_skips_the_form_is_checked_too(me: Holder, mine: Page, held: tuple[str, str]) -> None:
    mine.goto(me.address(*held, "consume"))
    csrf = mine.locator("[name=csrf]").input_value()
    answer = mine.request.post(me.address(*held, "consume"), form={"csrf": csrf, "confirmed": "yes"})
    assert "验证码为 1 至 20 位" in answer.text()
    answer = mine.request.post(me.address(*held, "consume"), form={"confirmed": "yes", "verify_code": "1"})
    assert answer.status == 403
    table = tables.code.c
    query = sa.select(table.status).where(table.appid == me.api.appid)
    assert me.server.database.transact(lambda tx: tx.all(query)) == [("NORMAL",)]
