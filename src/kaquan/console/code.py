"""One code: what it is, why it is so, and what its merchant may do about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from kaquan.actions.change_code import void_code
from kaquan.actions.consume_code import Consume
from kaquan.actions.trace_code import Push, find_kept
from kaquan.console.codes import code_path, person_path
from kaquan.errors import Errcode, Refusal
from kaquan.rules import code as rule
from kaquan.rules.card import from_text
from kaquan.rules.code_trace import Kept, Step
from kaquan.store.batch import outcome
from kaquan.web import card_words
from kaquan.web.code_words import PUSHES, STATES
from kaquan.web.desk import Desk, Said, console_path, desk
from kaquan.web.links import text_of
from kaquan.web.texts import zh
from kaquan.web.tracing import Traced, other_code, told, trace
from kaquan.web.visit import NotHere

REASON_MISSING = zh("请填写理由")


class Shown(msgspec.Struct, frozen=True):
    """A step as the page shows it: in words, with the code it leads to, its event and what became of that."""

    title: str
    at: int
    openid: str
    facts: list[tuple[str, str]]
    link: tuple[str, str, str]
    event: str
    push: Push | None
    state: tuple[str, str]
    told: bool


@desk("/console/{appid}/codes/{code}", "GET", "POST", sees="code.see", changes="code.change")
async def code(visit: Desk) -> Response:
    """Show a code; redeem it or make it void."""
    text, card_id = text_of(visit.path["code"]), visit.query.get("card_id", "")
    found = await visit.read(lambda tx: find_kept(tx, visit.app.appid, text, card_id))
    if not found:
        raise NotHere
    if len(found) > 1:
        return visit.go(console_path(visit.app.appid, "codes") + f"?q={quote(text, safe='')}")
    if visit.request.method == "GET":
        return await show(visit, found[0])
    return await change(visit, found[0])


async def change(visit: Desk, kept: Kept) -> Response:
    """Do what was pressed, and show what came of it."""
    reason = visit.form.get("reason", "").strip()[:200]
    if not reason:
        return await show(visit, kept, fault=visit.text(REASON_MISSING))
    do = {"consume": consume, "void": void}.get(visit.form.get("do", ""))
    if do is None:
        return visit.go(_path(visit, kept))
    try:
        if visit.app.suspended:
            raise Errcode.API_FORBIDDEN("suspended", appid=visit.app.appid)
        await do(visit, kept, reason)
    except Refusal as refused:
        return await show(visit, kept, visit.refused(refused), reason=reason)
    return visit.go(_path(visit, kept))


async def consume(visit: Desk, kept: Kept, reason: str) -> None:
    """Redeem a code as ``/card/code/consume`` does.

    Raises:
        Refusal: as there.
    """
    code, card_id = kept.code.code, kept.code.card_id
    command = Consume(code, visit.now, card_id, source="FROM_MP")
    outcome(await visit.platform.hot.consumes.submit(visit.app.appid, card_id, command))
    visit.platform.wake(visit.app)
    await visit.note("code.consume", code, reason, card_id=card_id)


async def void(visit: Desk, kept: Kept, reason: str) -> None:
    """Make a code void as ``/card/code/unavailable`` does.

    Raises:
        Refusal: as there.
    """
    code, card_id, record, now = kept.code.code, kept.code.card_id, visit.platform.record(), visit.now
    await visit.change(
        "code.void",
        lambda tx: void_code(tx, visit.app.appid, code, card_id, reason, now, record),
        target=code,
        reason=reason,
        card_id=card_id,
    )


async def show(visit: Desk, kept: Kept, said: Said | None = None, fault: str = "", reason: str = "") -> Response:
    """Show a code with what happened to it."""
    text, card_id = kept.code.code, kept.code.scope
    now, whole = visit.now, visit.query.get("all") == "1"
    if said is not None:
        # Somebody else changed it meanwhile.
        kept = (await visit.read(lambda tx: find_kept(tx, visit.app.appid, text, kept.code.card_id)))[0]
    traced = await trace(visit, kept, whole)
    state = rule.state(kept.code, now)
    return visit.show(
        "console/code.html",
        kept=kept,
        base=from_text(kept.code.card_type, kept.shown or kept.content).base_info,
        validity=card_words.validity(visit.text, kept.code.begin_time, kept.code.end_time),
        state=(visit.text(STATES[state][0]), STATES[state][1]),
        offers=_offers(visit, kept, now),
        traced=traced,
        steps=[_shown(visit, traced, step, card_id) for step in traced.steps],
        said=said,
        fault=fault,
        reason=reason,
        here=_path(visit, kept),
        person_path=person_path,
    )


def _path(visit: Desk, kept: Kept) -> str:
    return code_path(visit.app.appid, kept.code.code, visit.query.get("card_id", "") and kept.code.card_id)


def _offers(visit: Desk, kept: Kept, now: int) -> dict[str, bool]:
    """Return what the visitor could do with success, as far as the code tells."""
    may = visit.may("code.change") and not visit.app.suspended
    consumable = rule.consume_refusal(kept.code, 0, now) is None
    return {"consume": may and consumable, "void": may and rule.refusal("unavailable", kept.code, now) is None}


def _shown(visit: Desk, traced: Traced, step: Step, scope: str) -> Shown:
    words, push = told(visit.text, traced, step), _push(traced, step)
    label, other = other_code(visit.text, traced, step)
    return Shown(
        title=words.title,
        at=step.at,
        openid=step.openid,
        facts=words.facts,
        link=(label, other, code_path(visit.app.appid, other, scope) if other else ""),
        event=step.line.event if step.line else "",
        push=push,
        state=_push_words(visit, push),
        told=step.line is not None or step.kind == "expire",
    )


def _push(traced: Traced, step: Step) -> Push | None:
    return traced.pushes.get(step.line.id) if step.line else None


def _push_words(visit: Desk, push: Push | None) -> tuple[Any, Any]:
    if push is None:
        return "", ""
    words, kind = PUSHES[push.state]
    return visit.text(words), kind
