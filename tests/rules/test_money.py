"""Amounts in yuan, as they are typed and shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.rules.money import MOST_FEN, fen_of, yuan_of


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1", 100),
        ("12.5", 1250),
        ("12.50", 1250),
        ("0.01", 1),
        ("0012", 1200),
        (" 8 ", 800),
        ("¥8", 800),
        ("￥8.8", 880),
        ("１２．５", 1250),
        ("1000000000", MOST_FEN),
        ("", None),
        ("0", None),
        ("0.00", None),
        ("-1", None),
        ("1.005", None),
        ("1,000", None),
        ("1e3", None),
        (".5", None),
        ("5.", None),
        ("十", None),
        ("1000000000.01", None),
        ("9" * 40, None),
    ],
)
def test_yuan_become_fen_or_nothing(typed: str, fen: int | None) -> None:
    assert fen_of(typed) == fen


@given(st.integers(1, MOST_FEN))
def test_what_is_shown_can_be_typed(fen: int) -> None:
    assert fen_of(yuan_of(fen)) == fen


@pytest.mark.parametrize(("fen", "yuan"), [(100, "1"), (150, "1.50"), (5, "0.05"), (0, "0")])
def test_fen_are_shown_as_yuan(fen: int, yuan: str) -> None:
    assert yuan_of(fen) == yuan
