"""Which codes may be deposited (spec: codes.md 8, qa_cases.md Q8)."""

from __future__ import annotations

from collections.abc import Sequence

from kaquan.errors import Errcode
from kaquan.errors.change import Change
from kaquan.rules.code import presentable
from kaquan.rules.fields import MAX_CODE_CHARACTERS

MOST = 100
TOO_LONG = "too long"
UNPRINTABLE = "blank at an end or unprintable character"
EMPTY = "empty"
LIST_ORDER = ("40109 too_many", "40110 empty_list empty_code")
"""The steps of :func:`check_list`."""


def check_list(codes: Sequence[str]) -> None:
    """Go on only if a call may name these codes at once.

    Raises:
        Refusal: 40109 more than 100, 40110 none, or an empty text among them.
    """
    if len(codes) > MOST:
        raise Errcode.TOO_MANY_CODES("too_many", path="code", size=len(codes), limit=MOST)
    if not codes:
        raise Errcode.EMPTY_CODE("empty_list", path="code", expected=f"list of {MOST}", got="list of 0", limit=MOST)
    if "" in codes:
        path = f"code[{codes.index('')}]"
        raise Errcode.EMPTY_CODE("empty_code", path=path, repair=Change("remove", "").text(path))


def check_different(codes: Sequence[str]) -> None:
    """Go on only if no code stands in a call twice.

    Raises:
        Refusal: 40111.
    """
    seen: set[str] = set()
    for position, code in enumerate(codes):
        if code in seen:
            path = f"code[{position}]"
            raise Errcode.SAME_CODE("repeated", path=path, code=code, repair=Change("remove", code).text(path))
        seen.add(code)


def flaw(code: str) -> str:
    """Return why a text cannot be a code; empty when it can."""
    if not code:
        return EMPTY
    if len(code) > MAX_CODE_CHARACTERS:
        return TOO_LONG
    return "" if presentable(code) else UNPRINTABLE
