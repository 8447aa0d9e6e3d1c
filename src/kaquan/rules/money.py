"""Sums of money as people type and read them; stored in fen."""

from __future__ import annotations

import re
import unicodedata

MOST_FEN = 10**11
_YUAN = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,2}))?")


def fen_of(typed: str) -> int | None:
    """Return the fen of an amount typed in yuan; None unless it is more than nothing, with two decimals at most."""
    text = unicodedata.normalize("NFKC", typed).strip().removeprefix("¥").strip()
    found = _YUAN.fullmatch(text)
    if found is None:
        return None
    yuan, rest = found.groups(default="")
    fen = int(yuan) * 100 + int(rest.ljust(2, "0") or 0)
    return fen if 0 < fen <= MOST_FEN else None


def yuan_of(fen: int) -> str:
    """Return fen in yuan, without decimals where there are none."""
    yuan, rest = divmod(fen, 100)
    return f"{yuan}.{rest:02d}" if rest else str(yuan)
