"""Where a page begins and how long it is."""

from __future__ import annotations

from kaquan.errors import Errcode


def check_page(**numbers: int) -> None:
    """Go on only if none of these numbers, given by their names on the wire, is negative.

    Raises:
        Refusal: 40097 (spec: cards.md 7).
    """
    for name, number in numbers.items():
        if number < 0:
            raise Errcode.INVALID_ARGS("negative", path=name, got=number, expected="0 or more")
