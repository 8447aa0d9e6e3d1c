"""Spot checks of merchants' own codes: what may be answered, and what speaks against it (spec: qa_cases.md A5)."""

from __future__ import annotations

import re

import msgspec

from kaquan.rules.code import CONSUMED, EXPIRE

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
USED, UNUSED, LOST = ANSWERS = ("used", "unused", "lost")
PASSED, FAILED = VERDICTS = ("passed", "failed")
MOST_CODES = 50
NOTE_MOST = 200
_ID = re.compile(r"[0-9]{1,19}")
IDS = 1 << 63


class Answer(msgspec.Struct, frozen=True):
    """What a merchant says of one code; time in UTC seconds, 0 for none. Only a used code has a time and a place."""

    answer: str = ""
    used_time: int = 0
    place: str = ""
    note: str = ""


def check_number(text: str) -> int:
    """Return the id of a check that a path names, 0 for what is none."""
    return number if _ID.fullmatch(text) and (number := int(text)) < IDS else 0


def is_complete(given: Answer) -> bool:
    """Tell whether a code is answered for: a used one with when and where."""
    return given.answer in {UNUSED, LOST} or (given.answer == USED and bool(given.used_time and given.place))


def doubt(given: Answer, state: str) -> str:
    """Return what speaks against an answer, empty for nothing.

    Args:
        given: what the merchant says.
        state: what the platform knows of the code, as :func:`kaquan.rules.code.state` returns it; empty for a code that
            is gone.

    Returns:
        ``unreported``: used by the merchant's own words and never reported back; ``reported``: said to be unused and
        reported as consumed; ``lapsed``: past its validity and said to be lost.
    """
    if given.answer == USED and state != CONSUMED:
        return "unreported"
    if given.answer in {UNUSED, LOST} and state == CONSUMED:
        return "reported"
    return "lapsed" if given.answer == LOST and state == EXPIRE else ""


def places(picks: list[int], issued: int, size: int) -> list[int]:
    """Return distinct positions from 0 below ``issued``, drawn without favour.

    Args:
        picks: at least ``size`` random 63-bit numbers.
        issued: how many there are to draw from.
        size: how many are wanted; all of them where there are fewer.
    """
    drawn: dict[int, int] = {}
    for turn, pick in enumerate(picks[: min(size, issued)]):
        # The first places of a shuffled list, of which only what moved is kept.
        at = turn + pick % (issued - turn)
        drawn[at], drawn[turn] = drawn.get(turn, turn), drawn.get(at, at)
    return sorted(drawn[turn] for turn in range(min(size, issued)))
