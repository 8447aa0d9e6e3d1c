"""Sums of money as people read them; stored in fen."""

from __future__ import annotations


def yuan_of(fen: int) -> str:
    """Return fen in yuan, without decimals where there are none."""
    yuan, rest = divmod(fen, 100)
    return f"{yuan}.{rest:02d}" if rest else str(yuan)
