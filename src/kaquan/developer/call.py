"""One kept call: what was sent and answered, why it failed, and the request that would have passed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_call import FailedCall
from kaquan.api.cgi_bin.openapi.rid import PAUSE_SECONDS, look_up, may_come
from kaquan.api.in_process import Outcome, Sent, call_in_process
from kaquan.api.page_repair import repair_page
from kaquan.api.repair import Repaired, repair
from kaquan.api.route import ROUTES, SANDBOX
from kaquan.developer.calls import RID
from kaquan.developer.fixes import fixes
from kaquan.developer.snippets import as_curl, as_python, compact
from kaquan.developer.written import compare, read, write
from kaquan.errors import Errcode
from kaquan.errors.change import parse
from kaquan.errors.explain import FIXED, LABELS, PHRASES, Diagnosis, explain
from kaquan.rules.text import HIDDEN
from kaquan.web.desk import Desk, desk
from kaquan.web.visit import NotHere


@desk("/console/{appid}/calls/{rid}", "GET", "POST", sees="develop.see", changes="develop.change", body_limit=1 << 19)
async def call(visit: Desk) -> Response:
    """Show a call; a sandbox app may send it again, repaired or as it was edited."""
    kept = await find(visit)
    if visit.request.method == "GET":
        return await show(visit, kept)
    if not sendable(visit, kept):
        raise NotHere
    body = visit.form.get("body", "").replace("\r\n", "\n")
    query = {name: value for name, value in parse_qsl(kept.query) if value != HIDDEN and name != "access_token"}
    await visit.note("call.send", kept.path, rid=kept.rid)
    outcome = await call_in_process(visit.platform, visit.app, Sent(kept.method, kept.path, query, body.encode()))
    return await show(visit, kept, body, outcome)


async def find(visit: Desk) -> FailedCall:
    """Return the call of this reference, which may still be on its way into the store.

    Raises:
        NotHere: this account has no such call.
    """
    rid, appid = visit.path["rid"], visit.app.appid
    if not RID.fullmatch(rid):
        raise NotHere
    kept = await visit.read(lambda tx: look_up(tx, appid, rid))
    while kept is None and await may_come(visit.call, rid):
        await asyncio.sleep(PAUSE_SECONDS)
        kept = await visit.read(lambda tx: look_up(tx, appid, rid))
    if kept is None:
        raise NotHere
    return kept


def sendable(visit: Desk, kept: FailedCall) -> bool:
    """Tell whether a call may be sent from here: one of the wire, and nothing real is changed by it."""
    endpoint = ROUTES.get(kept.path)
    known = endpoint is not None and endpoint.token and endpoint.needs != SANDBOX
    return (
        visit.app.sandbox and known and not is_unread(kept) and visit.may("develop.change") and not visit.app.suspended
    )


def is_unread(kept: FailedCall) -> bool:
    """Tell whether a call was refused before its body was read, so that there is none to repair or to send again."""
    unread = kept.errcode not in {0, Errcode.EMPTY_BODY} and kept.method == "POST" and not kept.body
    return unread and kept.path in ROUTES


async def show(visit: Desk, kept: FailedCall, edited: str = "", outcome: Outcome | None = None) -> Response:
    """Show the page; ``edited`` and ``outcome`` are what was sent from it, and what came of that."""
    diagnosis = explain(kept.errcode, kept.cause, msgspec.json.decode(kept.facts))
    on_page = kept.path not in ROUTES
    mended = repaired(visit, kept) if kept.errcode and not is_unread(kept) else None
    best = mended.body if mended and mended.body else kept.body
    return visit.show(
        "developer/call.html",
        kept=kept,
        told=diagnosis,
        fix=diagnosis.fix_zh if visit.language == "zh" else diagnosis.fix_en,
        cause=(diagnosis.zh if visit.language == "zh" else diagnosis.en) or kept.cause,
        lines=list(facts_of(visit, diagnosis, FIXED)),
        notes=list(facts_of(visit, diagnosis, PHRASES)),
        fixes=[(path, visit.text(label)) for path, label in fixes(visit.app.appid, kept.errcode, kept.cause)],
        on_page=on_page,
        wire=not on_page,
        unread=is_unread(kept),
        request=write(kept.body, place_of(diagnosis)),
        answer=write(kept.answer),
        mended=mended,
        left=[one.short(visit.language) for one in mended.left] if mended else [],
        changes=compare(kept.body, best) if best != kept.body else [],
        can_send=sendable(visit, kept),
        to_send=edited or pretty(best),
        outcome=outcome,
        outcome_lines=write(outcome.answer) if outcome else [],
        outcome_rid=RID.search(outcome.answer) if outcome and outcome.errcode else None,
        snippets=[] if on_page else list(snippets(visit, kept, best)),
        lab=lab_of(kept),
    )


def repaired(visit: Desk, kept: FailedCall) -> Repaired | None:
    """Return what mends a call, None where it is a page's and nothing that it sent is to blame."""
    if kept.path in ROUTES:
        return repair(kept, visit.app, visit.now)
    tokens = visit.platform.tokens
    return repair_page(kept, lambda kind: next(iter(tokens.tickets(visit.app, kind, visit.now)), ""))


def facts_of(visit: Desk, diagnosis: Diagnosis, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield label and text of these things that a diagnosis says."""
    labels = LABELS[visit.language]
    for name, line in diagnosis.lines(visit.language).items():
        if name in names:
            label = labels[name]
            yield label.rstrip("：: "), line.removeprefix(label)


def place_of(diagnosis: Diagnosis) -> str:
    """Return where in the request the fault is: of a misspelt name, where that stands."""
    change = parse(diagnosis.repair)
    if change is None or change.kind != "rename":
        return diagnosis.path
    above, dot, _ = diagnosis.path.rpartition(".")
    return f"{above}{dot}{change.value}"


def pretty(body: str) -> str:
    """Return a JSON text with a member a line, any other as it is."""
    return "\n".join(line.text for line in write(body))


LABS = {"signature": "batchAddCard", "card_sign": "chooseCard", "config": "config"}


def lab_of(kept: FailedCall) -> str:
    """Return the query of the signature checker where it can be filled in with this call, else nothing."""
    tab = LABS.get(kept.cause)
    return f"tab={tab}&rid={kept.rid}" if tab else ""


def snippets(visit: Desk, kept: FailedCall, body: str) -> Iterator[tuple[str, str]]:
    """Yield the call in the words of the tools that people send it with: name of the tool, and text."""
    base_url, appid = visit.platform.settings.base_url, visit.app.appid
    pairs = {name: value for name, value in parse_qsl(kept.query) if name != "access_token"}
    query = "&".join(part for part in kept.query.split("&") if part and not part.startswith("access_token="))
    yield "curl", as_curl(base_url, kept.method, kept.path, query, compact(body))
    value: Any = read(body)
    if kept.method == "GET" or value is not None:
        yield "Python", as_python(base_url, appid, kept.method, kept.path, pairs, value)
