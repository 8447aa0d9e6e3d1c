"""Which card goes which way: kinds of cards x ways."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kaquan.errors import Refusal
from kaquan.rules.ways import ARTICLE, SHELF, TO_MANY, TO_ONE, check_card_list, check_way

ANN = "o" + "A" * 27
WAYS = (SHELF, ARTICLE, TO_ONE, TO_MANY)
REVIEW = {"status": "CARD_STATUS_NOT_VERIFY"}


def card(**changes: Any) -> SimpleNamespace:
    """Return the row of an approved card with stock."""
    facts = {"status": "CARD_STATUS_VERIFY_OK", "use_custom_code": False, "deposit": False, "bind_openid": False}
    return SimpleNamespace(card_id="p1", **{**facts, "quantity": 10, "shown": "", **changes})


def verdict(way: str, changes: dict[str, Any], **more: Any) -> str:
    """Return errcode and cause of a refusal, or ok."""
    try:
        check_way(way, card(**changes), **more)
    except Refusal as refused:
        return f"{int(refused.errcode)} {refused.cause}"
    return "ok"


@pytest.mark.parametrize(
    ("changes", "answers"),
    [
        ({}, ["ok", "ok", "ok", "ok"]),
        ({"status": "CARD_STATUS_DISPATCH"}, ["ok", "ok", "ok", "ok"]),
        ({"use_custom_code": True}, ["40158 custom_code"] * 4),
        ({"use_custom_code": True, "deposit": True}, ["ok", "ok", "ok", "ok"]),
        ({"bind_openid": True}, ["40112 bound_card", "40112 bound_card", "45030 bound_card", "45030 bound_card"]),
        (REVIEW, ["ok", "ok", "40078 sent_before_approval", "40078 sent_before_approval"]),
        (
            {"status": "CARD_STATUS_VERIFY_FAIL"},
            ["ok", "ok", "40078 sent_before_approval", "40078 sent_before_approval"],
        ),
        ({"status": "CARD_STATUS_DELETE"}, ["40078 deleted"] * 4),
        ({"quantity": 0}, ["ok", "ok", "45031 stock_empty", "45031 stock_empty"]),
        # Of several faults the one that lasts longest is told.
        ({"status": "CARD_STATUS_DELETE", "use_custom_code": True}, ["40078 deleted"] * 4),
        ({"use_custom_code": True, "bind_openid": True, "quantity": 0}, ["40158 custom_code"] * 4),
    ],
)
def test_each_kind_of_card_goes_its_ways(changes: dict[str, Any], answers: list[str]) -> None:
    assert [verdict(way, changes) for way in WAYS] == answers


def test_a_message_to_one_person_may_name_her_or_reach_a_tester() -> None:
    assert verdict(TO_ONE, {"bind_openid": True}, openid=ANN) == "ok"
    assert verdict(TO_ONE, REVIEW, tester=True) == "ok"
    assert verdict(TO_ONE, {**REVIEW, "quantity": 0}, tester=True) == "45031 stock_empty"


def test_the_place_of_the_card_is_told_where_a_list_has_it() -> None:
    with pytest.raises(Refusal) as refused:
        check_way(SHELF, card(use_custom_code=True), "card_list[1].card_id")
    assert refused.value.facts == {"card_id": "p1", "way": "shelf", "path": "card_list[1].card_id"}


@pytest.mark.parametrize(("size", "errcode"), [(0, 44005), (1, 0), (5, 0), (6, 45039)])
def test_a_list_of_cards_has_a_size(size: int, errcode: int) -> None:
    try:
        check_card_list("card_list", size, 5)
    except Refusal as refused:
        assert (refused.errcode, refused.facts["got"]) == (errcode, f"list of {size}")
    else:
        assert errcode == 0
