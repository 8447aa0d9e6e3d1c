"""``Idempotency-Key``: a call that is sent again gets the first answer, not a second effect. An extension of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from kaquan.errors import Errcode, Refusal

LIFE = 86_400
MOST_CHARACTERS = 255


class Said(msgspec.Struct, frozen=True):
    """The answer of an earlier call with the same key, byte for byte."""

    text: str


class Once(msgspec.Struct, frozen=True):
    """The key of one call.

    Args:
        key: as sent.
        digest: of what the key stands for: the path and the body.
        now: the app's time, UTC seconds.
        answer: makes the answer's text from what the action returned; of a hot command one that can be pickled.
    """

    key: str
    digest: str
    now: int
    answer: Callable[[Any], str]


def check_key(key: str) -> str:
    """Return a key that can be kept.

    Raises:
        Refusal: 9990001, it is too long or has characters that are not printable ASCII.
    """
    if not (len(key) <= MOST_CHARACTERS and key.isascii() and key.isprintable()):
        expected = f"1 to {MOST_CHARACTERS} of printable ASCII"
        raise Errcode.INVALID_IDEMPOTENCY_KEY("malformed", expected=expected, got=f"{len(key)} characters")
    return key


def digest(path: str, body: bytes) -> str:
    """Return what a key is bound to."""
    return hashlib.sha256(path.encode() + b"\n" + body).hexdigest()


def earlier(once: Once, digest: str, text: str) -> Said | Refusal:
    """Return what a key's second call gets: the first answer, or 9990001 for another request."""
    if once.digest == digest:
        return Said(text)
    return Errcode.INVALID_IDEMPOTENCY_KEY("other_request", key=once.key)
