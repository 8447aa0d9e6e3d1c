"""Who works at a desk, of an account or of the platform: the page is the same at both."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from kaquan.actions.keep_members import change_role, invite, list_invitations, list_members, withdraw
from kaquan.rules.permission import OPERATOR, ROLES
from kaquan.sources import wall_clock
from kaquan.web.desk import ROLE_NAMES, Desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

LAST_KEEPER = zh("至少要留一位所有者，请先让别人成为所有者")
NOTE_MOST = 60


async def members(visit: Desk) -> Response:
    """Show everybody at this desk, and do what a form of the page asks for."""
    if visit.request.method == "GET":
        return await show(visit)
    act = CHANGES.get(visit.form.get("change", ""))
    if act is None:
        raise NotHere
    return await act(visit)


def roles(visit: Desk) -> tuple[str, ...]:
    """Return the roles that there are at this desk."""
    return ROLES if visit.call.appid else (OPERATOR,)


def asked_role(visit: Desk) -> str:
    """Return the role that a form names.

    Raises:
        NotHere: there is no such role at this desk.
    """
    role = visit.form.get("role", "")
    if role not in roles(visit):
        raise NotHere
    return role


async def send_invitation(visit: Desk) -> Response:
    """Make an invitation; its link is shown this once."""
    role, note, link = asked_role(visit), visit.form.get("note", "").strip()[:NOTE_MOST], secrets.token_urlsafe(24)
    appid, by, now = visit.call.appid, visit.require_person().name, wall_clock()
    await visit.change("member.invite", lambda tx: invite(tx, link, appid, role, note, by, now), note, role=role)
    return await show(visit, link=f"{visit.platform.settings.base_url}/console/join/{link}")


async def take_back(visit: Desk) -> Response:
    """Withdraw an invitation."""
    digest = visit.form.get("digest", "")
    await visit.change("member.withdraw", lambda tx: withdraw(tx, visit.call.appid, digest))
    return await show(visit)


async def set_role(visit: Desk) -> Response:
    """Give a member another role."""
    return await _change(visit, asked_role(visit), "member.role")


async def remove(visit: Desk) -> Response:
    """Take a member's role away."""
    return await _change(visit, "", "member.remove")


async def _change(visit: Desk, role: str, name: str) -> Response:
    who, appid = visit.form.get("account", ""), visit.call.appid
    everybody = await visit.read(lambda tx: list_members(tx, appid))
    member = next((one for one in everybody if one.person.id == who), None)
    if member is None:
        raise NotHere
    facts = {"before": member.role, "role": role}
    done = await visit.change(name, lambda tx: change_role(tx, who, appid, role), member.person.name, **facts)
    if done and who == visit.require_person().id:
        return visit.go("/console")
    return await show(visit, "" if done else visit.text(LAST_KEEPER))


CHANGES: dict[str, Callable[[Desk], Awaitable[Response]]] = {
    "invite": send_invitation,
    "withdraw": take_back,
    "role": set_role,
    "remove": remove,
}


async def show(visit: Desk, fault: str = "", link: str = "") -> Response:
    """Show the page."""
    appid = visit.call.appid
    return visit.show(
        "web/members.html",
        members=await visit.read(lambda tx: list_members(tx, appid)),
        invitations=await visit.read(lambda tx: list_invitations(tx, appid, wall_clock())),
        roles=[(role, visit.text(ROLE_NAMES[role])) for role in roles(visit)],
        role_names={role: visit.text(name) for role, name in ROLE_NAMES.items()},
        fault=fault,
        link=link,
    )
