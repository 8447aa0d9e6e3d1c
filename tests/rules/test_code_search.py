"""One box tells by itself what was typed into it."""

from __future__ import annotations

import pytest

from kaquan.rules.code_search import meanings, typed

PREFIX = "Abc123"
OPENID, OTHER = "oAbc123" + "x" * 21, "oXyz999" + "x" * 21
CARD = "pAbc123" + "x" * 21


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (OPENID, [("person", OPENID), ("code", OPENID)]),
        (OTHER, [("code", OTHER), ("person", OTHER)]),
        (CARD, [("card", CARD), ("code", CARD)]),
        ("123456789012", [("code", "123456789012"), ("person", "123456789012")]),
        (
            "1234 5678 9012",
            [("code", "1234 5678 9012"), ("code", "123456789012"), ("person", "1234 5678 9012")],
        ),
        ("阿 猫", [("code", "阿 猫"), ("person", "阿 猫")]),
    ],
)
def test_a_text_means_what_it_looks_like(text: str, expected: list[tuple[str, str]]) -> None:
    assert meanings(text, PREFIX) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("  １２３ ", "123"), ("x" * 300, "x" * 128), ("\t", ""), ("ａｂ c", "ab c")]
)
def test_what_is_typed_is_taken_in_plain_letters(text: str, expected: str) -> None:
    assert typed(text) == expected
