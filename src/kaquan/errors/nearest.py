"""The likeliest meant of several names: what a diagnosis offers for a misspelt one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST = 64
NEAR = 0.75


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is the likeliest meant, or "" when none is near.

    Case, underscores and hyphens do not count, since ``cardId`` is how a typed language spells ``card_id``.
    """
    folded = {_folded(other): other for other in sorted(known)}
    found = difflib.get_close_matches(_folded(name[:LONGEST]), folded, n=1, cutoff=NEAR)
    return folded[found[0]] if found else ""


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
