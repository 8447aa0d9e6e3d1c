"""Apply for the card function or for a reviewed permission: fill in, look at it once more, hand in, wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_application import load_application, move, submit
from kaquan.actions.keep_paper import keep_paper, list_papers
from kaquan.api.form_data import Upload
from kaquan.console.applications import WHAT, WHY_LOCKED, category_of, renewed, state_of
from kaquan.rules import application as rule
from kaquan.rules.application import CARD, KINDS, MOST_LETTERS, MOST_PAPERS, SUPPLEMENT, Submission
from kaquan.rules.paper import MAX_BYTES, PaperFault, file_name, paper_of
from kaquan.sources import wall_clock
from kaquan.web.application_texts import (
    FIELD_NAMES,
    KIND_NAMES,
    STATE_LOOKS,
    STATE_NAMES,
    SUBJECT_NAMES,
    lines_of,
)
from kaquan.web.desk import Desk, Said, console_path, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

# As many papers as an application may have, and what a form wraps around them.
FORM_LIMIT = (MOST_PAPERS * MAX_BYTES) + (1 << 20)
FAULTS = {
    "missing": zh("请填写或选择"),
    "too_long": zh("太长了"),
    "shape": zh("格式不对"),
    "too_many": zh("材料最多 10 份，请移除一些"),
    "too_large": zh("“{name}”超过 4 MB 或 2500 万像素，没有收下"),
    "wrong_kind": zh("“{name}”不是 JPG、PNG 图片或 PDF 文件，没有收下"),
}
LATE = zh("申请的状态刚刚变了，请看现在的状态再操作。")


@desk(
    "/console/{appid}/applications/{kind}",
    "GET",
    "POST",
    sees="application.see",
    changes="application.submit",
    body_limit=FORM_LIMIT,
)
async def application(visit: Desk) -> Response:
    """Show an application, and do what a form of the page asks for."""
    kind = visit.path["kind"]
    if kind not in KINDS or not KINDS[kind].reviewed:
        raise NotHere
    app = await renewed(visit)
    if visit.request.method == "GET":
        return await show(visit, kind)
    step = STEPS.get(visit.form.get("step", ""))
    if step is None:
        raise NotHere
    refused = rule.submit_refusal(app.appid, kind, app.card_function, app.suspended)
    if refused is not None:
        return await show(visit, kind, said=visit.refused(refused))
    if rule.lock_of(kind, app.card_function, await category_of(visit)):
        return await show(visit, kind)
    return await step(visit, kind)


# The steps of the form.


async def fill(visit: Desk, kind: str) -> Response:
    """Show the form with what was typed: to go on with, or with the papers that another category needs."""
    sent, faults = await received(visit, kind)
    return await show(visit, kind, form=sent, faults=faults)


async def preview(visit: Desk, kind: str) -> Response:
    """Show what would be handed in, or what is still wrong with it."""
    sent, refused = await received(visit, kind)
    faults = {**wrong(visit, kind, sent), **refused}
    return await show(visit, kind, form=sent, faults=faults, preview=not faults)


async def hand_in(visit: Desk, kind: str) -> Response:
    """Submit, if nothing is wrong."""
    sent, refused = await received(visit, kind)
    faults = {**wrong(visit, kind, sent), **refused}
    if faults:
        return await show(visit, kind, form=sent, faults=faults)
    appid, now = visit.app.appid, wall_clock()
    done = await visit.change("application.submit", lambda tx: submit(tx, appid, kind, sent, now), kind)
    return await settled(visit, kind, done)


async def withdraw(visit: Desk, kind: str) -> Response:
    """Take a pending application back, to change it."""
    appid = visit.app.appid
    done = await visit.change("application.withdraw", lambda tx: move(tx, appid, kind, "withdraw"), kind)
    return await settled(visit, kind, done)


STEPS: dict[str, Callable[[Desk, str], Awaitable[Response]]] = {
    "fill": fill,
    "preview": preview,
    "submit": hand_in,
    "withdraw": withdraw,
}


async def settled(visit: Desk, kind: str, done: bool) -> Response:
    """Lead back to the page, or say that somebody was quicker."""
    if done:
        return visit.go(console_path(visit.app.appid, f"applications/{kind}"))
    await renewed(visit)
    return await show(visit, kind, late=visit.text(LATE))


# What was sent.


def wrong(visit: Desk, kind: str, sent: Submission) -> dict[str, str]:
    """Return what is wrong with a submission in words, by the name of the text or slot."""
    return {name: visit.text(FAULTS[fault]) for name, fault in rule.faults(kind, sent).items()}


async def received(visit: Desk, kind: str) -> tuple[Submission, dict[str, str]]:
    """Return what was filled in, its new papers kept, and what to say of papers that were not taken, by slot."""
    names = [*FIELD_NAMES, "agreed"]
    values = {name: visit.form.get(name, "").strip()[: MOST_LETTERS + 1] for name in names}
    removed = set(visit.fields.get("remove", []))
    papers = {slot: [one for one in _ticked(visit, slot) if one not in removed] for slot in FIELD_NAMES}
    sent = rule.trimmed(kind, Submission(values, papers))
    known = await visit.read(lambda tx: list_papers(tx, visit.app.appid, sent.digests()))
    sent = msgspec.structs.replace(sent, papers={s: [d for d in held if d in known] for s, held in sent.papers.items()})
    faults: dict[str, str] = {}
    for slot in _slots(kind, sent):
        for upload in visit.files.get(f"file-{slot}", []):
            await _take(visit, sent, slot, upload, faults)
    return sent, faults


def _ticked(visit: Desk, slot: str) -> list[str]:
    return list(dict.fromkeys(visit.fields.get(f"paper-{slot}", [])))[: MOST_PAPERS + 1]


def _slots(kind: str, sent: Submission) -> list[str]:
    if not rule.takes_papers(kind):
        return []
    return [*rule.slots_of(kind, sent.values.get("category", "")), SUPPLEMENT]


async def _take(visit: Desk, sent: Submission, slot: str, upload: Upload, faults: dict[str, str]) -> None:
    """Keep an uploaded paper in its slot, or say why not."""
    if len(sent.digests()) >= MOST_PAPERS:
        faults[slot] = visit.text(FAULTS["too_many"])
        return
    try:
        media_type, body = await asyncio.to_thread(paper_of, upload.content)
    except PaperFault as fault:
        faults[slot] = visit.text(FAULTS[str(fault)], name=upload.name)
        return
    appid, name, now = visit.app.appid, file_name(upload.name, media_type), wall_clock()
    # Not on record until it is handed in.
    digest = await visit.write(lambda tx: keep_paper(tx, appid, name, media_type, body, now))
    held = sent.papers.setdefault(slot, [])
    held += [digest] if digest not in held else []


# The page.


async def show(
    visit: Desk,
    kind: str,
    *,
    form: Submission | None = None,
    faults: dict[str, str] | None = None,
    preview: bool = False,
    late: str = "",
    said: Said | None = None,
) -> Response:
    """Show the state, the form or the preview.

    Args:
        form: what the form holds, None to begin with what was submitted last.
        faults: what to say at each text and slot.
        preview: show it to be handed in.
        late: that somebody was quicker.
        said: a refusal.
    """
    appid, app = visit.app.appid, visit.app
    kept = await visit.read(lambda tx: load_application(tx, appid, kind))
    sent = form or rule.trimmed(kind, kept.fields)
    papers = await visit.read(lambda tx: list_papers(tx, appid, [*sent.digests(), *kept.fields.digests()]))
    state = state_of(app, kind)
    lock = rule.lock_of(kind, app.card_function, await category_of(visit))
    open_form = not lock and state in {"none", "refused"} and visit.may("application.submit") and not app.suspended
    return visit.show(
        "console/application.html",
        kind=kind,
        name=visit.text(KIND_NAMES[kind]),
        what=visit.text(WHAT[kind]),
        state=state,
        state_name=visit.text(STATE_NAMES[state]),
        look=STATE_LOOKS[state],
        lock=visit.text(WHY_LOCKED[lock]) if lock else "",
        kept=kept,
        lines=lines_of(visit.text, kind, sent if preview else kept.fields, papers),
        mode="preview" if preview and open_form else "form" if open_form else "state",
        faults=faults or {},
        late=late,
        said=said,
        **_form(visit, kind, sent, papers),
    )


def _form(visit: Desk, kind: str, sent: Submission, papers: Any) -> dict[str, Any]:
    """Return what the form is drawn from."""
    category = sent.values.get("category", "")
    needed = rule.every_licence() if kind == CARD else {}
    slots = [*KINDS[kind].papers, *([SUPPLEMENT] if rule.takes_papers(kind) else [])]
    return {
        "sent": sent,
        "papers": papers,
        "slots": [*slots[:-1], *(name for name in needed if rule.is_scan(name)), *slots[-1:]],
        "needed": {name: (categories, category in categories) for name, categories in needed.items()},
        "fields": KINDS[kind].fields,
        "names": {name: visit.text(label) for name, label in FIELD_NAMES.items()},
        "subjects": [(key, visit.text(label)) for key, label in SUBJECT_NAMES.items()],
        "lines_of_business": [
            (visit.text(line), [(key, visit.text(name)) for key, name in kinds])
            for line, kinds in rule.category_lines()
        ],
    }
