"""Make an account for the desks: by oneself where the platform lets everybody, or by an invitation's link."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.keep_members import Invitation, find_invitation, join
from kaquan.console.sign_in import welcome
from kaquan.sources import wall_clock
from kaquan.web.account import signed_up, typed_name
from kaquan.web.desk import ROLE_NAMES, Desk, console_path
from kaquan.web.page import page
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
    entered = await signed_up(visit)
    if entered.person is None:
        return show(visit, entered.fault, entered.status)
    return await welcome(visit, entered.person)


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
    return visit.show("console/sign_up.html", status, fault=fault, name=typed_name(visit), closed=False)
