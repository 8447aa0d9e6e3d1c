"""沙箱: the clock, planned faults, events made by hand, personas and encrypted codes of an app to try things with."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from starlette.responses import Response

from kaquan.actions.add_persona import add_persona
from kaquan.actions.find_expiry import next_expiry
from kaquan.actions.keep_account import list_personas
from kaquan.actions.keep_snapshot import list_snapshots
from kaquan.actions.know_people import know_people, openid_of
from kaquan.actions.manage_app import advance_clock
from kaquan.actions.rehearse_fault import clear_faults, list_faults, plan_fault
from kaquan.actions.trigger_event import Trigger, trigger_event
from kaquan.api.gifts import bring_back
from kaquan.api.route import ROUTES, SANDBOX
from kaquan.api.sandbox import LAST_SECOND, SIGN_INS, check_path
from kaquan.api.sandbox_events import made_subject
from kaquan.developer import snapshots
from kaquan.developer.events import number_of
from kaquan.developer.snapshots import Change, Told
from kaquan.errors import Errcode, Refusal
from kaquan.events.catalogue import EVENTS
from kaquan.events.made import Subject, check_made
from kaquan.rules.account import clean_nickname
from kaquan.rules.encrypt_code import NONCE_BYTES, encrypt_code
from kaquan.rules.fault import MOST_CALLS, MOST_SECONDS, Fault, chosen
from kaquan.rules.openid import check_openid
from kaquan.rules.snapshot import MOST_BYTES
from kaquan.store.apps import FRESH_SECONDS
from kaquan.store.tx import Tx
from kaquan.web.desk import Desk, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

# A snapshot, and the form around it.
BODY_LIMIT = MOST_BYTES + (1 << 16)
STEPS = {"3600": zh("+1 小时"), "86400": zh("+1 天"), "604800": zh("+7 天")}
TO_EXPIRY = "expiry"
KINDS = {"errcode": zh("应答 errcode"), "hang": zh("延迟应答（秒）"), "drop": zh("断开连接")}
MOST_PERSONAS = 50


def require_sandbox(visit: Desk) -> None:
    """Go on only at the desk of a sandbox app.

    Raises:
        NotHere: this account is none.
    """
    if not visit.app.sandbox:
        raise NotHere


@desk("/console/{appid}/sandbox", "GET", "POST", sees="develop.see", changes="develop.change", body_limit=BODY_LIMIT)
async def sandbox(visit: Desk) -> Response:
    """Show the sandbox, or make one of the changes."""
    require_sandbox(visit)
    if visit.request.method == "GET":
        return await show(visit, Told())
    do = visit.form.get("do", "")
    if do not in CHANGES:
        raise NotHere
    if visit.app.suspended:
        raise Errcode.API_FORBIDDEN("suspended", appid=visit.app.appid)
    try:
        told = await CHANGES[do](visit)
    except Refusal as refused:
        told = Told(SECTIONS[do], refused=visit.refused(refused), fields=visit.form)
    return await show(visit, told)


async def move_clock(visit: Desk) -> Told:
    """Move the app's clock ahead."""
    app, by = visit.app, visit.form.get("advance", "")
    if by == TO_EXPIRY:
        until = await visit.read(lambda tx: next_expiry(tx, app.appid, visit.now))
        seconds = until - visit.now + 1 if until else 0
    else:
        seconds = number_of(by)
    if not seconds or visit.now + seconds > LAST_SECOND:
        return Told("clock", fault=visit.text(zh("没有可以走到的时间")))
    await visit.change("sandbox.clock", lambda tx: advance_clock(tx, app.appid, seconds), seconds=seconds)
    await visit.enter(app.appid)
    await bring_back(visit.platform, app.appid, visit.now)
    return Told("clock", done=visit.text(zh("时钟已拨快")))


async def plan(visit: Desk) -> Told:
    """Plan a fault; the page comes back once every process knows of it."""
    form, appid = visit.form, visit.app.appid
    kind, value = form.get("kind", ""), number_of(form.get("value", ""))
    check_path(form.get("path", "").strip())
    errcode, hang = value if kind == "errcode" else None, value if kind == "hang" else None
    what = chosen(errcode, hang, kind == "drop")
    nth, times = (number_of(form.get(name, "") or "1") for name in ("nth", "times"))
    if not all(0 < one <= MOST_CALLS for one in (nth, times)) or (kind == "hang" and not 0 < value <= MOST_SECONDS):
        fault = visit.text(zh("次数为 1 至 {calls}，延迟为 1 至 {seconds} 秒"), calls=MOST_CALLS, seconds=MOST_SECONDS)
        return Told("faults", fault=fault, fields=form)
    one = Fault(visit.platform.ids(), form["path"].strip(), *what, nth, times, bool(form.get("after")))
    await visit.change("sandbox.fault", lambda tx: plan_fault(tx, appid, one), one.path, kind=one.kind, value=one.value)
    await visit.platform.apps.reload(appid)
    await asyncio.sleep(FRESH_SECONDS)
    return Told("faults", done=visit.text(zh("已计划，从下一次调用开始计数")))


async def forget(visit: Desk) -> Told:
    """Forget one planned fault, or all of them."""
    number, appid = number_of(visit.form.get("fault", "")), visit.app.appid
    await visit.change("sandbox.fault_clear", lambda tx: bool(clear_faults(tx, appid, number)), str(number or ""))
    return Told("faults", done=visit.text(zh("已取消")))


async def trigger(visit: Desk) -> Told:
    """Push an event that nothing stands behind."""
    form, app, now, record = visit.form, visit.app, visit.now, visit.platform.record()
    name, typed = form.get("event", ""), form.get("fields", "").strip()
    fields = fields_of(typed)
    if fields is None:
        return Told("trigger", fault=visit.text(zh("其他字段应为 JSON 对象")), fields=form)
    check_made(name, fields)
    asked = Subject(*(form.get(one, "").strip()[:64] for one in ("card_id", "code", "openid")))
    if asked.openid:
        check_openid(asked.openid, "openid")
    one = Trigger(name, asked, made_subject(app.prefix), fields)
    line = await visit.change("event.trigger", lambda tx: trigger_event(tx, app, one, now, record), name)
    said = visit.text(zh("已触发 {event}"), event=name)
    return Told("trigger", done=said, path=f"/console/{app.appid}/events/{line.id}", fields=form)


def fields_of(text: str) -> dict[str, Any] | None:
    """Return the members of a JSON object, none for an empty text, None for any other."""
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


async def persona(visit: Desk) -> Told:
    """Make somebody whom everybody can sign in as."""
    app, name, now = visit.app, clean_nickname(visit.form.get("nickname", "")), visit.now
    known = await visit.read(lambda tx: list_personas(tx, app.appid))
    if not name or any(one.nickname == name for one in known) or len(known) >= MOST_PERSONAS:
        fault = visit.text(zh("请填一个还没有的名字；最多 {most} 个角色"), most=MOST_PERSONAS)
        return Told("personas", fault=fault, fields=visit.form)
    openid = openid_of(visit.platform.keys, app, f"persona/{name}")

    def make(tx: Tx) -> None:
        know_people(tx, app, {f"persona/{name}": openid}, now)
        add_persona(tx, app, name, openid, now)

    await visit.change("sandbox.persona", make, name)
    return Told("personas", done=visit.text(zh("已添加 {name}"), name=name))


async def encrypt(visit: Desk) -> Told:
    """Return a code as pages and links carry it."""
    code = visit.form.get("code", "").strip()[:64]
    if not code:
        raise NotHere
    key = visit.platform.keys.encrypt_code_key(visit.app.appid)
    return Told("encrypt", text=encrypt_code(key, code, secrets.token_bytes(NONCE_BYTES)), fields=visit.form)


CHANGES: dict[str, Change] = {
    **snapshots.CHANGES,
    "clock": move_clock,
    "fault": plan,
    "fault_clear": forget,
    "trigger": trigger,
    "persona": persona,
    "encrypt": encrypt,
}
SECTIONS = {
    **dict.fromkeys(snapshots.CHANGES, snapshots.SECTION),
    "clock": "clock",
    "fault": "faults",
    "fault_clear": "faults",
    "trigger": "trigger",
    "persona": "personas",
    "encrypt": "encrypt",
}


async def show(visit: Desk, told: Told) -> Response:
    """Show the page."""
    await visit.enter(visit.app.appid)
    appid, now = visit.app.appid, visit.now
    paths = {one.path for one in ROUTES.values() if one.token and one.needs != SANDBOX} | SIGN_INS
    return visit.show(
        "developer/sandbox.html",
        told=told,
        now=now,
        ahead=visit.app.clock_offset,
        steps=[(key, visit.text(text)) for key, text in STEPS.items()],
        expiry=await visit.read(lambda tx: next_expiry(tx, appid, now)),
        faults=await visit.read(lambda tx: list_faults(tx, appid)),
        paths=sorted(paths),
        kinds={key: visit.text(text) for key, text in KINDS.items()},
        personas=await visit.read(lambda tx: list_personas(tx, appid)),
        names=sorted(EVENTS),
        snapshots=await visit.read(lambda tx: list_snapshots(tx, appid)),
        may_change=visit.may("develop.change") and not visit.app.suspended,
    )
