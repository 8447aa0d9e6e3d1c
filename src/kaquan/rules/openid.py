"""What an openid looks like (spec: cards.md 1.4)."""

from __future__ import annotations

import re

from kaquan.errors import Errcode
from kaquan.rules.fields import shown

OPENID = re.compile(r"o[A-Za-z0-9_-]{27}")


def check_openid(openid: str) -> None:
    """Go on only if the text can be an openid.

    Raises:
        Refusal: 40003.
    """
    if not OPENID.fullmatch(openid):
        raise Errcode.INVALID_OPENID("malformed", got=shown(openid), expected="o and 27 of A-Z a-z 0-9 _ -")
