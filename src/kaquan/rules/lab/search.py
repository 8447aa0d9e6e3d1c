"""The search for the mistake behind a signature that does not hold: one, else two at once, in bounded work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from operator import itemgetter

import msgspec

from kaquan.rules.lab.draft import Draft, Finding, Given, by_pairs, read_given, right_way
from kaquan.rules.lab.mistakes import MISTAKES, Mistake
from kaquan.rules.lab.question import NEEDED, OPTIONAL, TICKET, Parts, Question

MOST_TRIES = 12_000
LONGEST_VALUE = 2048
SHOWN = 6
NO_TICKET = ""

Try = tuple[tuple[Finding, ...], Draft]


class Verdict(msgspec.Struct, frozen=True):
    """What the laboratory found.

    Args:
        holds: the signature is good.
        found: the mistakes that make it, at most two, and ``unknown`` where none of the known ones does; empty when
            it holds.
        remarks: what is odd about a signature that holds.
        right: the signature that the values have to carry, empty where no ticket stands.
        parts: the values as they are signed, in order; of the ticket its first characters alone.
        string: what is signed, with the ticket shown so.
        tries: how many signatures were computed.
    """

    holds: bool
    found: tuple[Finding, ...]
    remarks: tuple[Finding, ...]
    right: str
    parts: Parts
    string: str
    tries: int


def examine(ask: Question) -> Verdict:
    """Tell whether a signature holds, and else by which mistake it came about.

    Args:
        ask: the signature and what is known about it.
    """
    given = read_given(ask.given)
    right = [Draft(ask.with_ticket(one, sent), right_way(ask.kind)) for one in ask.good_tickets for sent in ask.sent]
    if not given.faults and any(given.fits(one) for one in right):
        return _verdict(ask, right, True, (), (Finding("upper_case"),) if given.upper else (), len(right))
    found, tries = _search(ask, given, right) if given.digest and _short(ask) else (given.faults or None, 0)
    return _verdict(ask, right, False, found or _unknown(ask, given), (), len(right) + tries)


def mask_ticket(ticket: str) -> str:
    """Return the first characters of a ticket and its length, which tell tickets apart and sign nothing."""
    shown = ticket[:SHOWN] if len(ticket) > 4 * SHOWN else ""
    return f"{shown}…({len(ticket)})"


def _search(ask: Question, given: Given, right: list[Draft]) -> tuple[tuple[Finding, ...] | None, int]:
    tries = 0
    for found, draft in islice(_drafts(ask, given, right), MOST_TRIES):
        tries += 1
        if given.fits(draft):
            return found, tries
    return None, tries


def _drafts(ask: Question, given: Given, right: list[Draft]) -> Iterator[Try]:
    """Yield what could have been done, the simplest first."""
    starts = right or [Draft(ask.with_ticket(NO_TICKET, sent), right_way(ask.kind)) for sent in ask.sent]
    starts = [one._replace(algorithm=given.algorithm) for one in starts]
    faults = given.faults
    if faults:
        yield from ((faults, one) for one in starts)
    if len(faults) > 1:
        return
    mistakes = MISTAKES[ask.kind]
    for start in starts:
        for mistake in mistakes:
            yield from _after(mistake, start, ask, faults, not faults)
    if not faults:
        yield from _pairs(starts[0], ask, mistakes)


def _pairs(start: Draft, ask: Question, mistakes: tuple[Mistake, ...]) -> Iterator[Try]:
    for place, first in enumerate(mistakes):
        for found, draft in _after(first, start, ask, (), False):
            for second in mistakes[place:]:
                if not first.group or first.group != second.group:
                    yield from _after(second, draft, ask, found, False)


def _after(mistake: Mistake, start: Draft, ask: Question, made: tuple[Finding, ...], alone: bool) -> Iterator[Try]:
    name = mistake.name
    for facts, draft in mistake.way(start, ask, alone):
        yield (*made, Finding(name, facts)), draft


def _short(ask: Question) -> bool:
    """Tell whether the values are short enough to be signed thousands of times."""
    texts = [text for sent in ask.sent for _, text in sent] + [*ask.extras.values(), *ask.good_tickets]
    return bool(ask.sent) and max(map(len, texts), default=0) <= LONGEST_VALUE


def _unknown(ask: Question, given: Given) -> tuple[Finding, ...]:
    sent = [name for name, _ in ask.sent[0]] if ask.sent else []
    missing = [name for name in OPTIONAL[ask.kind] if name not in sent]
    lost = () if ask.good_tickets else (Finding("no_ticket", {"ticket": NEEDED[ask.kind]}),)
    facts = {"members": [*sent, *ask.extras] if ask.kind != "config" else sent, "not_sent": missing}
    return (*given.faults, *(lost or (Finding("unknown", facts),)))


def _verdict(
    ask: Question,
    right: list[Draft],
    holds: bool,
    found: tuple[Finding, ...],
    remarks: tuple[Finding, ...],
    tries: int,
) -> Verdict:
    if not right:
        return Verdict(holds, found, remarks, "", (), "", tries)
    parts = in_order(ask, mask_ticket)
    return Verdict(holds, found, remarks, right[0].digest().hex(), parts, as_signed(ask, parts), tries)


def in_order(ask: Question, show: Callable[[str], str]) -> Parts:
    """Return the values in the order in which they are signed.

    Args:
        ask: with a ticket that stands.
        show: what is shown of the ticket.
    """
    ticket = TICKET[ask.kind]
    parts = ask.with_ticket(ask.good_tickets[0], ask.sent[0])
    ordered = parts if ask.kind == "config" else sorted(parts, key=itemgetter(1))
    return tuple((name, show(text) if name == ticket else text) for name, text in ordered)


def as_signed(ask: Question, parts: Parts) -> str:
    """Return ordered values as the text whose digest is taken."""
    return by_pairs(parts) if ask.kind == "config" else "".join(text for _, text in parts)
