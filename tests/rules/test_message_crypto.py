"""Encryption of pushed messages."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.vectors import VECTORS, by_name, named
from kaquan.rules.message_crypto import UndecipherableMessage, aes_key_of, decrypt_message, encrypt_message

Case = dict[str, Any]
AES = VECTORS["aes_message"]
NEGATIVE = by_name(AES["negative"])
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
APPID = VECTORS["about"]["fixtures"]["appid"]
Bytes16 = st.binary(min_size=16, max_size=16)


def random_of(case: Case) -> bytes:
    text: str = case["inputs"]["random16"]
    return bytes.fromhex(text[4:]) if text.startswith("hex:") else text.encode()


@named(AES["keys"], "encoding_aes_key")
def test_a_key_is_43_characters_of_base64_whatever_its_spare_bits(case: Case) -> None:
    assert aes_key_of(case["encoding_aes_key"]).hex() == case["key_hex"]


@pytest.mark.parametrize("text", ["", KEY[:-1], KEY + "A", "*" * 43, "A" * 42 + "="])
def test_another_form_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        aes_key_of(text)


@named(AES["cases"])
def test_a_message_is_encrypted_as_published(case: Case) -> None:
    inputs = case["inputs"]
    text = inputs["message"].encode()
    encrypted = encrypt_message(inputs["encoding_aes_key"], inputs["appid"], text, random_of(case))
    assert (len(text), len(base64.b64decode(encrypted))) == (case["message_bytes"], case["ciphertext_bytes"])
    assert encrypted == case["encrypt"]


@named(AES["cases"])
def test_a_message_is_decrypted_as_published(case: Case) -> None:
    inputs = case["inputs"]
    opened = decrypt_message(inputs["encoding_aes_key"], case["encrypt"])
    assert opened == (inputs["message"].encode(), inputs["appid"])


def test_the_appid_that_travels_inside_shows_a_foreign_message() -> None:
    foreign = NEGATIVE["wrong_appid_tail"]
    _, appid = decrypt_message(foreign["encoding_aes_key"], foreign["encrypt"])
    assert appid != APPID


@given(st.binary(max_size=200), st.text(st.characters(codec="ascii"), max_size=20), Bytes16, Bytes16)
@example(b"x" * 26, APPID, b"\0" * 16, b"\0" * 16)
def test_what_is_encrypted_can_be_decrypted(text: bytes, appid: str, random: bytes, half: bytes) -> None:
    key = base64.b64encode(half + random).decode().rstrip("=")
    assert decrypt_message(key, encrypt_message(key, appid, text, random)) == (text, appid)


@given(st.one_of(st.text(max_size=50), st.binary(max_size=100).map(lambda raw: base64.b64encode(raw).decode())))
def test_anything_else_is_undecipherable(text: str) -> None:
    with pytest.raises(UndecipherableMessage):
        decrypt_message(KEY, text)


def test_another_key_does_not_open_a_message() -> None:
    with pytest.raises(UndecipherableMessage):
        decrypt_message("B" * 43, encrypt_message(KEY, APPID, b"<xml></xml>", bytes(16)))
