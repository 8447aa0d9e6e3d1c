"""What happened to a code, read from the journal in pieces and put into words, for the console and for the till."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from kaquan.actions.keep_audit import Entry
from kaquan.actions.trace_code import (
    SHORT,
    Push,
    find_audit,
    find_known,
    find_lines,
    find_pushes,
    next_span,
    nicknames,
)
from kaquan.rules.code_trace import (
    ACCEPT,
    CONSUME,
    RENAME,
    VOID,
    Kept,
    Known,
    Line,
    Span,
    Step,
    renamed_from,
    steps,
    windows,
)
from kaquan.rules.ids import LAST_ID
from kaquan.rules.money import yuan_of
from kaquan.web.code_words import SOURCES, STEPS, WAYS
from kaquan.web.texts import Texts
from kaquan.web.visit import Visit

# How often a code may have got another text, for who follows it back.
MOST_NAMES = 10
BY_DESK = {CONSUME: ("code.consume", "till.consume"), VOID: ("code.void",)}


class Traced(msgspec.Struct, frozen=True):
    """What happened to a code, and who it was.

    Args:
        known: what the rows know.
        steps: its changes, the first one first.
        whole: whether all of the journal was looked through.
        pushes: what became of the events, by the ids of their lines.
        audit: what was done to it at a desk.
        names: of the people in it, by openid.
    """

    known: Known
    steps: list[Step]
    whole: bool
    pushes: dict[int, Push]
    audit: list[Entry]
    names: dict[str, str]

    def by_desk(self, step: Step) -> Entry | None:
        """Return who at a desk made a step, as the audit log has it."""
        wanted = BY_DESK.get(step.kind, ())
        return next((one for one in self.audit if one.action in wanted), None)


async def trace(visit: Visit, kept: Kept, whole: bool = False) -> Traced:
    """Find out what happened to a code.

    Args:
        visit: at whose account.
        kept: the code.
        whole: look through all of the journal, however long it is.
    """
    appid = visit.app.appid
    known = await visit.read(lambda tx: find_known(tx, appid, kept))
    spans, is_whole = await _spans(visit, known, whole)
    texts, earlier, lines = known.texts, dict[str, int](), list[Line]()
    for _ in range(MOST_NAMES):
        lines = await _lines(visit, spans, texts | set(earlier), kept.code.card_id)
        if renamed_from(lines, {kept.code.code, *earlier}).keys() <= earlier.keys():
            break
        earlier |= renamed_from(lines, {kept.code.code, *earlier})
    found = steps(known, lines, earlier, visit.now)
    return await _about(visit, known, found, spans, is_whole, earlier)


async def _spans(visit: Visit, known: Known, whole: bool) -> tuple[list[Span], bool]:
    """Return where to look, and whether that is all of the journal."""
    appid = visit.app.appid
    span = await visit.read(lambda tx: next_span(tx, appid, 0, SHORT))
    spans = [span]
    if span[1] < LAST_ID and not whole:
        return windows(known.times, (0, visit.app.clock_offset)), False
    while span[1] < LAST_ID:
        # One by one, so that others have their turns.
        span = await visit.read(partial(next_span, appid=appid, after=span[1]))
        spans.append(span)
    return spans, True


async def _lines(visit: Visit, spans: list[Span], texts: set[str], card_id: str) -> list[Line]:
    appid, found = visit.app.appid, list[Line]()
    for span in spans:
        found += await visit.read(partial(find_lines, appid=appid, texts=texts, card_id=card_id, span=span))
    return found


async def _about(
    visit: Visit, known: Known, found: list[Step], spans: list[Span], whole: bool, earlier: dict[str, int]
) -> Traced:
    appid, texts = visit.app.appid, known.texts | set(earlier)
    events = [one.line.id for one in found if one.line is not None and one.line.event]
    openids = {known.kept.code.openid, *(one.openid for one in found), *(staff_of(one) for one in found)} - {""}
    audit = [
        entry for span in spans for entry in await visit.read(partial(find_audit, appid=appid, texts=texts, span=span))
    ]
    pushes = await visit.read(lambda tx: find_pushes(tx, appid, events))
    names = await visit.read(lambda tx: nicknames(tx, appid, openids))
    return Traced(known, found, whole, pushes, audit, names)


def staff_of(step: Step) -> str:
    """Return the openid of the staff who redeemed a code, empty where none is known."""
    return str(step.line.fields.get("StaffOpenId", "")) if step.line and step.kind == CONSUME else ""


class Told(msgspec.Struct, frozen=True):
    """A step in words: a title, and label and text of what else there is to say."""

    title: str
    facts: list[tuple[str, str]]


def told(text: Texts, traced: Traced, step: Step) -> Told:
    """Say what a step was, by which way it was made, and by whom."""
    fields = step.line.fields if step.line else {}
    entry = traced.by_desk(step)
    said = [
        (text("方式"), _way(text, step)),
        (text("操作人"), entry.name if entry else traced.names.get(staff_of(step), staff_of(step))),
        (text("理由"), (entry.reason if entry else "") or _reason(step, traced)),
        *((text(label), shown) for label, shown in _details(text, step, fields)),
    ]
    return Told(text(STEPS.get(step.kind, step.kind)), [(label, shown) for label, shown in said if shown])


def _way(text: Texts, step: Step) -> str:
    if step.kind != CONSUME:
        return text(WAYS[step.kind]) if step.kind in WAYS else ""
    source = step.line.fields.get("ConsumeSource", "") if step.line else ""
    return text(SOURCES[source]) if source in SOURCES else source


def _reason(step: Step, traced: Traced) -> str:
    return traced.known.kept.reason if step.kind == VOID else ""


def _details(text: Texts, step: Step, fields: dict[str, Any]) -> list[tuple[str, str]]:
    amount = str(fields.get("RemarkAmount", ""))
    given: dict[str, Callable[[], str]] = {
        text("渠道"): lambda: str(fields.get("OuterStr") or fields.get("OuterId") or ""),
        text("门店"): lambda: str(fields.get("LocationName", "")),
        text("金额"): lambda: f"¥{yuan_of(int(amount))}" if amount.isdigit() else "",
        text("验证码"): lambda: str(fields.get("VerifyCode", "")),
        text("转赠给"): lambda: text("群聊") if fields.get("IsChatRoom") else "",
    }
    details = [(label, shown()) for label, shown in given.items()]
    return [*details, *([(text("旧券码"), step.other)] if step.kind == RENAME else [])]


def other_code(text: Texts, traced: Traced, step: Step) -> tuple[str, str]:
    """Return label and text of the code that a gift made of another one; both empty without one."""
    if step.kind != ACCEPT or not step.other:
        return "", ""
    became = any(one.new_code == step.other for one in traced.known.gifts)
    return text("对方的新券码") if became else text("赠出方的券码"), step.other
