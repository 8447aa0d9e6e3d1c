"""Codes as pages and links carry them: readable by their account alone (spec: codes.md 4)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kaquan.errors import Errcode

NONCE_BYTES = 12
# The usual codes all give 64 characters, as the original's do, so that the length says nothing of the code.
PADDED_BYTES = 20


def encrypt_code(key: bytes, code: str, nonce: bytes) -> str:
    """Return a code encrypted for its account: 64 characters of base64 for codes of up to 20 bytes.

    Args:
        key: the account's key, 32 bytes.
        code: the code, without NUL.
        nonce: 12 random bytes, never the same twice.
    """
    sealed = AESGCM(key).encrypt(nonce, code.encode().ljust(PADDED_BYTES, b"\0"), None)
    return base64.b64encode(nonce + sealed).decode()


def decrypt_code(key: bytes, text: str) -> str:
    """Return the code; what links do to it is undone: ``+`` that became a blank, ``%2B`` that was never decoded.

    Raises:
        Refusal: 40075 a broken text, or one of another account.
    """
    try:
        raw = base64.b64decode(unquote(text).replace(" ", "+"), validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).rstrip(b"\0").decode()
    except (binascii.Error, ValueError) as fault:
        raise Errcode.INVALID_ENCRYPT_CODE("not_base64", path="encrypt_code", length=len(text)) from fault
    except InvalidTag as fault:
        raise Errcode.INVALID_ENCRYPT_CODE("not_ours", path="encrypt_code", length=len(text)) from fault
