"""What somebody typed who looks for a code or for a person."""

from __future__ import annotations

import re
import unicodedata

from kaquan.rules.openid import OPENID

CARD_ID = re.compile(r"p[A-Za-z0-9_-]{27}")
_BLANKS = re.compile(r"\s+")
OF_CARD, OF_PERSON, OF_CODE = "card", "person", "code"
MOST = 128


def typed(text: str) -> str:
    """Return what was typed without blanks at its ends, in plain letters, at most 128 of them."""
    return unicodedata.normalize("NFKC", text).strip()[:MOST]


def meanings(text: str, prefix: str) -> list[tuple[str, str]]:
    """Return what a text may mean, the likeliest first: a kind and the text to look for.

    Args:
        text: as of :func:`typed`.
        prefix: what the ids of the account carry behind their first letter.
    """
    if not text:
        return []
    of_account = text[1 : len(prefix) + 1] == prefix
    if OPENID.fullmatch(text) and of_account:
        return [(OF_PERSON, text), (OF_CODE, text)]
    if CARD_ID.fullmatch(text) and of_account:
        return [(OF_CARD, text), (OF_CODE, text)]
    # Codes are read aloud and printed in groups.
    joined = _BLANKS.sub("", text)
    codes = [(OF_CODE, text)] + ([(OF_CODE, joined)] if joined != text and joined.isdigit() else [])
    return [*codes, (OF_PERSON, text)]
