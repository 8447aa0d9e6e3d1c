"""Which codes may be deposited, and which a call may name together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Refusal
from kaquan.rules.deposit import EMPTY, TOO_LONG, UNPRINTABLE, check_different, check_list, flaw

FINE = ""
ODD = [" 1", "1 ", "a\tb", "a\nb", "\x7f", "\u3000", "\u200b1", "\ud800", "\u00a01"]


def refusal(check: Callable[[list[str]], None], codes: list[str]) -> str:
    """Return errcode, cause and place of a refusal; nothing for none."""
    try:
        check(codes)
    except Refusal as refused:
        return f"{int(refused.errcode)} {refused.cause} {refused.facts['path']}"
    return FINE


@pytest.mark.parametrize(
    ("codes", "answer"),
    [
        (["1"], FINE),
        ([str(number) for number in range(100)], FINE),
        (["x" * 500], FINE),
        (["1", "1"], FINE),
        ([str(number) for number in range(101)], "40109 too_many code"),
        ([""] * 101, "40109 too_many code"),
        ([], "40110 empty_list code"),
        (["1", "", ""], "40110 empty_code code[1]"),
    ],
)
def test_a_call_names_1_to_100_codes(codes: list[str], answer: str) -> None:
    assert refusal(check_list, codes) == answer


@pytest.mark.parametrize(
    ("codes", "answer"),
    [
        (["1", "2", "01", "1 "], FINE),
        (["1", "2", "1"], "40111 repeated code[2]"),
        (["1", "2", "2", "1"], "40111 repeated code[2]"),
    ],
)
def test_a_call_deposits_each_code_once(codes: list[str], answer: str) -> None:
    assert refusal(check_different, codes) == answer


@given(st.lists(st.text(max_size=3), max_size=8))
def test_a_repetition_is_found_exactly_where_one_is(codes: list[str]) -> None:
    assert bool(refusal(check_different, codes)) == (len(set(codes)) < len(codes))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("0", FINE),
        ("汉" * 20, FINE),
        ("a b-_=+@'\"", FINE),
        ("=1+1", FINE),
        ("😀", FINE),
        ("", EMPTY),
        ("汉" * 21, TOO_LONG),
        (" " * 21, TOO_LONG),
        *((code, UNPRINTABLE) for code in ODD),
    ],
)
def test_a_code_is_printable_and_of_at_most_20_characters(code: str, why: str) -> None:
    assert flaw(code) == why
