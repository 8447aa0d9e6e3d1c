"""The visitor's own account: nickname, password, sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.responses import Response

from kaquan.actions.keep_account import load_account, set_nickname, set_password
from kaquan.actions.keep_session import close_others, close_session, digest_of, list_sessions
from kaquan.actions.meet import name_person
from kaquan.rules.account import PASSWORD_MOST, Person, clean_nickname, device, password_fault
from kaquan.rules.throttle import SIGN_IN_NAME
from kaquan.web.page import page
from kaquan.web.passwords import FAULTS, PASSWORDS, WRONG, again_fault
from kaquan.web.patience import too_often
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere, Visit

SAVED = zh("已保存")
NICKNAME_EMPTY = zh("昵称不能为空")


@page("/wallet/me", "GET", "POST")
async def me(visit: Visit) -> Response:
    """Show the account, and change what a form of it asks for."""
    person = visit.require_person()
    if visit.request.method == "GET":
        return await show(visit, person)
    change = CHANGES.get(visit.form.get("change", ""))
    if change is None:
        raise NotHere
    fault = await change(visit, person)
    await visit.recognise()
    return await show(visit, visit.require_person(), fault)


async def rename(visit: Visit, person: Person) -> str:
    """Take another nickname; every merchant who knows the person sees it."""
    nickname = clean_nickname(visit.form.get("nickname", ""))
    if not nickname:
        return NICKNAME_EMPTY
    for known in await visit.write(lambda tx: set_nickname(tx, person.id, nickname)):
        await visit.write(partial(name_person, appid=known[0], openid=known[1], nickname=nickname))
    return ""


async def change_password(visit: Visit, person: Person) -> str:
    """Take another password and end every other session."""
    old, new = (visit.form.get(name, "")[: PASSWORD_MOST + 1] for name in ("old", "password"))
    fault = password_fault(new, person.name) or again_fault(new, visit.form.get("again", ""))
    if fault:
        return FAULTS[fault]
    if wait := await too_often(visit, {f"sign-in/{person.name}": SIGN_IN_NAME}):
        return wait
    found = await visit.read(lambda tx: load_account(tx, person.id))
    if not await PASSWORDS.fits(old, found[1] if found else ""):
        return WRONG
    hashed = await PASSWORDS.hash(new)
    await visit.write(lambda tx: set_password(tx, person.id, hashed))
    return await end_others(visit, person)


async def end_others(visit: Visit, person: Person) -> str:
    """End every session but this one."""
    await visit.write(lambda tx: close_others(tx, person.id, visit.cookie))
    return ""


async def end_one(visit: Visit, person: Person) -> str:
    """End one session."""
    digest = visit.form.get("session", "")
    await visit.write(lambda tx: close_session(tx, person.id, digest))
    return ""


CHANGES: dict[str, Callable[[Visit, Person], Awaitable[str]]] = {
    "nickname": rename,
    "password": change_password,
    "others": end_others,
    "session": end_one,
}


async def show(visit: Visit, person: Person, fault: str | None = None) -> Response:
    """Show the account; ``fault`` is what a change ended in, empty for well, None when there was none."""
    sessions = await visit.read(lambda tx: list_sessions(tx, person.id))
    return visit.show(
        "wallet/me.html",
        person=person,
        sessions=sessions,
        device=device,
        this=digest_of(visit.cookie),
        fault=visit.text(fault) if fault else "",
        done=visit.text(SAVED) if fault == "" else "",
    )
