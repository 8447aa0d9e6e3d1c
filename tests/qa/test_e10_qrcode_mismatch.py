"""E10: the fields of ``/card/qrcode/create`` do not match the card: 40053, naming the property and the field."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import card

from qa.desk import Desk, repaired

PATH = "/card/qrcode/create"
TEXT = "40053 invalid actioninfo, please check document"
CODE, OPENID = "action_info.card.code", "action_info.card.openid"
CUSTOM = {"use_custom_code": True}
DEPOSIT = {**CUSTOM, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT", "sku": {"quantity": 0}}
BOUND = {"bind_openid": True}


def wish(card_id: str, **fields: Any) -> dict[str, Any]:
    """Return the body of a QR ticket for a card."""
    return {"action_name": "QR_CARD", "action_info": {"card": {"card_id": card_id, **fields}}}


@pytest.mark.parametrize(
    ("base", "cause", "zh", "expected"),
    [
        (
            {},
            "code_on_platform_card",
            "卡券 {} 的 Code 由平台生成（use_custom_code 为 false），不能在二维码里指定 A-1。",
            "no code with use_custom_code false",
        ),
        (
            DEPOSIT,
            "code_on_deposit_card",
            "卡券 {} 是存入模式，Code 从已导入的 Code 里取，不能在二维码里指定 A-1。",
            "no code with get_custom_code_mode GET_CUSTOM_CODE_MODE_DEPOSIT",
        ),
    ],
)
def test_a_code_is_given_for_a_card_that_takes_none(
    desk: Desk, base: dict[str, Any], cause: str, zh: str, expected: str
) -> None:
    card_id = desk.api.create_card(card("GROUPON", base))
    body = wish(card_id, code="A-1")
    told = desk.refused(PATH, body)
    assert told == {
        "answer": TEXT,
        "cause": cause,
        "zh": zh.format(card_id),
        "path": CODE,
        "expected": expected,
        "got": 'string "A-1"',
        "repair": 'without "code": "A-1"',
    }
    assert desk.passes(PATH, repaired(body, told))


def test_no_code_is_given_for_a_card_with_custom_codes(desk: Desk) -> None:
    card_id = desk.api.create_card(card("GROUPON", CUSTOM))
    told = desk.refused(PATH, wish(card_id))
    assert told == {
        "answer": TEXT,
        "cause": "code_missing",
        "zh": f"卡券 {card_id} 使用自定义 Code（use_custom_code 为 true），二维码里却没有 code。",
        "path": CODE,
        "expected": "text",
        "got": "nothing",
        "repair": '"code": <text>',
    }
    assert desk.passes(PATH, repaired(wish(card_id), told, "A-1"))


def test_no_openid_is_given_for_a_card_that_is_bound(desk: Desk) -> None:
    card_id = desk.api.create_card(card("GROUPON", BOUND))
    told = desk.refused(PATH, wish(card_id))
    assert told == {
        "answer": TEXT,
        "cause": "openid_missing",
        "zh": f"卡券 {card_id} 只能由指定用户领取（bind_openid 为 true），二维码里却没有 openid。",
        "path": OPENID,
        "expected": "text",
        "got": "nothing",
        "repair": '"openid": <text>',
    }
    assert desk.passes(PATH, repaired(wish(card_id), told, desk.api.person("ann")))


def test_of_a_card_that_is_custom_and_bound_both_fields_are_asked_for(desk: Desk) -> None:
    body = wish(desk.api.create_card(card("GROUPON", {**CUSTOM, **BOUND})))
    causes = []
    for value in ("A-1", desk.api.person("ann")):
        told = desk.refused(PATH, body)
        causes.append(told["cause"])
        body = repaired(body, told, value)
    assert causes == ["code_missing", "openid_missing"]
    assert desk.passes(PATH, body)


LIST = "action_info.multiple_card.card_list"
MISMATCHES: dict[str, tuple[dict[str, Any], str, dict[str, str]]] = {
    "code_on_platform_card": (
        {},
        "卡券 {} 的 Code 由平台生成（use_custom_code 为 false），不能在二维码里指定 A-1。",
        {"expected": "no code with use_custom_code false", "got": 'string "A-1"', "repair": 'without "code": "A-1"'},
    ),
    "code_on_deposit_card": (
        DEPOSIT,
        "卡券 {} 是存入模式，Code 从已导入的 Code 里取，不能在二维码里指定 A-1。",
        {
            "expected": "no code with get_custom_code_mode GET_CUSTOM_CODE_MODE_DEPOSIT",
            "got": 'string "A-1"',
            "repair": 'without "code": "A-1"',
        },
    ),
    "code_missing": (
        CUSTOM,
        "卡券 {} 使用自定义 Code（use_custom_code 为 true），二维码里却没有 code。",
        {"expected": "text", "got": "nothing", "repair": '"code": <text>'},
    ),
    "openid_missing": (
        BOUND,
        "卡券 {} 只能由指定用户领取（bind_openid 为 true），二维码里却没有 openid。",
        {"expected": "text", "got": "nothing", "repair": '"openid": <text>'},
    ),
}


@pytest.mark.parametrize("path", [PATH, "/cgi-bin/qrcode/create"])
@pytest.mark.parametrize("cause", MISMATCHES)
def test_of_several_cards_the_one_that_disagrees_is_named(desk: Desk, path: str, cause: str) -> None:
    base, zh, facts = MISMATCHES[cause]
    fits, wrong = desk.api.create_card(card()), desk.api.create_card(card("GROUPON", base))
    given = {"code": "A-1"} if cause.startswith("code_on") else {}
    listed = [{"card_id": fits}, {"card_id": wrong, **given}]
    body = {"action_name": "QR_MULTIPLE_CARD", "action_info": {"multiple_card": {"card_list": listed}}}
    told = desk.refused(path, body)
    field = "openid" if cause == "openid_missing" else "code"
    place = {"path": f"{LIST}[1].{field}"}
    assert told == {"answer": TEXT, "cause": cause, "zh": zh.format(wrong), **place, **facts}
    value = desk.api.person("ann") if field == "openid" else "A-1"
    assert desk.passes(path, repaired(body, told, value))["ticket"]


def test_of_two_cards_that_disagree_the_first_is_named(desk: Desk) -> None:
    cards = [desk.api.create_card(card("GROUPON", base)) for base in (CUSTOM, BOUND)]
    listed = [{"card_id": one} for one in cards]
    body = {"action_name": "QR_MULTIPLE_CARD", "action_info": {"multiple_card": {"card_list": listed}}}
    causes = []
    for value in ("A-1", desk.api.person("ann")):
        told = desk.refused(PATH, body)
        causes.append((told["cause"], told["path"]))
        body = repaired(body, told, value)
    assert causes == [("code_missing", f"{LIST}[0].code"), ("openid_missing", f"{LIST}[1].openid")]
    assert desk.passes(PATH, body)
