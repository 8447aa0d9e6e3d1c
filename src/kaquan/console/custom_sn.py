"""A merchant's own serial numbers: turn them on, see what was reported, answer checks (spec: qa_cases.md A5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import Response

from kaquan.actions import spot_check as action
from kaquan.actions.keep_application import load_application, submit
from kaquan.console.applications import WHY_LOCKED, renewed
from kaquan.errors import Refusal
from kaquan.rules import application as rule
from kaquan.rules.application import CUSTOM_CODE, Submission
from kaquan.rules.spot_check import ANSWERS, NOTE_MOST, OPEN, Answer, check_number, is_complete
from kaquan.sources import wall_clock
from kaquan.web.application_texts import STATE_LOOKS, STATE_NAMES
from kaquan.web.desk import Desk, console_path, desk
from kaquan.web.spot_check_texts import ANSWER_NAMES, CHECK_STATES, VERDICT_NAMES, total
from kaquan.web.templates import ZONE
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

PAGE = "applications/custom-sn"
MOMENT = "%Y-%m-%dT%H:%M"
DUTY = zh("请先同意及时回传核销结果")
INCOMPLETE = zh("已保存。还有 {count} 个序列号没有答完：已使用的要写明时间和地点。")


@desk("/console/{appid}/applications/custom-sn", "GET", "POST", sees="application.see", changes="application.submit")
async def custom_sn(visit: Desk) -> Response:
    """Show the figures and the checks, and turn the permission on."""
    await renewed(visit)
    if visit.request.method == "GET":
        return await show(visit)
    if visit.form.get("agreed") != "1":
        return await show(visit, fault=visit.text(DUTY))
    appid, now = visit.app.appid, wall_clock()
    sent = Submission({"agreed": "1"})
    try:
        await visit.change("application.switch_on", lambda tx: submit(tx, appid, CUSTOM_CODE, sent, now), CUSTOM_CODE)
    except Refusal as refused:
        return await show(visit, said=visit.refused(refused))
    return visit.go(console_path(appid, PAGE))


@desk(
    "/console/{appid}/applications/custom-sn/{check}",
    "GET",
    "POST",
    sees="application.see",
    changes="application.submit",
)
async def check(visit: Desk) -> Response:
    """Show a spot check, and take what the merchant says of its codes."""
    appid, check_id = visit.app.appid, check_number(visit.path["check"])
    found = await visit.read(lambda tx: action.load_check(tx, appid, check_id))
    if found is None:
        raise NotHere
    if visit.request.method == "GET":
        return await show_check(visit, found)
    items = await visit.read(lambda tx: action.list_items(tx, appid, check_id, visit.now))
    given = {one.position: _answer(visit.form, one.position) for one in items}
    now = wall_clock()
    answered = sum(is_complete(one) for one in given.values())
    await visit.change(
        "spot_check.answer",
        lambda tx: action.answer(tx, appid, check_id, given, now),
        answered=answered,
        codes=len(items),
    )
    saved = await visit.read(lambda tx: action.load_check(tx, appid, check_id))
    assert saved is not None
    left = len(items) - answered if saved.state == OPEN else 0
    return await show_check(visit, saved, visit.text(INCOMPLETE, count=left) if left else "")


def _answer(form: dict[str, str], position: int) -> Answer:
    said = form.get(f"answer-{position}", "")
    return Answer(
        answer=said if said in ANSWERS else "",
        used_time=_seconds(form.get(f"time-{position}", "")),
        place=form.get(f"place-{position}", "").strip()[:NOTE_MOST],
        note=form.get(f"note-{position}", "").strip()[:NOTE_MOST],
    )


def _seconds(text: str) -> int:
    """Return the time of a form's field in UTC seconds, 0 where it is none."""
    try:
        return max(0, int(datetime.strptime(text, MOMENT).replace(tzinfo=ZONE).timestamp()))
    except (ValueError, OverflowError):
        return 0


async def show(visit: Desk, **facts: Any) -> Response:
    """Show the page of the permission."""
    app, now = visit.app, visit.now
    lock = rule.lock_of(CUSTOM_CODE, app.card_function, "")
    state = app.permission_state(CUSTOM_CODE)
    figures = await visit.read(lambda tx: action.figures(tx, app.appid, now))
    return visit.show(
        "console/custom_sn.html",
        state=state,
        state_name=visit.text(STATE_NAMES[state]),
        look=STATE_LOOKS[state],
        lock=visit.text(WHY_LOCKED[lock]) if lock else "",
        open=not lock and state in {"none", "refused"} and visit.may("application.submit") and not app.suspended,
        kept=await visit.read(lambda tx: load_application(tx, app.appid, CUSTOM_CODE)),
        figures=figures,
        total=total(figures),
        checks=await visit.read(lambda tx: action.list_checks(tx, app.appid)),
        **_names(visit),
        **{"fault": "", "said": None, **facts},
    )


async def show_check(visit: Desk, found: action.Check, fault: str = "") -> Response:
    """Show the page of one check."""
    appid, now = visit.app.appid, visit.now
    return visit.show(
        "console/custom_sn_check.html",
        check=found,
        items=await visit.read(lambda tx: action.list_items(tx, appid, found.id, now)),
        open=found.state == OPEN and visit.may("application.submit"),
        local=lambda seconds: datetime.fromtimestamp(seconds, ZONE).strftime(MOMENT) if seconds else "",
        fault=fault,
        **_names(visit),
    )


def _names(visit: Desk) -> dict[str, Any]:
    tables = {"answers": ANSWER_NAMES, "check_states": CHECK_STATES, "verdicts": VERDICT_NAMES}
    return {name: {key: visit.text(text) for key, text in table.items()} for name, table in tables.items()}
