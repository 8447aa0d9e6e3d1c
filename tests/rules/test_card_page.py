"""What a card's page offers: states x switches, and cells that need both halves."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from card_bodies import card, read

from kaquan.rules.card_content import BaseInfo, Content
from kaquan.rules.card_page import OVER, STAMPS, Cell, cells, is_told_of_view, offer

LINK = "https://shop.example/a"
JUMP = f"{LINK}?encrypt_code=k&card_id=p"
CENTER = {"center_title": "立即使用", "center_url": LINK}
STATES = {
    # state: present, center, consume, share, give, gift, delete
    "NORMAL": (1, 1, 1, 1, 1, 0, 1),
    "GIFT_TIMEOUT": (1, 1, 1, 1, 1, 0, 1),
    "NOT_BEGUN": (0, 0, 0, 1, 1, 0, 1),
    "EXPIRE": (0, 0, 0, 1, 0, 0, 1),
    "CONSUMED": (0, 0, 0, 1, 0, 0, 1),
    "UNAVAILABLE": (0, 0, 0, 1, 0, 0, 1),
    "GIFTING": (0, 0, 0, 1, 0, 1, 0),
    "DELETE": (0, 0, 0, 0, 0, 0, 0),
    "GIFT_SUCC": (0, 0, 0, 0, 0, 0, 0),
}


def base(**fields: Any) -> BaseInfo:
    content = read(card("GROUPON", fields))
    assert isinstance(content, Content)
    return content.base_info


@pytest.mark.parametrize("state", STATES)
def test_what_can_be_done_depends_on_the_state(state: str) -> None:
    offered = offer(state, base(**CENTER), self_consume=True, can_give=True, bound=False)
    assert tuple(map(int, msgspec.structs.astuple(offered))) == STATES[state]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"base": {**CENTER, "center_url": ""}}, "center"),
        ({"base": {**CENTER, "center_title": ""}}, "center"),
        ({"base": {**CENTER, "can_share": False}}, "share"),
        ({"self_consume": False}, "consume"),
        ({"can_give": False}, "give"),
        ({"base": {**CENTER, "use_custom_code": True}}, "share"),
    ],
)
def test_each_switch_takes_its_own_button_away(change: dict[str, Any], missing: str) -> None:
    switches = {"base": CENTER, "self_consume": True, "can_give": True, "bound": False, **change}
    offered = offer("NORMAL", base(**switches.pop("base")), **switches)
    shown = msgspec.structs.asdict(offered)
    assert [name for name, on in shown.items() if not on] == [*sorted({missing, "gift"}, key=list(shown).index)]


def test_a_card_for_named_people_is_neither_given_nor_shared() -> None:
    offered = offer("NORMAL", base(), self_consume=False, can_give=True, bound=True)
    assert (offered.give, offered.share) == (False, False)


def test_deposited_codes_can_be_shared() -> None:
    deposit = base(use_custom_code=True, get_custom_code_mode="GET_CUSTOM_CODE_MODE_DEPOSIT", sku={"quantity": 0})
    assert offer("NORMAL", deposit, self_consume=False, can_give=True, bound=False).share


def test_a_stored_address_that_is_no_link_gives_no_button() -> None:
    unsafe = msgspec.structs.replace(base(**CENTER), center_url="javascript:1")
    assert not offer("NORMAL", unsafe, self_consume=False, can_give=False, bound=False).center


@pytest.mark.parametrize("state", STATES)
def test_codes_that_are_of_no_use_are_stamped(state: str) -> None:
    assert (state in STAMPS) == (state not in {"NORMAL", "GIFT_TIMEOUT", "DELETE", "GIFT_SUCC"})
    assert (state in OVER) == (state in {"CONSUMED", "EXPIRE", "UNAVAILABLE"})


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, []),
        ({"custom_url_name": "订座", "custom_url": LINK}, [Cell("订座", "", "", JUMP)]),
        (
            {"url_name_type": "URL_NAME_TYPE_MALL", "custom_url": LINK, "custom_url_sub_title": "买"},
            [Cell("", "URL_NAME_TYPE_MALL", "买", JUMP)],
        ),
        (
            {"url_name_type": "URL_NAME_TYPE_MALL", "custom_url_name": "我的店", "custom_url": LINK},
            [Cell("我的店", "", "", JUMP)],
        ),
        (
            {"custom_url_name": "订座", "custom_app_brand_user_name": "gh_1@app"},
            [Cell("订座", "", "", "")],
        ),
        (
            {
                "promotion_url_name": "更多",
                "promotion_url": LINK,
                "promotion_url_sub_title": "半价",
                "custom_url_name": "订座",
                "custom_url": f"{LINK}#x",
            },
            [Cell("订座", "", "", f"{JUMP}#x"), Cell("更多", "", "半价", JUMP)],
        ),
    ],
)
def test_cells_that_are_complete_are_shown_in_their_order(fields: dict[str, str], shown: list[Cell]) -> None:
    assert cells(base(**fields), "k", "p") == shown


@pytest.mark.parametrize(
    "half",
    [
        {"custom_url_name": "订座"},
        {"custom_url": LINK},
        {"custom_url_name": "订座", "custom_url": "javascript:alert(1)"},
        {"custom_url_name": "订座", "custom_url": "data:text/html,x", "custom_app_brand_user_name": "gh_1@app"},
        {"promotion_url_name": "更多"},
        {"promotion_url": LINK},
    ],
)
def test_half_a_cell_or_an_unsafe_one_is_none_even_if_it_is_stored(half: dict[str, str]) -> None:
    assert cells(msgspec.structs.replace(base(), **half), "k", "p") == []


def test_only_member_cards_that_ask_for_it_tell_of_being_opened() -> None:
    asking, silent = base(need_push_on_view=True), base()
    told = [
        (kind, one is asking)
        for kind in ("MEMBER_CARD", "GROUPON")
        for one in (asking, silent)
        if is_told_of_view(kind, one)
    ]
    assert told == [("MEMBER_CARD", True)]
