"""Broken bodies and what is made of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from card_bodies import EVERYBODY, NOW, card, card_with, full, verdict
from hypothesis import given
from hypothesis import strategies as st

from kaquan.actions.keep_call import BODY_BYTES, FailedCall
from kaquan.actions.manage_app import new_app
from kaquan.api.mask import mask_body
from kaquan.api.repair import Repaired, difference, repair
from kaquan.app import load_endpoints

load_endpoints()
SANDBOX = new_app("wx" + "0" * 16, "secret", "prefix", "name", "gh", sandbox=True, review="auto")
MERCHANT = new_app("wx" + "1" * 16, "secret", "prefix", "name", "gh", sandbox=False, review="auto")
CREATE = "/card/create"
RANGE = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": NOW, "end_timestamp": NOW + 9}


def kept(body: str, path: str = CREATE, facts: Any = None) -> FailedCall:
    """Return a refused call with this body."""
    said = json.dumps(facts or {})
    return FailedCall("rid", NOW, 1, "POST", path, "", body, "", 40053, "missing", said, "127.0.0.1")


def mend(body: Any, path: str = CREATE, facts: Any = None, app: Any = SANDBOX) -> Repaired:
    """Return the repair of a refused body."""
    return repair(kept(json.dumps(body, ensure_ascii=False), path, facts), app, NOW)


def outcome(found: Repaired) -> tuple[str, Any]:
    """Return the state of a repair and its body."""
    return found.state, json.loads(found.body) if found.body else None


def groupon(**base: Any) -> dict[str, Any]:
    """Return a body with these fields of base_info changed; ``...`` takes one away."""
    return card("GROUPON", base)


WHOLE: list[tuple[Any, Any]] = [
    (groupon(sku={"quantity": "500"}), groupon(sku={"quantity": 500})),
    (groupon(title=5), groupon(title="5")),
    (groupon(title=..., titel="双人套餐"), groupon()),
    (groupon(can_share="true"), groupon(can_share=True)),
    (groupon(sku={"quantiy": "500"}), groupon(sku={"quantity": 500})),
    (groupon(color="color_010"), groupon(color="Color010")),
    (groupon(notice="券" * 17), groupon(notice="券" * 16)),
    (groupon(date_info={**RANGE, "fixed_term": 3}), groupon(date_info=RANGE)),
    (
        groupon(date_info={**RANGE, "begin_timestamp": NOW * 1000, "end_timestamp": (NOW + 9) * 1000}),
        groupon(date_info=RANGE),
    ),
    (
        card_with("GROUPON", "advanced_info", {"share_friends": True}),
        card_with("GROUPON", "advanced_info", {"share_friends": False}),
    ),
    ({"card": {"card_type": "GROUPPON", "groupon": card()["card"]["groupon"]}}, card()),
    ({"card": {"card_type": "CASH", "cahs": card("CASH")["card"]["cash"]}}, card("CASH")),
]


@pytest.mark.parametrize(("broken", "mended"), WHOLE)
def test_a_card_with_a_mistake_is_repaired_to_one_that_passes(broken: Any, mended: Any) -> None:
    assert outcome(mend(broken)) == ("whole", mended)
    assert verdict(mended, permissions=EVERYBODY) is None


INCOMPLETE: list[tuple[Any, str, str]] = [
    (groupon(title=...), "title", "<text>"),
    (groupon(date_info=...), "date_info", "<object>"),
    (groupon(color="pink"), "color", "<one of Color010, Color020"),
    (groupon(code_type=7.5), "code_type", "<one of CODE_TYPE_TEXT"),
    (groupon(logo_url="ftp://x/y"), "logo_url", "<http:// or https:// address>"),
]


@pytest.mark.parametrize(("broken", "name", "blank"), INCOMPLETE)
def test_what_only_a_person_can_know_is_left_blank(broken: Any, name: str, blank: str) -> None:
    state, mended = outcome(mend(broken))
    found = mended["card"]["groupon"]["base_info"][name]
    assert (state, found[: len(blank)]) == ("incomplete", blank)


def test_a_blank_hides_no_other_mistake() -> None:
    found = mend(groupon(title=..., date_info=..., sku={"quantity": "5"}, can_share="no", get_limit="2"))
    changes = [(one.path.rpartition("base_info.")[2], one.repair) for one in found.changes]
    assert changes == [
        ("title", '"title": <text>'),
        ("date_info", '"date_info": <object>'),
        ("sku.quantity", '"quantity": 5'),
        ("can_share", '"can_share": <boolean>'),
        ("get_limit", '"get_limit": 2'),
    ]


OTHERS: list[tuple[str, Any, str, Any]] = [
    (
        "/card/modifystock",
        {"card_id": "p", "increase_stock_value": "5"},
        "whole",
        {"card_id": "p", "increase_stock_value": 5},
    ),
    ("/card/code/consume", {"cod": "1"}, "whole", {"code": "1"}),
    (
        "/card/code/deposit",
        {"card_id": "p", "code": ["1", "", "1", "2"]},
        "whole",
        {"card_id": "p", "code": ["1", "2"]},
    ),
    (
        "/card/qrcode/create",
        {"action_name": "QRCARD", "action_inf": {"card": {"cardid": "p", "is_unique_code": "true"}}},
        "whole",
        {"action_name": "QR_CARD", "action_info": {"card": {"card_id": "p", "is_unique_code": True}}},
    ),
    (
        "/card/selfconsumecell/set",
        {"card_id": "p", "need_verify_code": "false"},
        "whole",
        {"card_id": "p", "need_verify_code": False},
    ),
    ("/cgi-bin/poi/delpoi", {}, "incomplete", {"poi_id": "<integer>"}),
    ("/card/batchget", {"offset": -1, "count": "9"}, "incomplete", {"offset": "<0 or more>", "count": 9}),
    ("/ext/claim", {"card_id": "p", "openid": "ann"}, "none", None),
    ("/card/get", {"card_id": "p"}, "none", None),
]


@pytest.mark.parametrize(("path", "broken", "state", "mended"), OTHERS)
def test_the_bodies_of_other_calls_are_repaired_too(path: str, broken: Any, state: str, mended: Any) -> None:
    assert outcome(mend(broken, path)) == (state, mended)


def test_what_depends_on_a_card_is_taken_from_the_refusal() -> None:
    body = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": "p", "code": "A-1"}}}
    facts = {"path": "action_info.card.code", "repair": 'without "code": "A-1"'}
    assert outcome(mend(body, "/card/qrcode/create", facts))[1]["action_info"] == {"card": {"card_id": "p"}}


def test_what_a_permission_decides_is_checked_for_the_account() -> None:
    body = groupon(use_custom_code=True, can_share="true")
    assert outcome(mend(body, app=MERCHANT)) == ("whole", groupon(use_custom_code=False, can_share=True))
    assert outcome(mend(body)) == ("whole", groupon(use_custom_code=True, can_share=True))


def test_what_two_repairs_would_change_back_and_forth_is_left() -> None:
    deposit = "GET_CUSTOM_CODE_MODE_DEPOSIT"
    found = mend(groupon(use_custom_code=True, get_custom_code_mode=deposit, sku={"quantity": 0}), app=MERCHANT)
    assert (found.state, [one.errcode for one in found.left]) == ("part", [40150])


def test_what_no_repair_is_known_for_is_left_and_named() -> None:
    cover = {"abstract": {"abstract": "x", "icon_url_list": []}}
    found = mend(card("GROUPON", {"sku": {"quantity": "5"}}, advanced_info=cover))
    assert (found.state, [(one.errcode, one.cause) for one in found.left]) == ("part", [(45044, "not_one")])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (kept("{"), "The body is no JSON object"),
        (kept("[]"), "The body is no JSON object"),
        (kept(""), "The body is no JSON object"),
        (kept(json.dumps(groupon(description="x" * BODY_BYTES))[:BODY_BYTES]), "Only the first 16 KB of the body"),
        (kept(mask_body('{"grant_type":"x","secret":"y"}'), "/cgi-bin/stable_token"), "The body held a secret"),
        (kept("", "/card/getcolors"), "This call reads no JSON body."),
        (kept("{}", "/nowhere"), "This call reads no JSON body."),
        (kept(json.dumps(card())), "The body itself is right"),
        (kept('{"card_id":"p","openid":"ann"}', "/ext/claim"), "No repair is known"),
    ],
)
def test_where_nothing_can_be_repaired_the_reason_is_said(call: FailedCall, said: str) -> None:
    found = repair(call, SANDBOX, NOW)
    assert (found.state, found.changes, found.body, found.en[: len(said)]) == ("none", [], "", said)


def test_the_difference_is_a_few_lines() -> None:
    before, after = json.dumps(groupon(sku={"quantity": "5"})), json.dumps(groupon(sku={"quantity": 5}))
    assert list(difference(before, after, 0)) == ['-          "quantity": "5"', '+          "quantity": 5']


# Spoiling: what people do to a good body, each with what undoes it.

TEXTS = ("title", "brand_name", "notice", "sub_title", "service_phone")
NUMBERS = ("get_limit", "use_limit", "max_give_friend_times")
FLAGS = ("can_share", "can_give_friend", "bind_openid", "need_push_on_view")
NEEDED = ("logo_url", "code_type", "brand_name", "title", "color", "notice", "description", "date_info", "sku")
Spoil = Callable[[dict[str, Any]], None]


def unquote(name: str) -> Spoil:
    """Return what sends a text as a number."""
    return lambda base: base.update({name: 88})


def quote(name: str) -> Spoil:
    """Return what sends a number or a boolean in quotes."""

    def spoil(base: dict[str, Any]) -> None:
        if isinstance(base.get(name), int):
            base[name] = json.dumps(base[name])

    return spoil


def misspell(name: str) -> Spoil:
    """Return what writes a name as a typed language would."""
    head, *tail = name.split("_")
    wrong = head + "".join(part.title() for part in tail) if tail else f"{name}{name[-1]}"

    def spoil(base: dict[str, Any]) -> None:
        if name in base:
            base[wrong] = base.pop(name)

    return spoil


def quote_stock(base: dict[str, Any]) -> None:
    """Send the stock in quotes."""
    if isinstance(base.get("sku"), dict):
        base["sku"]["quantity"] = str(base["sku"]["quantity"])


SPOILS = st.one_of(
    st.sampled_from(TEXTS).map(unquote),
    st.sampled_from(NUMBERS + FLAGS).map(quote),
    st.sampled_from(NEEDED).map(misspell),
    st.just(quote_stock),
)
TYPES = st.sampled_from(["GROUPON", "CASH", "DISCOUNT", "GIFT", "GENERAL_COUPON", "MOVIE_TICKET"])


@given(TYPES, st.lists(SPOILS, min_size=1, max_size=3))
def test_a_good_card_spoiled_in_known_ways_is_repaired_to_one_that_passes(card_type: str, spoils: list[Spoil]) -> None:
    body = copy.deepcopy(full(card_type))
    base = body["card"][card_type.lower()]["base_info"]
    for spoil in spoils:
        spoil(base)
    state, mended = outcome(mend(body))
    if verdict(body, permissions=EVERYBODY) is None:
        assert state == "none"
        return
    assert state == "whole"
    assert verdict(mended, permissions=EVERYBODY) is None


@given(TYPES, st.lists(st.sampled_from(NEEDED), min_size=1, max_size=3, unique=True))
def test_of_what_is_missing_every_place_is_left_blank(card_type: str, names: list[str]) -> None:
    body = card(card_type, dict.fromkeys(names, ...))
    state, mended = outcome(mend(body))
    base = mended["card"][card_type.lower()]["base_info"]
    assert (state, {name for name, value in base.items() if str(value).startswith("<")}) == ("incomplete", set(names))
