"""What a callback may be set to (spec: events.md 1)."""

from __future__ import annotations

import re

from kaquan.errors import Errcode

MODES = ("plain", "compatible", "safe")
FORMATS = ("xml", "json")
TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")

SECRETS_ORDER = ("40097 callback_token", "40097 callback_aes_key")
"""The steps of :func:`check_secrets`."""


def check_secrets(token: str, aes_key: str, mode: str) -> None:
    """Go on only if token and key have their form; the key may be left out in plain mode.

    Raises:
        Refusal: 40097.
    """
    if not TOKEN.fullmatch(token):
        raise Errcode.INVALID_ARGS("callback_token", path="token", expected="3 to 32 of A-Z a-z 0-9")
    if (aes_key or mode != "plain") and not AES_KEY.fullmatch(aes_key):
        raise Errcode.INVALID_ARGS("callback_aes_key", path="aes_key", expected="43 of A-Z a-z 0-9", mode=mode)
