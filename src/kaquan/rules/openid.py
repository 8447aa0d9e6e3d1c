"""What an openid looks like (spec: cards.md 1.4)."""

from __future__ import annotations

import re

from kaquan.errors import Errcode
from kaquan.rules.fields import shown
from kaquan.rules.text import mask_openid

OPENID = re.compile(r"o[A-Za-z0-9_-]{27}")


def check_openid(openid: str, path: str = "") -> None:
    """Go on only if the text can be an openid; ``path`` is where a longer request has it.

    Raises:
        Refusal: 40003.
    """
    if not OPENID.fullmatch(openid):
        facts = {"got": shown(openid), "expected": "o and 27 of A-Z a-z 0-9 _ -", **({"path": path} if path else {})}
        raise Errcode.INVALID_OPENID("malformed", **facts)


def is_of_account(openid: str, prefix: str) -> bool:
    """Tell whether the openid can be one of the account whose ids carry this prefix."""
    return openid[1 : len(prefix) + 1] == prefix


def check_account(openid: str, prefix: str) -> None:
    """Go on only if the openid can be one of the account whose ids carry this prefix.

    Raises:
        Refusal: 40003.
    """
    if not is_of_account(openid, prefix):
        raise Errcode.INVALID_OPENID("stranger", openid=mask_openid(openid))
