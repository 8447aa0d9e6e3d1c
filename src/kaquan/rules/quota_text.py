"""Limits of calls as people write them: a number or ``none``, and CALLS/SECONDS for a short window."""

from __future__ import annotations

import re

from kaquan.rules.quota import CARDS, DAY, UNLIMITED, UNSAID

MOST_CALLS = 10**12
NOTHING = "none"
_PATTERN = re.compile(r"/[\w./-]*\*?", re.ASCII)
_WINDOW = re.compile(r"(\d{1,12})/(\d{1,5})", re.ASCII)
_NUMBER = re.compile(r"\d{1,13}", re.ASCII)


def is_pattern(text: str) -> bool:
    """Tell whether a text is a path, or the beginning of paths with ``*`` behind it."""
    return _PATTERN.fullmatch(text) is not None


def has_window(path: str) -> bool:
    """Tell whether calls of these paths can be limited in a short window."""
    return path.startswith(CARDS)


def read_number(text: str) -> int | None:
    """Return a limit as it is kept; nothing written says nothing. None where it is no limit."""
    if text in ("", NOTHING):
        return UNLIMITED if text else UNSAID
    return int(text) if _NUMBER.fullmatch(text) and 1 <= int(text) <= MOST_CALLS else None


def read_window(text: str) -> dict[str, int] | None:
    """Return calls and seconds of a short window as they are kept, None where it is none."""
    if not text:
        return {}
    if text == NOTHING:
        return {"calls": UNLIMITED, "seconds": 1}
    found = _WINDOW.fullmatch(text)
    if not found or int(found[1]) < 1 or not 1 <= int(found[2]) <= DAY:
        return None
    return {"calls": int(found[1]), "seconds": int(found[2])}
