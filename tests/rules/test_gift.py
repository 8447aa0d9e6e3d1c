"""Who may give a code away, accept it and take it back: every standing of a gift with every person."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Refusal
from kaquan.errors.order import step
from kaquan.rules import gift as rule
from kaquan.rules.code import GIFT_SECONDS, Code
from kaquan.rules.gift import Accept, Card, Gift

NOW, END = 1_500_000_000, 1_600_000_000
DUE = NOW + GIFT_SECONDS
CARD = "p" + "A" * 27
ANN, BOB, CAT = (f"oShop01{letter * 21}" for letter in "ABC")
FINE = ""
OK = "CARD_STATUS_VERIFY_OK"


def gift(**changes: Any) -> Gift:
    """Return a gift of Ann's that anybody may accept."""
    facts = {"gift_id": "G", "card_id": CARD, "code": "1", "scope": "", "openid": ANN, "receiver": "", "greeting": ""}
    state = {"chat_room": True, "status": "open", "taker": "", "new_code": "", "create_time": NOW, "due_time": DUE}
    return msgspec.convert({**facts, **state, **changes}, Gift)


def card(**changes: Any) -> Card:
    """Return a card that can be given away."""
    facts = {"card_id": CARD, "status": OK, "shown": "", "can_give_friend": True, "bind_openid": False}
    return msgspec.convert({**facts, **changes}, Card)


def code(**changes: Any) -> Code:
    """Return a code of Ann's."""
    facts = {"code": "1", "scope": "", "card_id": CARD, "openid": ANN, "status": "NORMAL", "outer_str": ""}
    numbers = {"begin_time": NOW - 9, "end_time": END, "event_time": 1, "status_time": NOW, "use_limit": 50}
    return msgspec.convert({**facts, **numbers, "card_type": "GROUPON", **changes}, Code)


def brief(refused: Refusal | None) -> str:
    """Return errcode and cause, nothing for none."""
    return f"{int(refused.errcode)} {refused.cause}" if refused else FINE


@pytest.mark.parametrize(
    ("of_card", "of_code", "openid", "to", "answer"),
    [
        ({}, {}, ANN, "", FINE),
        ({}, {}, ANN, BOB, FINE),
        ({}, {}, ANN, ANN, "40003 gift_to_oneself"),
        ({}, {}, BOB, "", "40056 other_holder"),
        ({"can_give_friend": False}, {}, ANN, "", "45030 giving_off"),
        ({"bind_openid": True}, {}, ANN, "", "45030 bound_gift"),
        ({"can_give_friend": False, "bind_openid": True}, {}, ANN, "", "45030 bound_gift"),
        ({"can_give_friend": False}, {"status": "CONSUMED"}, ANN, ANN, "45030 giving_off"),
        ({}, {"status": "CONSUMED"}, ANN, ANN, "40099 consumed"),
        ({}, {"status": "GIFTING"}, ANN, "", "40127 gifting"),
        ({}, {"status": "GIFTING", "status_time": NOW - GIFT_SECONDS}, ANN, "", FINE),
        ({}, {"status": "GIFT_TIMEOUT"}, ANN, "", FINE),
        ({}, {"status": "GIFT_SUCC"}, ANN, "", "40056 given_away"),
        ({}, {"status": "DELETE"}, ANN, "", "40127 deleted"),
        ({}, {"status": "UNAVAILABLE"}, ANN, "", "40127 unavailable"),
        ({}, {"end_time": NOW - 1}, ANN, "", "40127 expired"),
        ({}, {"begin_time": NOW + 1}, ANN, "", FINE),
        ({"status": "CARD_STATUS_DELETE"}, {}, ANN, "", FINE),
        ({"status": "CARD_STATUS_NOT_VERIFY"}, {}, ANN, "", FINE),
    ],
)
def test_who_may_give_what_when(
    of_card: dict[str, Any], of_code: dict[str, Any], openid: str, to: str, answer: str
) -> None:
    assert brief(rule.give_refusal(card(**of_card), code(**of_code), openid, to, NOW)) == answer


# standing -> how the gift looks in it, and when
STANDINGS: dict[str, tuple[dict[str, Any], int]] = {
    "open": ({}, DUE - 1),
    "over": ({}, DUE),
    "timed_out": ({"status": "timed_out", "end_time": DUE + 3}, DUE + 9),
    "taken_back": ({"status": "taken_back", "end_time": NOW + 5}, NOW + 9),
    "accepted": ({"status": "accepted", "end_time": NOW + 5, "taker": CAT, "new_code": "2"}, NOW + 9),
}
TAKEN, BACK, LATE = "45033 gift_taken", "40073 gift_taken_back", "40079 gift_timed_out"
ANOTHER = "45033 gift_for_another"
# standing -> for Bob, for Ann who gave it, and for Bob where it is given to Cat
ACCEPTING = {
    "open": (FINE, "40003 own_gift", ANOTHER),
    "over": (LATE, LATE, LATE),
    "timed_out": (LATE, LATE, LATE),
    "taken_back": (BACK, BACK, BACK),
    "accepted": (TAKEN, TAKEN, TAKEN),
}
# standing -> for Ann who gave it, and for Bob
TAKING_BACK = {name: (TAKEN if name == "accepted" else FINE, "40003 not_the_giver") for name in STANDINGS}


def accept(openid: str, now: int, of_card: dict[str, Any] | None = None, tester: bool = False, **of_gift: Any) -> str:
    """Return what accepting is answered."""
    return brief(rule.accept_refusal(Accept(gift(**of_gift), card(**(of_card or {})), END, openid, tester, now)))


@pytest.mark.parametrize("name", STANDINGS)
def test_whoever_comes_first_and_in_time_may_accept(name: str) -> None:
    facts, now = STANDINGS[name]
    wishes = ((BOB, facts), (ANN, facts), (BOB, {**facts, "receiver": CAT}))
    assert tuple(accept(openid, now, **of_gift) for openid, of_gift in wishes) == ACCEPTING[name]
    assert accept(CAT, now, **facts, receiver=CAT) == ACCEPTING[name][0]


@pytest.mark.parametrize("name", STANDINGS)
def test_the_giver_alone_may_take_back_until_it_is_accepted(name: str) -> None:
    facts, now = STANDINGS[name]
    assert tuple(brief(rule.take_back_refusal(gift(**facts), one, now)) for one in (ANN, BOB)) == TAKING_BACK[name]


NOT_VERIFY, FAIL, DELETED = "CARD_STATUS_NOT_VERIFY", "CARD_STATUS_VERIFY_FAIL", "CARD_STATUS_DELETE"


@pytest.mark.parametrize(
    ("status", "shown", "tester", "answer"),
    [
        (OK, "", False, FINE),
        (NOT_VERIFY, "", False, "40078 not_verified"),
        (NOT_VERIFY, "", True, FINE),
        (NOT_VERIFY, "{}", False, FINE),
        (FAIL, "", False, "40078 refused"),
        (FAIL, "", True, FINE),
        ("CARD_STATUS_SYS_OFF_SHELF", "", False, "40078 off_shelf"),
        (DELETED, "", False, FINE),
    ],
)
def test_before_the_approval_testers_alone_may_accept(status: str, shown: str, tester: bool, answer: str) -> None:
    assert accept(BOB, NOW, {"status": status, "shown": shown}, tester) == answer


@pytest.mark.parametrize(("end", "answer"), [(NOW, FINE), (NOW - 1, "40127 expired")])
def test_what_has_expired_meanwhile_is_not_accepted(end: int, answer: str) -> None:
    assert brief(rule.accept_refusal(Accept(gift(), card(), end, BOB, False, NOW))) == answer


def test_nobody_learns_from_a_refusal_who_has_the_gift() -> None:
    taken = gift(status="accepted", taker=CAT, new_code="2", end_time=NOW)
    refusals = [rule.accept_refusal(Accept(one, card(), END, BOB, False, NOW)) for one in (taken, gift(receiver=CAT))]
    assert all(
        CAT not in str(refused.facts) and "2" not in str(refused.facts.get("new_code"))
        for refused in refusals
        if refused
    )
    assert [refused.errcode for refused in refusals if refused] == [45033, 45033]


Gifts = st.builds(
    gift,
    status=st.sampled_from(["open", "accepted", "taken_back", "timed_out"]),
    receiver=st.sampled_from(["", BOB, CAT]),
    taker=st.sampled_from(["", BOB]),
)
Cards = st.builds(card, status=st.sampled_from([OK, NOT_VERIFY, FAIL, DELETED]))
Wishes = st.builds(
    Accept,
    Gifts,
    Cards,
    st.sampled_from([NOW, END]),
    st.sampled_from([ANN, BOB, CAT]),
    st.booleans(),
    st.integers(NOW - 2, DUE + 2),
)


@given(Wishes)
def test_what_is_answered_is_the_first_fault_that_is_there(wish: Accept) -> None:
    refused = rule.accept_refusal(wish)
    found = [check(wish) for check, _ in rule.ACCEPTING]
    assert brief(refused) == next((brief(one) for one in found if one), FINE)
    for one, (_, declared) in zip(found, rule.ACCEPTING, strict=True):
        assert one is None or (int(one.errcode), one.cause) in set(step(declared).given)


@given(Wishes)
def test_a_gift_is_accepted_only_while_it_is_open_and_never_by_its_giver(wish: Accept) -> None:
    if rule.accept_refusal(wish) is None:
        assert rule.standing(wish.gift, wish.now) == "open"
        assert wish.now < wish.gift.due_time
        assert wish.openid != wish.gift.openid
        assert wish.gift.receiver in {"", wish.openid}


@given(Wishes)
def test_of_accepting_and_having_back_one_at_most_is_open(wish: Accept) -> None:
    taken = rule.take_back_refusal(wish.gift, wish.gift.openid, wish.now) is not None
    assert taken == (wish.gift.status == "accepted")
    assert not (taken and rule.accept_refusal(wish) is None)
