"""The card_ext of a claim: a text that holds JSON, and what is wrong with any other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Refusal
from kaquan.rules.card_ext import parse_card_ext
from kaquan.rules.signature import card_ext_signature, verify_card_ext

SIGNED = {"timestamp": "1500000000", "signature": "a" * 40}


def verdict(value: Any) -> tuple[int, str, dict[str, Any]]:
    """Return errcode, cause and facts of the refusal of a card_ext."""
    with pytest.raises(Refusal) as refused:
        parse_card_ext(value)
    return int(refused.value.errcode), refused.value.cause, refused.value.facts


def text(**members: Any) -> str:
    """Return a signed card_ext with these members more."""
    return json.dumps({**SIGNED, **members})


@pytest.mark.parametrize(
    ("members", "read"),
    [
        ({}, {}),
        ({"timestamp": 1500000000}, {"timestamp": "1500000000"}),
        ({"code": "", "openid": None, "nonce_str": ""}, {}),
        ({"code": "007", "openid": "o1", "nonce_str": "n"}, {"code": "007", "openid": "o1", "nonce_str": "n"}),
        ({"code": 7}, {"code": "7"}),
        ({"balance": 500, "outer_id": 12}, {"balance": "500", "outer_id": "12"}),
        ({"nonce_str": "n" * 32, "outer_str": "汉" * 42}, {"nonce_str": "n" * 32, "outer_str": "汉" * 42}),
        ({"fixed_begintimestamp": 1, "card_id": "p1"}, {"fixed_begintimestamp": "1", "card_id": "p1"}),
        ({"extra": {"a": [1]}, "more": True, "other": 0.5}, {}),
    ],
)
def test_a_whole_card_ext_is_read_as_texts(members: dict[str, Any], read: dict[str, str]) -> None:
    assert parse_card_ext(text(**members)) == {**SIGNED, **read}


@pytest.mark.parametrize(
    ("value", "got"),
    [({"timestamp": "1"}, "object"), ([], "list of 0"), (7, "integer 7"), (True, "boolean true")],
)
def test_an_object_instead_of_a_text_is_told_so(value: Any, got: str) -> None:
    facts = {"path": "card_ext", "expected": "string holding JSON", "got": got}
    assert verdict(value) == (40080, "not_string", facts)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "Input data was truncated"),
        ("{'timestamp':'1'}", "JSON is malformed: object keys must be strings (byte 1)"),
        ('{"timestamp":"1",}', "JSON is malformed: trailing comma in object (byte 17)"),
        ('{"timestamp":"1"', "Input data was truncated"),
        ("[object Object]", "JSON is malformed: invalid character (byte 1)"),
        ("undefined", "JSON is malformed: invalid character (byte 0)"),
        ("{&quot;timestamp&quot;:1}", "JSON is malformed: object keys must be strings (byte 1)"),
    ],
)
def test_a_json_fault_is_named_with_its_place(value: str, reason: str) -> None:
    assert verdict(value) == (40080, "not_json", {"path": "card_ext", "reason": reason})


def test_a_deeply_nested_card_ext_is_refused_like_any_other_fault() -> None:
    assert verdict("[" * 100_000)[:2] == (40080, "not_json")


@pytest.mark.parametrize(
    ("value", "got"),
    [("[]", "list of 0"), ("null", "null"), ("12", "integer 12"), (json.dumps(text()), "string ")],
)
def test_what_was_turned_into_json_twice_or_is_no_object_is_told_so(value: str, got: str) -> None:
    errcode, cause, facts = verdict(value)
    assert (errcode, cause, facts["expected"], facts["got"][: len(got)]) == (40080, "not_object", "object", got)


@pytest.mark.parametrize("key", ["timestamp", "signature"])
@pytest.mark.parametrize("value", ["", None, ...])
def test_a_missing_key_is_named(key: str, value: Any) -> None:
    members = {name: member for name, member in {**SIGNED, key: value}.items() if member is not ...}
    facts = {"path": f"card_ext.{key}", "key": key}
    assert verdict(json.dumps(members)) == (40080, "missing_key", facts)


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("timeStamp", "timestamp"),
        ("times_tamp", "timestamp"),
        ("time_stamp", "timestamp"),
        ("Signature", "signature"),
    ],
)
def test_a_misspelt_key_is_offered_its_name(sent: str, key: str) -> None:
    members = {**{name: value for name, value in SIGNED.items() if name != key}, sent: "x"}
    facts = {"path": f"card_ext.{key}", "key": key, "sent": sent, "did_you_mean": key}
    assert verdict(json.dumps(members)) == (40080, "misspelt_key", facts)


@pytest.mark.parametrize(
    ("members", "key", "got"),
    [
        ({"code": {"a": 1}}, "code", "object"),
        ({"openid": True}, "openid", "boolean true"),
        ({"nonce_str": ["n"]}, "nonce_str", "list of 1"),
        ({"timestamp": 1.5e9}, "timestamp", "number 1500000000.0"),
    ],
)
def test_a_signed_member_that_is_no_text_is_refused(members: dict[str, Any], key: str, got: str) -> None:
    facts = {"path": f"card_ext.{key}", "key": key, "expected": "string", "got": got}
    assert verdict(text(**members)) == (40080, "wrong_type", facts)


@pytest.mark.parametrize("key", ["code", "openid", "nonce_str", "outer_str", "balance"])
def test_a_member_that_no_database_keeps_is_refused(key: str) -> None:
    facts = {"path": f"card_ext.{key}", "key": key, "expected": "text without U+0000", "got": 'string "a\\u0000"'}
    members = {key: "a\0"}
    assert verdict(text(**members)) == (40080, "wrong_type", facts)


@pytest.mark.parametrize(
    ("members", "key", "limit"),
    [({"nonce_str": "n" * 33}, "nonce_str", 32), ({"outer_str": "汉" * 43}, "outer_str", 128)],
)
def test_a_member_that_is_too_long_is_refused(members: dict[str, str], key: str, limit: int) -> None:
    facts = {"path": f"card_ext.{key}", "key": key, "limit": limit}
    assert verdict(text(**members)) == (40080, "too_long", facts)


# U+0000 is refused, see above.
STORED = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
Members = st.fixed_dictionaries(
    {"timestamp": st.integers(0, 2**31)},
    optional={
        "code": st.text(STORED, max_size=20),
        "openid": st.text(STORED, max_size=28),
        "nonce_str": st.text(STORED, max_size=8),
        "outer_str": st.text(STORED, max_size=20),
        "balance": st.integers(0, 10**6),
    },
)


@given(Members)
def test_what_an_sdk_signs_is_verified_after_its_way_as_json(members: dict[str, Any]) -> None:
    texts = {name: str(value) for name, value in members.items()}
    signature = card_ext_signature("ticket", "p1", texts)
    assert verify_card_ext("p1", parse_card_ext(json.dumps({**members, "signature": signature})), ["ticket"])


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_read_or_refused(value: str) -> None:
    try:
        errcode, members = 40080, parse_card_ext(value)
    except Refusal as refused:
        errcode, members = int(refused.errcode), {}
    assert errcode == 40080
    assert all(isinstance(member, str) for member in members.values())
