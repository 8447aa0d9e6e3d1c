"""Reading a body along a struct: the order of faults, tolerances, and the diagnosis of each mistake."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.api.decode import Profile, Reader, load
from kaquan.errors import Errcode, Refusal
from kaquan.errors.nearest import nearest
from kaquan.rules.fields import (
    Alias,
    CardId,
    Code,
    CommaList,
    Id,
    Link,
    MaxBytes,
    NewCode,
    OneOf,
    OneOrList,
    Openid,
    Timestamp,
    shown,
)


class Query(msgspec.Struct):
    """A small request, as the hot calls read it."""

    code: Code
    card_id: str = ""
    check_consume: bool = True
    outer_str: Annotated[str, MaxBytes(12)] = ""


class Stock(msgspec.Struct):
    """A request with an own errcode of absence before the common one."""

    amount: int
    card_id: CardId
    openid: Openid


class Change(msgspec.Struct):
    """A request with the other kinds of fields."""

    new_code: Annotated[NewCode, Alias("newcode")]
    kind: Annotated[str, OneOf(("QR_CARD", "QR_MULTIPLE_CARD"), Errcode.INVALID_ACTION_NAME)] = ""
    status_list: Annotated[list[str], OneOrList()] = []
    stores: Annotated[list[Id], CommaList()] = []
    expire_seconds: Id = 0
    at: Timestamp = 0
    offset: int | None = None
    url: Link = ""
    extra: dict[str, Any] = {}


QUERY, STOCK, CHANGE = Reader(Query), Reader(Stock), Reader(Change)


def verdict(reader: Reader[Any], body: Any, profile: Profile = "strict") -> tuple[int, str, dict[str, Any]] | Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        return reader.read(raw, profile)
    except Refusal as refusal:
        return int(refusal.errcode), refusal.cause, refusal.facts


def brief(reader: Reader[Any], body: Any, profile: Profile = "strict") -> tuple[int, str, str]:
    errcode, cause, facts = verdict(reader, body, profile)
    return errcode, cause, facts.get("path", "")


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf "])
def test_an_empty_body_is_44002(body: bytes) -> None:
    assert verdict(QUERY, body) == (44002, "empty", {})


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        (
            b'{"code":"1",}',
            {"position": 12, "line": 1, "near": "}", "reason": "JSON is malformed: trailing comma in object"},
        ),
        (
            b"{\"code\":\n'1'}",
            {"position": 9, "line": 2, "near": "'1'}", "reason": "JSON is malformed: invalid character"},
        ),
        (b'{"code":"1"', {"position": 11, "line": 1, "near": "", "reason": "Input data was truncated"}),
        (b'{"code":"\xff"}', {"position": 9, "line": 1, "near": '\ufffd"}', "reason": "not UTF-8"}),
        (b"code=1", {"position": 0, "line": 1, "near": "code=1", "reason": "JSON is malformed: invalid character"}),
    ],
)
def test_a_body_that_is_not_json_is_47001_with_the_place(body: bytes, facts: dict[str, Any]) -> None:
    assert verdict(QUERY, body) == (47001, "not_json", facts)


@pytest.mark.parametrize("bomb", [b"[" * 200_000, b'{"code":"1","x":' + b"[" * 200_000, b'{"a":' * 200_000])
def test_a_body_nested_too_deep_is_47001(bomb: bytes) -> None:
    assert verdict(QUERY, bomb) == (47001, "too_deep", {})


@pytest.mark.parametrize(("body", "got"), [(b"[1]", "list of 1"), (b'"x"', 'string "x"'), (b"null", "null")])
def test_a_body_that_is_no_object_is_47001(body: bytes, got: str) -> None:
    assert verdict(QUERY, body) == (47001, "not_object", {"path": "", "expected": "object", "got": got})


@pytest.mark.parametrize("number", [b"1e999", b"9" * 5000])
def test_a_number_no_computer_holds_is_47001(number: bytes) -> None:
    assert verdict(STOCK, b'{"card_id":"p","openid":"o","amount":' + number + b"}")[:2] == (47001, "not_json")


def test_a_byte_order_mark_is_skipped_and_the_last_of_two_equal_keys_counts() -> None:
    assert verdict(QUERY, b'\xef\xbb\xbf{"code":"1","code":"2"}') == Query(code="2")
    assert verdict(QUERY, b'{"code":"1","code":"2"}') == Query(code="2")
    assert verdict(QUERY, b'{"code":1,"code":"2","card_id":null}') == Query(code="2")


def test_card_id_comes_before_other_missing_fields_and_they_before_wrong_types() -> None:
    assert brief(STOCK, {"amount": "x"}) == (41012, "missing", "card_id")
    assert brief(STOCK, {"amount": "x", "card_id": "p"}) == (41009, "missing", "openid")
    assert brief(STOCK, {"amount": "x", "card_id": "p", "openid": "o"}) == (40053, "wrong_type", "amount")


@pytest.mark.parametrize(("profile", "errcode"), [("strict", 40053), ("lenient", 41011)])
@pytest.mark.parametrize("sent", [{}, {"amount": None}, {"amount": ""}])
def test_a_missing_field_is_40053_or_41011_with_its_path(profile: Profile, errcode: int, sent: dict[str, Any]) -> None:
    got = {"amount": shown(sent["amount"])} if sent else {"amount": "nothing"}
    assert verdict(STOCK, {"card_id": "p", "openid": "o", **sent}, profile) == (
        errcode,
        "missing",
        {"path": "amount", "expected": "integer", "got": got["amount"], "repair": '"amount": <integer>'},
    )


@pytest.mark.parametrize("name", ["ammount", "Amount", "amuont", "a_mount"])
def test_a_misspelt_name_is_offered_in_place_of_the_missing_one(name: str) -> None:
    assert verdict(STOCK, {"card_id": "p", "openid": "o", name: 1, "zebra": 2}) == (
        40053,
        "misspelt",
        {
            "path": "amount",
            "expected": "integer",
            "got": f'"{name}"',
            "sent": name,
            "did_you_mean": "amount",
            "repair": f'"amount" instead of "{name}"',
        },
    )


def test_a_misspelt_card_id_keeps_its_own_errcode() -> None:
    assert brief(STOCK, {"cardid": "p", "openid": "o", "amount": 1}) == (41012, "misspelt", "card_id")


def test_a_quoted_integer_is_refused_in_strict_and_read_in_lenient() -> None:
    body = {"card_id": "p", "openid": "o", "amount": "500"}
    facts = {"path": "amount", "expected": "integer", "got": 'string "500"', "repair": '"amount": 500'}
    assert verdict(STOCK, body) == (40053, "quoted_integer", facts)
    assert verdict(STOCK, body, "lenient") == Stock(500, "p", "o")


@pytest.mark.parametrize("sent", [500, 500.0])
def test_a_whole_float_is_an_integer(sent: float) -> None:
    assert verdict(STOCK, {"card_id": "p", "openid": "o", "amount": sent}) == Stock(500, "p", "o")


@pytest.mark.parametrize(
    "sent", [True, 0.5, 2**63, 1e30, -(2**70), "x", "５", " 5", "", "1e3", "0x5", "9" * 40, [], {}]
)
def test_what_is_no_integer_is_refused_in_both_profiles(sent: Any) -> None:
    for profile in ("strict", "lenient"):
        body = {"card_id": "p", "openid": "o", "amount": sent}
        errcode, cause, path = brief(STOCK, body, profile)
        expected = "missing" if sent == "" else "wrong_type"
        assert (errcode, cause, path) == (41011 if (profile, sent) == ("lenient", "") else 40053, expected, "amount")


@pytest.mark.parametrize(
    ("sent", "read"), [(True, True), (False, False), (1, True), (0, False), (None, True), ("", True)]
)
def test_a_boolean_may_come_as_0_or_1_and_nothing_is_the_default(sent: Any, read: bool) -> None:
    assert verdict(QUERY, {"code": "1", "check_consume": sent}) == Query(code="1", check_consume=read)


@pytest.mark.parametrize(("sent", "repair"), [("true", "true"), ("False", "false"), ("1", "true")])
@pytest.mark.parametrize("profile", ["strict", "lenient"])
def test_a_quoted_boolean_is_refused_in_both_profiles(profile: Profile, sent: str, repair: str) -> None:
    facts = {"path": "check_consume", "expected": "boolean", "got": f'string "{sent}"'}
    assert verdict(QUERY, {"code": "1", "check_consume": sent}, profile) == (
        40053,
        "quoted_boolean",
        {**facts, "repair": f'"check_consume": {repair}'},
    )


@pytest.mark.parametrize("profile", ["strict", "lenient"])
def test_a_number_where_text_belongs_is_refused_in_both_profiles(profile: Profile) -> None:
    facts = {"path": "card_id", "expected": "text", "got": "integer 5", "repair": '"card_id": "5"'}
    assert verdict(QUERY, {"code": "1", "card_id": 5}, profile) == (40053, "unquoted_string", facts)


def test_a_code_may_come_as_a_number_where_codes_are_looked_up() -> None:
    assert verdict(QUERY, {"code": 801586007419}) == Query(code="801586007419")
    assert brief(QUERY, {"code": 1.5}) == (40053, "unquoted_string", "code")
    assert brief(QUERY, {"code": ""}) == (41013, "missing", "code")


def test_a_new_code_is_text_of_at_most_20_characters() -> None:
    assert verdict(CHANGE, {"new_code": "码" * 20}) == Change(new_code="码" * 20)
    assert brief(CHANGE, {"new_code": "1" * 21}) == (45021, "too_long", "new_code")
    assert brief(CHANGE, {"new_code": 12345}) == (40053, "unquoted_string", "new_code")


def test_an_alias_is_read_and_the_own_name_wins() -> None:
    assert verdict(CHANGE, {"newcode": "1"}) == Change(new_code="1")
    assert verdict(CHANGE, {"newcode": "1", "new_code": "2"}) == Change(new_code="2")


@pytest.mark.parametrize(
    ("name", "sent", "read"),
    [
        ("status_list", "CARD_STATUS_VERIFY_OK", ["CARD_STATUS_VERIFY_OK"]),
        ("status_list", ["A", "B"], ["A", "B"]),
        ("status_list", "", []),
        ("status_list", [], []),
        ("status_list", None, []),
        ("stores", "1234, 2314", [1234, 2314]),
        ("stores", "0", [0]),
        ("stores", ["12", 13, 14.0], [12, 13, 14]),
        ("stores", 15, [15]),
        ("expire_seconds", "1800", 1800),
        ("expire_seconds", 1800.0, 1800),
        ("at", "1467025553", 1467025553),
        ("offset", None, None),
        ("offset", 7, 7),
        ("extra", {"any": [1, "x"]}, {"any": [1, "x"]}),
        ("extra", [], {}),
    ],
)
def test_what_sdks_send_is_read_in_the_strict_profile(name: str, sent: Any, read: Any) -> None:
    assert verdict(CHANGE, {"new_code": "1", name: sent, "unknown": [None]}) == Change(new_code="1", **{name: read})


def test_the_path_names_the_member_of_a_list() -> None:
    assert brief(CHANGE, {"new_code": "1", "stores": [1, "x"]}) == (40053, "wrong_type", "stores[1]")
    assert brief(CHANGE, {"new_code": "1", "status_list": ["A", 1]}) == (40053, "unquoted_string", "status_list[1]")


def test_bytes_are_counted_in_utf8() -> None:
    assert verdict(QUERY, {"code": "1", "outer_str": "渠道甲乙"}) == Query(code="1", outer_str="渠道甲乙")
    assert verdict(QUERY, {"code": "1", "outer_str": "渠道甲乙丙"}) == (
        45021,
        "too_long",
        {
            "path": "outer_str",
            "expected": "at most 12 bytes (4 Chinese characters)",
            "got": "15 bytes",
            "limit": 12,
            "size": 15,
            "repair": '"outer_str": "渠道甲乙"',
        },
    )


def test_a_value_outside_a_list_gets_its_own_errcode_and_the_nearest_value() -> None:
    assert verdict(CHANGE, {"new_code": "1", "kind": "QR_CARDS"}) == (
        40052,
        "unknown",
        {
            "path": "kind",
            "expected": "one of QR_CARD, QR_MULTIPLE_CARD",
            "got": 'string "QR_CARDS"',
            "accepted": ["QR_CARD", "QR_MULTIPLE_CARD"],
            "did_you_mean": "QR_CARD",
            "repair": '"kind": "QR_CARD"',
        },
    )


@pytest.mark.parametrize("url", ["http://a.cn", "HTTPS://A.cn:8443/x?y=z#f", "https://例子.cn/路径"])
def test_an_http_address_is_a_link(url: str) -> None:
    assert verdict(CHANGE, {"new_code": "1", "url": url}) == Change(new_code="1", url=url)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        " http://a.cn",
        "//a.cn",
        "http://",
        "http:///x",
        "a.cn",
        "http:a.cn",
        "http://a.cn/\n",
        "http://a.cn/<b>",
        "java\tscript:x",
        "http://a\\@b.cn",
        "ftp://a.cn",
        'http://a.cn/"x',
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    assert brief(CHANGE, {"new_code": "1", "url": url}) == (40066, "not_http", "url")


def test_text_that_no_database_can_hold_is_refused() -> None:
    facts = {"path": "card_id", "expected": "text without U+0000", "got": r'string "a\u0000b"'}
    assert verdict(QUERY, {"code": "1", "card_id": "a\0b"}) == (
        40053,
        "wrong_type",
        {**facts, "repair": '"card_id": "ab"'},
    )


def test_milliseconds_are_told_from_other_wrong_times() -> None:
    facts = {"path": "at", "expected": "seconds, at most 2147483647", "got": "1467025553000"}
    answer = (40079, "milliseconds", {**facts, "repair": '"at": 1467025553'})
    assert verdict(CHANGE, {"new_code": "1", "at": 1467025553000}) == answer
    assert brief(CHANGE, {"new_code": "1", "at": -1}) == (40079, "out_of_range", "at")


def test_a_distant_name_is_not_offered() -> None:
    assert (nearest("title", ["zebra"]), nearest("title", []), nearest("titel", ["title"])) == ("", "", "title")


def test_thousands_of_unknown_members_are_ignored_quickly() -> None:
    body = {f"member{number}" * 20: number for number in range(20_000)}
    assert brief(STOCK, {**body, "card_id": "p", "openid": "o"}) == (40053, "missing", "amount")


def test_a_list_of_faults_is_not_followed_to_its_end() -> None:
    begun = time.perf_counter()
    assert brief(CHANGE, {"new_code": "1", "stores": [{}] * 300_000}) == (40053, "wrong_type", "stores[0]")
    assert brief(CHANGE, {"new_code": "1", "extra": [1]}) == (40053, "wrong_type", "extra")
    assert time.perf_counter() - begun < 2


@given(st.binary(max_size=64) | st.text(max_size=64).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        assert isinstance(load(body), dict)
    except Refusal as refusal:
        assert refusal.errcode in (Errcode.EMPTY_BODY, Errcode.DATA_FORMAT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(Query.__struct_fields__, JSON)), st.booleans())
def test_the_quick_way_and_the_walk_agree(body: dict[str, Any], ascii_only: bool) -> None:
    try:
        raw = json.dumps(body, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        return
    for profile in ("strict", "lenient"):
        walked: Any
        try:
            walked = QUERY.read_value(load(raw), profile)
        except Refusal as refusal:
            walked = int(refusal.errcode), refusal.cause, refusal.facts
        assert verdict(QUERY, raw, profile) == walked
