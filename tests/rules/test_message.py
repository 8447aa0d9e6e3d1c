"""Messages: what they may say, and when one counts as sent before."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Refusal
from kaquan.rules.message import (
    REPEAT,
    REPEAT_TOO_FAST,
    Note,
    card_note,
    check_people,
    check_repeat,
    check_tag,
    client_id,
    text_note,
)

NOW = 1_700_000_000
HELLO = text_note("hello")


@given(st.text(min_size=1, max_size=700))
def test_a_text_is_kept_as_it_was_sent_or_refused_for_its_bytes(content: str) -> None:
    try:
        note = text_note(content)
    except Refusal as refused:
        assert (refused.errcode, len(content.encode()) > 2048) == (45002, True)
    else:
        assert msgspec.json.decode(note.content) == {"content": content}


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_no_card_ext_is_none(nothing: Any) -> None:
    assert card_note("p1", nothing) == Note("wxcard", '{"card_id":"p1"}', "p1", "")


def test_a_card_ext_is_the_same_as_a_string_and_as_an_object() -> None:
    ext = {"openid": "oAnn", "timestamp": "1", "signature": "0"}
    text = msgspec.json.encode(ext).decode()
    assert card_note("p1", ext) == card_note("p1", text)
    assert (card_note("p1", ext).named, msgspec.json.decode(card_note("p1", ext).content)["card_ext"]) == ("oAnn", text)


@pytest.mark.parametrize(
    ("card_ext", "cause"),
    [
        ("{", "not_json"),
        ("[]", "not_object"),
        ([1], "not_string"),
        ({"timestamp": "1"}, "missing_key"),
        (True, "not_string"),
    ],
)
def test_a_card_ext_that_no_claim_could_use_is_refused_with_its_place(card_ext: Any, cause: str) -> None:
    with pytest.raises(Refusal) as refused:
        card_note("p1", card_ext)
    assert (refused.value.errcode, refused.value.cause) == (40080, cause)
    assert refused.value.facts["path"].startswith("wxcard.card_ext")


def test_without_a_client_id_target_and_content_tell_messages_apart() -> None:
    told = [("all", HELLO), ("all", text_note("bye")), ("a,b", HELLO), ("all", card_note("p1", None))]
    assert len({client_id("", *one) for one in told}) == len(told)
    assert client_id("", "all", HELLO) == client_id("", "all", text_note("hello"))
    assert client_id("mine", "all", HELLO) == client_id("mine", "a,b", text_note("bye")) == "mine"


@pytest.mark.parametrize(
    ("given", "allowed"), [("x" * 64, True), ("x" * 65, False), ("汉" * 21, True), ("汉" * 22, False)]
)
def test_a_client_id_has_at_most_64_bytes(given: str, allowed: bool) -> None:
    try:
        assert client_id(given, "all", HELLO) == given
    except Refusal as refused:
        assert (refused.errcode, allowed) == (45067, False)
    else:
        assert allowed


@pytest.mark.parametrize(
    ("age", "errcode"),
    [(0, 45066), (REPEAT_TOO_FAST - 1, 45066), (REPEAT_TOO_FAST, 45065), (REPEAT - 1, 45065), (REPEAT, 0)],
)
def test_the_same_message_is_sent_again_after_a_day(age: int, errcode: int) -> None:
    try:
        check_repeat("m1", 7, NOW, NOW + age)
    except Refusal as refused:
        assert (refused.errcode, refused.facts["msg_id"]) == (errcode, 7)
    else:
        assert errcode == 0


@pytest.mark.parametrize(
    ("openids", "told"),
    [
        ([], 40130),
        (["a"], 40130),
        (["a", "a"], 40130),
        (["b", "a", "b"], ["b", "a"]),
        ([str(n) for n in range(10_001)], 45019),
    ],
)
def test_a_list_names_two_people_or_more_each_once(openids: list[str], told: Any) -> None:
    try:
        assert check_people(openids) == told
    except Refusal as refused:
        assert refused.errcode == told


@pytest.mark.parametrize(("tag", "cause"), [(None, "no_target"), (0, "unknown_tag"), (2, "unknown_tag")])
def test_an_account_has_no_tags(tag: int | None, cause: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_tag(tag)
    assert (refused.value.errcode, refused.value.cause) == (45159, cause)
