"""Make an account for the desks: by oneself where the platform lets everybody, or by an invitation's link."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from kaquan.actions import keep_account
from kaquan.actions.keep_members import Invitation, find_invitation, join
from kaquan.console.sign_in import welcome
from kaquan.rules.account import (
    PASSWORD_MOST,
    STAFF,
    Person,
    clean_nickname,
    fold_name,
    name_fault,
    password_fault,
)
from kaquan.rules.throttle import SIGN_UP_ADDRESS
from kaquan.sources import wall_clock
from kaquan.web.desk import ROLE_NAMES, Desk, console_path
from kaquan.web.page import page
from kaquan.web.passwords import FAULTS, PASSWORDS, again_fault
from kaquan.web.patience import too_often
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

CLOSED = zh("本平台不开放注册，请向管理员索取邀请链接")


@page("/console/sign-up", "GET", "POST", visit=Desk)
async def sign_up(visit: Desk) -> Response:
    """Make an account and sign in to it."""
    link = visit.query.get("invitation", "")
    if not visit.platform.choices.merchant_sign_up and await invitation_of(visit, link) is None:
        return visit.show("console/sign_up.html", fault=visit.text(CLOSED), name="", closed=True)
    if visit.request.method == "GET":
        return show(visit)
    form = visit.form
    name, password = fold_name(form.get("name", "")), form.get("password", "")[: PASSWORD_MOST + 1]
    fault = name_fault(name) or password_fault(password, name) or again_fault(password, form.get("again", ""))
    if fault:
        return show(visit, visit.text(FAULTS[fault]))
    if wait := await too_often(visit, {f"desk-sign-up@{visit.call.client_ip}": SIGN_UP_ADDRESS}):
        return show(visit, wait, 429)
    person = Person(secrets.token_hex(16), name, clean_nickname(form["name"]) or name, "", STAFF)
    hashed = await PASSWORDS.hash(password)
    if not await visit.write(lambda tx: keep_account.sign_up(tx, person, hashed, wall_clock())):
        return show(visit, visit.text(FAULTS["name_taken"]))
    return await welcome(visit, person)


@page("/console/join/{link}", "GET", "POST", visit=Desk)
async def accept(visit: Desk) -> Response:
    """Show an invitation to whoever has its link, and take somebody who is signed in to the desk."""
    link = visit.path["link"]
    found = await invitation_of(visit, link)
    if found is None:
        raise NotHere
    app = await visit.platform.apps.get(found.appid) if found.appid else None
    if visit.request.method == "GET":
        return visit.show("console/join.html", invitation=found, app=app, link=link, role_names=ROLE_NAMES)
    person = visit.require_person()
    now, entry = wall_clock(), visit.entry("member.join", person.name, role=found.role, invited_by=found.invited_by)
    joined = await visit.write(lambda tx: join(tx, link, person.id, now, entry))
    if joined is None:
        raise NotHere
    return visit.go(console_path(found.appid) if found.appid else "/operator")


async def invitation_of(visit: Desk, link: str) -> Invitation | None:
    """Return the invitation of a link that still stands."""
    return await visit.read(lambda tx: find_invitation(tx, link, wall_clock()))


def show(visit: Desk, fault: str = "", status: int = 200) -> Response:
    """Show the form."""
    return visit.show("console/sign_up.html", status, fault=fault, name=visit.form.get("name", "")[:64], closed=False)
