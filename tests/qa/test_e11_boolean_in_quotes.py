"""E11: ``can_share`` or ``can_give_friend`` sent as a string: 40053, naming the boolean that came in quotes."""

from __future__ import annotations

import pytest
from card_bodies import card

from qa.desk import Desk, repaired


@pytest.mark.parametrize("name", ["can_share", "can_give_friend", "use_custom_code", "bind_openid"])
@pytest.mark.parametrize(("sent", "meant"), [("true", "true"), ("false", "false"), ("True", "true"), ("0", "false")])
def test_a_boolean_in_quotes_is_named(desk: Desk, name: str, sent: str, meant: str) -> None:
    body = card("GROUPON", {name: sent})
    path = f"card.groupon.base_info.{name}"
    told = desk.refused("/card/create", body)
    assert told == {
        "answer": "40053 invalid actioninfo, please check document",
        "cause": "quoted_boolean",
        "zh": f'{path} 应为布尔值，实际加了引号：字符串 "{sent}"。',
        "path": path,
        "expected": "boolean",
        "got": f'string "{sent}"',
        "repair": f'"{name}": {meant}',
    }
    card_id = desk.passes("/card/create", repaired(body, told))["card_id"]
    base_info = desk.passes("/card/get", {"card_id": card_id})["card"]["groupon"]["base_info"]
    assert base_info[name] is (meant == "true")


def test_what_is_no_boolean_at_all_is_named_too(desk: Desk) -> None:
    told = desk.refused("/card/create", card("GROUPON", {"can_share": "yes"}))
    assert (told["cause"], told["expected"], told["got"]) == ("wrong_type", "boolean", 'string "yes"')
