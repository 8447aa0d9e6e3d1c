"""What an openid looks like, and what a callback may be set to."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Refusal
from kaquan.rules.callback import check_secrets
from kaquan.rules.openid import check_openid

URL_SAFE = string.ascii_letters + string.digits + "-_"
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
Tails = st.text(URL_SAFE, min_size=27, max_size=27)


@given(Tails)
def test_an_o_and_27_url_safe_characters_are_an_openid(tail: str) -> None:
    check_openid("o" + tail)


@pytest.mark.parametrize(
    ("openid", "got"),
    [
        ("", 'string ""'),
        ("o" + "A" * 26, f'string "o{"A" * 26}"'),
        ("o" + "A" * 28, f'string "o{"A" * 28}"'),
        ("p" + "A" * 27, f'string "p{"A" * 27}"'),
        ("O" + "A" * 27, f'string "O{"A" * 27}"'),
        ("o" + "A" * 26 + "+", f'string "o{"A" * 26}+"'),
        ("o" + "A" * 27 + "\n", f'string "o{"A" * 27}\\n"'),
        ("o" + "A" * 26 + "Ａ", f'string "o{"A" * 26}Ａ"'),
        ("o" + "A" * 26 + "٣", f'string "o{"A" * 26}٣"'),
    ],
)
def test_anything_else_is_none(openid: str, got: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_openid(openid)
    assert (int(refused.value.errcode), refused.value.cause) == (40003, "malformed")
    assert refused.value.facts == {"got": got, "expected": "o and 27 of A-Z a-z 0-9 _ -"}


@pytest.mark.parametrize(
    ("token", "aes_key", "mode"),
    [
        ("abc", "", "plain"),
        ("A" * 32, KEY, "plain"),
        ("Tok3n", KEY, "compatible"),
        ("Tok3n", KEY, "safe"),
        ("Tok3n", "+/" + KEY[2:], "safe"),
    ],
)
def test_secrets_in_their_form_are_taken(token: str, aes_key: str, mode: str) -> None:
    check_secrets(token, aes_key, mode)


@pytest.mark.parametrize(
    ("token", "aes_key", "mode", "cause"),
    [
        ("", "", "plain", "callback_token"),
        ("ab", "", "plain", "callback_token"),
        ("A" * 33, "", "plain", "callback_token"),
        ("Tok-n", "", "plain", "callback_token"),
        ("Tok3n\n", "", "plain", "callback_token"),
        ("Tok3n", "", "safe", "callback_aes_key"),
        ("Tok3n", "", "compatible", "callback_aes_key"),
        ("Tok3n", KEY[:-1], "plain", "callback_aes_key"),
        ("Tok3n", KEY + "=", "safe", "callback_aes_key"),
        ("Tok3n", "-" + KEY[1:], "safe", "callback_aes_key"),
        ("ab", "", "safe", "callback_token"),
    ],
)
def test_other_secrets_are_refused(token: str, aes_key: str, mode: str, cause: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_secrets(token, aes_key, mode)
    assert (int(refused.value.errcode), refused.value.cause) == (40097, cause)
    assert token not in {value for value in refused.value.facts.values() if token}
