"""Why a code is in its state: its changes in order, from the lines of the journal and from what its rows remember.

The journal has no index by code. What happened to one code is found by when it happened, which the rows of the code and
of its gifts know, and the ids of the lines increase with time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from kaquan.rules import code as rule
from kaquan.rules import gift as gift_rule
from kaquan.rules.code import Code
from kaquan.rules.gift import Gift
from kaquan.rules.ids import first_id

Span = tuple[int, int]
"""Ids from the first to before the last."""
# A line is made a moment after the time its change carries: behind other commands, or behind a lock.
BEFORE, AFTER = 2, 8
# The times of one person's events are moved apart, a second each.
MOVED = 120
CLAIM, GIFT, RETURN, ACCEPT = "claim", "gift", "gift_return", "gift_accept"
CONSUME, DELETE, VOID, RENAME, EXPIRE = "consume", "delete", "unavailable", "update", "expire"
ENDS = {rule.CONSUMED: CONSUME, rule.DELETE: DELETE, rule.UNAVAILABLE: VOID}
ORIGINS = {"claim": CLAIM, "gift": ACCEPT}


class Kept(msgspec.Struct, frozen=True):
    """An issued code with what its row says of how it came to be.

    Args:
        code: as the rules see it.
        origin: ``claim`` or ``gift``.
        claim_time: since when its holder has it, UTC seconds of the app.
        reason: why it was made void; of the line that stays with a giver, the text of the code.
        shown, content: of its card.
    """

    code: Code
    origin: str
    claim_time: int
    reason: str
    shown: str
    content: str


class Line(msgspec.Struct, frozen=True):
    """A line of the journal; ``create_time`` is the app's, UTC seconds."""

    id: int
    kind: str
    event: str
    create_time: int
    openid: str
    code: str
    fields: dict[str, Any]


class Step(msgspec.Struct, frozen=True):
    """One change of a code.

    Args:
        kind: what it was, as in the journal; ``expire`` is computed.
        at: the app's time, UTC seconds.
        openid: who held the code from then on, or did it.
        line: the journal's line, None where only the rows tell of the change, or where it is computed.
        other: the code that it came from or became, empty where it is the same.
    """

    kind: str
    at: int
    openid: str = ""
    line: Line | None = None
    other: str = ""


class Known(msgspec.Struct, frozen=True):
    """What the rows know of a code: the code, the lines that stayed with earlier holders, and its gifts."""

    kept: Kept
    left: list[Kept]
    gifts: list[Gift]

    @property
    def times(self) -> set[int]:
        """Return when something may have happened to it, the app's UTC seconds."""
        rows = (self.kept, *self.left)
        of_rows = (at for one in rows for at in (one.claim_time, one.code.status_time, one.code.event_time))
        return {*of_rows, *(at for one in self.gifts for at in (one.create_time, one.end_time))} - {0}

    @property
    def texts(self) -> set[str]:
        """Return the texts under which the journal may have it: its own, and what its gifts became."""
        return {self.kept.code.code, *(one.new_code for one in self.gifts)} - {""}


def windows(times: Iterable[int], offsets: Iterable[int] = (0,)) -> list[Span]:
    """Return where in the journal to look for changes, the earliest first; what meets is one.

    Args:
        times: of the changes, the app's UTC seconds.
        offsets: how many seconds the app's clock may have been ahead of the wall clock.
    """
    seconds = sorted({at - offset for at in times for offset in set(offsets)})
    merged: list[tuple[int, int]] = []
    for at in seconds:
        begin, end = at - BEFORE, at + AFTER
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], end
        else:
            merged.append((begin, end))
    return [(first_id(begin), first_id(end)) for begin, end in merged]


def renamed_from(lines: Iterable[Line], texts: Iterable[str]) -> dict[str, int]:
    """Return the texts that a code had before it got one of these, each with the id of the line that ended it."""
    wanted = set(texts)
    return {
        one.code: one.id
        for one in lines
        if one.kind == RENAME and one.fields.get("new_code") in wanted and one.code not in wanted
    }


def steps(known: Known, lines: Iterable[Line], earlier: dict[str, int], now: int) -> list[Step]:
    """Return every change of a code in order, the first one first.

    Args:
        known: what the rows know; a change of theirs without a line is a step all the same.
        lines: those found, of whatever codes.
        earlier: the texts that the code had before, each with the id of the line that ended it.
        now: the app's time, UTC seconds.
    """
    told = [step for one in lines if (step := _told(known, one, earlier)) is not None]
    told.sort(key=lambda one: one.line.id if one.line else 0)
    facts = [one for one in _facts(known) if not any(_same(one, line) for line in told)]
    if rule.state(known.kept.code, now) == rule.EXPIRE:
        facts.append(Step(EXPIRE, known.kept.code.end_time))
    return _between(told, facts)


def _between(told: list[Step], facts: list[Step]) -> list[Step]:
    """Return both in one order; lines keep their own, since times of a person's events are moved apart."""
    found = list(told)
    for fact in sorted(facts, key=lambda one: one.at):
        place = next((at for at, one in enumerate(found) if one.at > fact.at), len(found))
        found.insert(place, fact)
    return found


def _told(known: Known, line: Line, earlier: dict[str, int]) -> Step | None:
    """Return the step that a line tells of, None for a line of another code."""
    text, other = known.kept.code.code, ""
    if line.kind == ACCEPT:
        old = line.fields.get("OldUserCardCode", line.code)
        if text not in {old, line.code}:
            return None
        other = ({old, line.code} - {text} or {""}).pop()
    elif line.kind == RENAME:
        new = str(line.fields.get("new_code", ""))
        if new != text and new not in earlier:
            return None
        other = line.code
    elif line.code != text and line.id > earlier.get(line.code, 0):
        return None
    return Step(line.kind, line.create_time, line.openid, line, other)


def _facts(known: Known) -> list[Step]:
    """Return the changes that the rows remember, each once."""
    kept = known.kept
    found = [Step(ORIGINS[one.origin], one.claim_time, one.code.openid) for one in (*known.left, kept)]
    if kept.code.status in ENDS:
        found.append(Step(ENDS[kept.code.status], kept.code.status_time, kept.code.openid))
    found += [step for gift in known.gifts for step in _of_gift(gift)]
    return list({(one.kind, one.at): one for one in found}.values())


def _of_gift(gift: Gift) -> Iterator[Step]:
    yield Step(GIFT, gift.create_time, gift.openid)
    if gift.status == gift_rule.ACCEPTED:
        other = "" if gift.new_code == gift.code else gift.new_code
        yield Step(ACCEPT, gift.end_time, gift.taker, other=other)
    elif gift.end_time:
        yield Step(RETURN, gift.end_time, gift.openid)


def _same(fact: Step, told: Step) -> bool:
    return fact.kind == told.kind and 0 <= told.at - fact.at <= MOVED
