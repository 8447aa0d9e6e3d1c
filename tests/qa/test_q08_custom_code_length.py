"""Q8: a custom code is a string of at most 20 characters."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import card

from qa.desk import Desk, repaired
from support.server import Server

LONGEST = ["12345678901234567890", "A-汉字" * 5, "汉" * 20]
PLACE = "action_info.card.code"
DEPOSIT = {
    "use_custom_code": True,
    "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT",
    "sku": {"quantity": 0},
}


@pytest.fixture
def custom(server: Server) -> tuple[Desk, str]:
    """A merchant and a card with custom codes."""
    desk = Desk(server.new_app(), server.database)
    return desk, desk.api.create_card(card("GROUPON", {"use_custom_code": True}))


def wish(card_id: str, code: Any) -> dict[str, Any]:
    """Return the body of a QR ticket that hands out a code."""
    return {"action_name": "QR_CARD", "action_info": {"card": {"card_id": card_id, "code": code}}}


@pytest.mark.parametrize("code", LONGEST)
def test_20_characters_are_taken_from_the_qr_code_to_the_till(custom: tuple[Desk, str], code: str) -> None:
    desk, card_id = custom
    ann = desk.api.person("ann")
    ticket = desk.passes("/card/qrcode/create", wish(card_id, code))["ticket"]
    assert desk.api.claim(card_id, ann, ticket=ticket) == code
    done = desk.passes("/card/code/consume", {"code": code, "card_id": card_id})
    assert done == {"card": {"card_id": card_id}, "openid": ann}


@pytest.mark.parametrize("code", LONGEST)
def test_21_characters_are_refused_in_a_qr_code(custom: tuple[Desk, str], code: str) -> None:
    desk, card_id = custom
    body = wish(card_id, code + "1")
    told = desk.refused("/card/qrcode/create", body)
    assert told == {
        "answer": "45021 some argument may be out of length limit! please check document and request json!",
        "cause": "too_long",
        "zh": f"{PLACE} 太长：应不超过 20 个字符，实际有 21 个字符。",
        "path": PLACE,
        "expected": "at most 20 characters",
        "got": "21 characters",
        "repair": f'"code": "{code}"',
    }
    assert desk.passes("/card/qrcode/create", repaired(body, told))


def test_21_characters_are_refused_at_the_claim(custom: tuple[Desk, str]) -> None:
    desk, card_id = custom
    body = {"card_id": card_id, "openid": desk.api.person("ann"), "code": "1" * 21}
    assert desk.refused("/ext/claim", body) == {
        "answer": "40116 invalid code",
        "cause": "too_long",
        "zh": "自定义 Code 有 21 个字符，最多 20 个。",
    }
    assert desk.passes("/ext/claim", {**body, "code": "1" * 20})["code"] == "1" * 20


@pytest.mark.parametrize("code", LONGEST)
def test_21_characters_cannot_be_deposited(custom: tuple[Desk, str], code: str) -> None:
    desk, _ = custom
    card_id = desk.api.create_card(card("GROUPON", DEPOSIT))
    assert desk.passes("/card/code/deposit", {"card_id": card_id, "code": [code, code + "1"]}) == {
        "succ_code": [code],
        "duplicate_code": [],
        "fail_code": [code + "1"],
    }


def test_21_characters_cannot_become_a_code(custom: tuple[Desk, str]) -> None:
    desk, card_id = custom
    desk.api.claim(card_id, desk.api.person("ann"), code="A-1")
    body = {"card_id": card_id, "code": "A-1", "new_code": "1" * 21}
    told = desk.refused("/card/code/update", body)
    assert (told["answer"][:5], told["cause"], told["repair"]) == ("45021", "too_long", f'"new_code": "{"1" * 20}"')
    assert desk.passes("/card/code/update", repaired(body, told)) == {}


def test_digits_as_a_number_are_refused(custom: tuple[Desk, str]) -> None:
    desk, card_id = custom
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "/card/qrcode/create": (PLACE, wish(card_id, 123456)),
        "/ext/claim": ("code", {"card_id": card_id, "openid": desk.api.person("ann"), "code": 123456}),
        "/card/code/update": ("new_code", {"card_id": card_id, "code": "123456", "new_code": 123456}),
    }
    for path, (place, body) in bodies.items():
        told = desk.refused(path, body)
        assert told == {
            "answer": "40053 invalid actioninfo, please check document",
            "cause": "unquoted_string",
            "zh": f"{place} 应为字符串，实际没有加引号：整数 123456。",
            "path": place,
            "expected": "text",
            "got": "integer 123456",
            "repair": f'"{place.rpartition(".")[2]}": "123456"',
        }
        desk.passes(path, repaired(body, told))
