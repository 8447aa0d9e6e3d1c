"""What a QR ticket may carry for which card."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kaquan.errors import Refusal
from kaquan.rules.qr import Wish, check_apart, check_live, check_qr, life

CARD = "p" + "A" * 27
ANN = "o" + "A" * 27
PLATFORM: dict[str, Any] = {}
CUSTOM = {"use_custom_code": True}
DEPOSIT = {"use_custom_code": True, "deposit": True}
BOUND = {"bind_openid": True}
CODE, OPENID = "action_info.card.code", "action_info.card.openid"
SENT = {"path": CODE, "code": "A1", "got": 'string "A1"', "repair": 'without "code": "A1"'}
NOTHING = {"expected": "text", "got": "nothing"}


def card(**changes: Any) -> SimpleNamespace:
    """Return the row of an approved card with stock."""
    facts = {"status": "CARD_STATUS_VERIFY_OK", "use_custom_code": False, "deposit": False, "bind_openid": False}
    return SimpleNamespace(**{**facts, "quantity": 10, "shown": "", **changes})


def verdict(wish: Wish, **changes: Any) -> tuple[int, str, dict[str, Any]] | None:
    """Return errcode, cause and facts of the refusal of a ticket for this card."""
    try:
        check_qr(wish, card(**changes))
    except Refusal as refused:
        return int(refused.errcode), refused.cause, refused.facts
    return None


@pytest.mark.parametrize(
    ("wish", "changes"),
    [
        ({}, PLATFORM),
        ({"openid": ANN}, PLATFORM),
        ({"is_unique_code": True, "outer_str": "wall", "outer_id": 7}, PLATFORM),
        ({"code": "A1"}, CUSTOM),
        ({}, DEPOSIT),
        ({"openid": ANN}, BOUND),
        ({}, {"status": "CARD_STATUS_NOT_VERIFY"}),
        ({}, {"status": "CARD_STATUS_VERIFY_FAIL"}),
        ({}, {"quantity": 0}),
        ({"is_unique_code": True}, {"status": "CARD_STATUS_DISPATCH"}),
    ],
)
def test_a_ticket_that_fits_its_card_is_made(wish: dict[str, Any], changes: dict[str, Any]) -> None:
    assert verdict(Wish(CARD, **wish), **changes) is None


@pytest.mark.parametrize(
    ("wish", "changes", "errcode", "cause", "facts"),
    [
        (
            {"code": "A1"},
            PLATFORM,
            40053,
            "code_on_platform_card",
            {**SENT, "expected": "no code with use_custom_code false"},
        ),
        (
            {"code": "A1"},
            DEPOSIT,
            40053,
            "code_on_deposit_card",
            {**SENT, "expected": "no code with get_custom_code_mode GET_CUSTOM_CODE_MODE_DEPOSIT"},
        ),
        ({}, CUSTOM, 40053, "code_missing", {**NOTHING, "path": CODE, "repair": '"code": <text>'}),
        ({}, BOUND, 40053, "openid_missing", {**NOTHING, "path": OPENID, "repair": '"openid": <text>'}),
        ({}, {"status": "CARD_STATUS_DELETE"}, 40078, "deleted", {"status": "CARD_STATUS_DELETE"}),
        (
            {"is_unique_code": True},
            {"status": "CARD_STATUS_NOT_VERIFY"},
            40078,
            "unique_before_approval",
            {"status": "CARD_STATUS_NOT_VERIFY"},
        ),
        ({"is_unique_code": True}, {"quantity": 0}, 45031, "stock_empty", {"quantity": 0}),
    ],
)
def test_a_ticket_that_does_not_fit_its_card_is_refused(
    wish: dict[str, Any], changes: dict[str, Any], errcode: int, cause: str, facts: dict[str, Any]
) -> None:
    assert verdict(Wish(CARD, **wish), **changes) == (errcode, cause, {"card_id": CARD, **facts})


@pytest.mark.parametrize(
    ("wish", "changes", "cause"),
    [
        ({"code": "A1"}, {"status": "CARD_STATUS_DELETE"}, "deleted"),
        ({"code": "A1"}, BOUND, "code_on_platform_card"),
        ({}, {**CUSTOM, **BOUND}, "code_missing"),
        ({"is_unique_code": True}, {**BOUND, "status": "CARD_STATUS_NOT_VERIFY"}, "openid_missing"),
        ({"is_unique_code": True}, {"status": "CARD_STATUS_NOT_VERIFY", "quantity": 0}, "unique_before_approval"),
    ],
)
def test_of_two_faults_the_earlier_check_answers(wish: dict[str, Any], changes: dict[str, Any], cause: str) -> None:
    found = verdict(Wish(CARD, **wish), **changes)
    assert found is not None
    assert found[1] == cause


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (None, 7_776_000),
        (-1, 60),
        (1, 60),
        (60, 60),
        (1800, 1800),
        (31_536_000, 31_536_000),
        (31_536_001, 31_536_000),
    ],
)
def test_a_ticket_lives_a_minute_to_a_year_and_90_days_unless_told(asked: int | None, seconds: int) -> None:
    assert life(asked) == seconds


PLACE = "action_info.multiple_card.card_list[1]"


@pytest.mark.parametrize(
    ("wish", "changes", "cause", "path"),
    [
        ({"code": "A1"}, PLATFORM, "code_on_platform_card", f"{PLACE}.code"),
        ({"code": "A1"}, DEPOSIT, "code_on_deposit_card", f"{PLACE}.code"),
        ({}, CUSTOM, "code_missing", f"{PLACE}.code"),
        ({}, BOUND, "openid_missing", f"{PLACE}.openid"),
        ({}, {"status": "CARD_STATUS_DELETE"}, "deleted", f"{PLACE}.card_id"),
        ({"is_unique_code": True}, {"status": "CARD_STATUS_NOT_VERIFY"}, "unique_before_approval", f"{PLACE}.card_id"),
        ({"is_unique_code": True}, {"quantity": 0}, "stock_empty", f"{PLACE}.card_id"),
    ],
)
def test_of_several_cards_the_place_of_the_one_is_told(
    wish: dict[str, Any], changes: dict[str, Any], cause: str, path: str
) -> None:
    refused = verdict(Wish(CARD, place=PLACE, **wish), **changes)
    assert refused is not None
    assert (refused[1], refused[2]["path"], refused[2]["card_id"]) == (cause, path, CARD)


@pytest.mark.parametrize(
    ("wish", "once"),
    [({}, False), ({"code": "A1"}, True), ({"openid": ANN}, True), ({"is_unique_code": True}, True)],
)
def test_what_is_made_out_to_somebody_or_unique_serves_once(wish: dict[str, Any], once: bool) -> None:
    assert Wish(CARD, **wish).once is once


def test_no_card_stands_twice_on_a_ticket() -> None:
    check_apart([Wish(CARD), Wish("p2"), Wish("p3")])
    with pytest.raises(Refusal) as refused:
        check_apart([Wish(CARD), Wish("p2"), Wish(CARD, place="list[2]")])
    assert (refused.value.cause, refused.value.facts["path"]) == ("card_twice", "list[2].card_id")


@pytest.mark.parametrize(("live", "refused"), [(0, False), (2, False), (3, True), (4, True)])
def test_an_account_has_only_so_many_live_tickets(live: int, refused: bool) -> None:
    try:
        check_live(live, 3)
    except Refusal as told:
        assert (refused, told.errcode) == (True, 45029)
    else:
        assert not refused
