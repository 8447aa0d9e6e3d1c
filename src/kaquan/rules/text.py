"""Texts as the wire counts them, and as logs and diagnoses may show them."""

from __future__ import annotations

import re

SHOWN = 4
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
HIDDEN = "***"
SECRETS = (
    "access_token",
    "refresh_token",
    "secret",
    "appsecret",
    "token",
    "aes_key",
    "signature",
    "msg_signature",
    "encrypt_code",
    # An OAuth code; codes of cards are shorter.
    r"code(?==[A-Za-z0-9]{32}(?:&|$))",
)
_SECRET_PAIR = re.compile(rf"((?:^|[?&])(?:{'|'.join(SECRETS)})=)[^&]*", re.IGNORECASE)
_OPENID = re.compile(r"(?<![A-Za-z0-9_-])(o[A-Za-z0-9_-]{3})[A-Za-z0-9_-]{20}([A-Za-z0-9_-]{4})(?![A-Za-z0-9_-])")


def utf8_len(text: str) -> int:
    """Return the length in UTF-8 bytes, which is what ``string(n)`` limits (spec: cards.md 3); a 汉字 takes 3."""
    return len(text.encode())


def storable(text: str) -> str:
    """Return a text without U+0000, which PostgreSQL stores in no text; the replacement character takes its place."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: what could begin one gets an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def mask_openid(openid: str) -> str:
    """Return an openid that can be recognised but not used: its first and last four characters."""
    return f"{openid[:SHOWN]}{HIDDEN}{openid[-SHOWN:]}" if len(openid) > 2 * SHOWN else HIDDEN


def mask_openids(text: str) -> str:
    """Return a text with every openid in it masked."""
    return _OPENID.sub(rf"\1{HIDDEN}\2", text)


def mask_pairs(query: str) -> str:
    """Return a query string, or a form, with the values of its secrets starred."""
    return _SECRET_PAIR.sub(rf"\1{HIDDEN}", query)


def mask_query(query: str) -> str:
    """Return a query string with the values of its secrets starred and its openids masked."""
    return mask_openids(mask_pairs(query))
