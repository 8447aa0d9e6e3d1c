"""Spot checks of merchants with serial numbers of their own (spec: qa_cases.md A5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from kaquan.actions import spot_check as action
from kaquan.operator.applications import LATE, NO_REASON, REASON_MOST, merchant_of, settle
from kaquan.rules import application as rule
from kaquan.rules.application import CUSTOM_CODE, NEEDS_REASON
from kaquan.rules.spot_check import CLOSED, MOST_CODES, VERDICTS, check_number
from kaquan.sources import new_picks, wall_clock
from kaquan.store.apps import App
from kaquan.web.application_texts import STATE_LOOKS, STATE_NAMES
from kaquan.web.desk import Desk, desk
from kaquan.web.spot_check_texts import ANSWER_NAMES, CHECK_STATES, CODE_STATES, DOUBTS, VERDICT_NAMES, total
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

# Each merchant's codes are counted for the list.
PAGE = 10
USUAL_SIZE = 10
NO_CODES = zh("这个商户还没有发出自定义序列号，没有可抽的")
NO_SIZE = zh("数量是 1 到 50")
NO_VERDICT = zh("请选择结论")


@desk("/operator/spot-checks", sees="platform.see")
async def spot_checks(visit: Desk) -> Response:
    """Show the merchants with codes of their own."""
    after = visit.query.get("after", "")
    found = await visit.read(lambda tx: action.watched(tx, after, PAGE + 1))
    rows = [await _row(visit, appid) for appid, _ in found[:PAGE]]
    more = urlencode({"after": found[PAGE - 1][0]}) if len(found) > PAGE else ""
    return visit.show("operator/spot_checks.html", rows=rows, more=more)


async def _row(visit: Desk, appid: str) -> dict[str, Any]:
    app = await visit.platform.apps.get(appid)
    assert app is not None
    now = visit.time_of(app)
    figures = await visit.read(lambda tx: action.figures(tx, appid, now))
    checks = await visit.read(lambda tx: action.list_checks(tx, appid))
    unsettled = sum(one.state != CLOSED for one in checks)
    return {"app": app, "total": total(figures), "unsettled": unsettled, **_state(visit, app)}


@desk("/operator/spot-checks/{merchant}", "GET", "POST", sees="platform.see", changes="platform.change")
async def merchant(visit: Desk) -> Response:
    """Show a merchant's figures and checks; open a check, suspend or restore the permission."""
    app = await merchant_of(visit)
    if visit.request.method == "GET":
        return await show(visit, app)
    name = visit.form.get("do", "")
    if name == "draw":
        return await draw(visit, app)
    if name not in {"suspend", "restore"}:
        raise NotHere
    reason = visit.form.get("reason", "").strip()[:REASON_MOST]
    if name in NEEDS_REASON and not reason:
        return await show(visit, app, visit.text(NO_REASON))
    done = await settle(visit, app, CUSTOM_CODE, name, reason, None)
    return visit.go(place(app.appid) if done else f"{place(app.appid)}?late=1")


async def draw(visit: Desk, app: App) -> Response:
    """Open a check on a random sample."""
    asked = visit.form.get("size", "")
    size = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    if not 1 <= size <= MOST_CODES:
        return await show(visit, app, visit.text(NO_SIZE))
    check_id, picks = visit.platform.ids(), new_picks(size)
    by, now = visit.require_person().name, wall_clock()
    appid = app.appid
    drawn = await visit.read(lambda tx: action.sample(tx, appid, picks))
    await visit.enter(appid)
    opened = await visit.change(
        "spot_check.draw", lambda tx: action.open_check(tx, appid, check_id, drawn, by, now), str(len(drawn))
    )
    return visit.go(f"{place(appid)}/{check_id}" if opened else f"{place(appid)}?none=1")


@desk("/operator/spot-checks/{merchant}/{check}", "GET", "POST", sees="platform.see", changes="platform.change")
async def check(visit: Desk) -> Response:
    """Show the answers beside what is known of each code, and end the check."""
    app, check_id = await merchant_of(visit), check_number(visit.path["check"])
    if visit.request.method == "GET":
        return await show_check(visit, app, check_id)
    verdict, note = visit.form.get("verdict", ""), visit.form.get("note", "").strip()[:REASON_MOST]
    if verdict not in VERDICTS:
        return await show_check(visit, app, check_id, visit.text(NO_VERDICT))
    now = wall_clock()
    await visit.enter(app.appid)
    done = await visit.change(
        "spot_check.close",
        lambda tx: action.close(tx, app.appid, check_id, verdict, note, now),
        reason=note,
        verdict=verdict,
    )
    return visit.go(f"{place(app.appid)}/{check_id}" + ("" if done else "?late=1"))


async def show(visit: Desk, app: App, fault: str = "") -> Response:
    """Show the page of a merchant."""
    appid, now = app.appid, visit.time_of(app)
    figures = await visit.read(lambda tx: action.figures(tx, appid, now))
    state = app.permission_state(CUSTOM_CODE)
    told = [visit.text(text) for key, text in (("late", LATE), ("none", NO_CODES)) if key in visit.query]
    return visit.show(
        "operator/spot_check_merchant.html",
        app=app,
        figures=figures,
        total=total(figures),
        checks=await visit.read(lambda tx: action.list_checks(tx, appid)),
        may=[name for name in ("suspend", "restore") if rule.may_move(CUSTOM_CODE, name, state)],
        usual=USUAL_SIZE,
        most=MOST_CODES,
        fault=fault or next(iter(told), ""),
        **_state(visit, app),
        **_names(visit),
    )


async def show_check(visit: Desk, app: App, check_id: int, fault: str = "") -> Response:
    """Show the page of one check.

    Raises:
        NotHere: the merchant has no such check.
    """
    appid, now = app.appid, visit.time_of(app)
    found = await visit.read(lambda tx: action.load_check(tx, appid, check_id))
    if found is None:
        raise NotHere
    return visit.show(
        "operator/spot_check.html",
        app=app,
        check=found,
        items=await visit.read(lambda tx: action.list_items(tx, appid, check_id, now)),
        open=found.state != CLOSED,
        fault=fault or (visit.text(LATE) if "late" in visit.query else ""),
        **_names(visit),
    )


def place(appid: str) -> str:
    """Return the path of a merchant's page."""
    return f"/operator/spot-checks/{appid}"


def _state(visit: Desk, app: App) -> dict[str, Any]:
    state = app.permission_state(CUSTOM_CODE)
    return {"state": state, "state_name": visit.text(STATE_NAMES[state]), "look": STATE_LOOKS[state]}


def _names(visit: Desk) -> dict[str, Any]:
    tables = {
        "answers": ANSWER_NAMES,
        "check_states": CHECK_STATES,
        "verdicts": VERDICT_NAMES,
        "code_states": CODE_STATES,
        "doubts": DOUBTS,
    }
    return {name: {key: visit.text(text) for key, text in table.items()} for name, table in tables.items()}
