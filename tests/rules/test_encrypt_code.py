"""Codes as links carry them."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Errcode, Refusal
from kaquan.rules.encrypt_code import decrypt_code, encrypt_code

KEY = bytes(range(32))
CODE = "110201201245"
Nonces = st.binary(min_size=12, max_size=12)
Codes = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=32)


def with_plus() -> str:
    """Return an encrypted code with a plus sign in it."""
    texts = (encrypt_code(KEY, CODE, bytes([number] * 12)) for number in range(256))
    return next(text for text in texts if "+" in text)


def refused(text: str) -> tuple[Errcode, str, dict[str, Any]]:
    """Return why a text is no code of the account."""
    with pytest.raises(Refusal) as caught:
        decrypt_code(KEY, text)
    return caught.value.errcode, caught.value.cause, caught.value.facts


@given(Codes, Nonces)
def test_an_encrypted_code_is_read_by_its_account(code: str, nonce: bytes) -> None:
    assert decrypt_code(KEY, encrypt_code(KEY, code, nonce)) == code


@given(st.text("0123456789", min_size=1, max_size=20), Nonces)
def test_the_length_says_nothing_of_the_code(code: str, nonce: bytes) -> None:
    assert len(encrypt_code(KEY, code, nonce)) == 64


@pytest.mark.parametrize("spoil", [lambda text: text.replace("+", " "), quote, lambda text: quote(text, safe="")])
def test_what_links_do_to_a_code_is_undone(spoil: Any) -> None:
    assert decrypt_code(KEY, spoil(with_plus())) == CODE


def test_the_same_code_looks_different_each_time() -> None:
    assert encrypt_code(KEY, CODE, bytes(12)) != encrypt_code(KEY, CODE, bytes([1] * 12))


@pytest.mark.parametrize("text", ["", "A", "not base64!", "é" * 64, "A" * 63, base64.b64encode(b"short").decode()])
def test_a_broken_text_is_refused(text: str) -> None:
    facts = {"path": "encrypt_code", "length": len(text)}
    assert refused(text) == (Errcode.INVALID_ENCRYPT_CODE, "not_base64", facts)


@pytest.mark.parametrize(
    "text",
    [
        encrypt_code(bytes(32), CODE, bytes(12)),
        "A" * 64,
        "B" + encrypt_code(KEY, CODE, bytes(12))[1:],
        encrypt_code(KEY, CODE, bytes(12))[:-4],
    ],
)
def test_a_code_of_another_account_or_a_changed_one_is_refused(text: str) -> None:
    facts = {"path": "encrypt_code", "length": len(text)}
    assert refused(text) == (Errcode.INVALID_ENCRYPT_CODE, "not_ours", facts)
