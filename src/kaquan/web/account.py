"""What an account's pages do alike in the wallet and at the desks: sign up, sign in, sessions, the password."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions import keep_account
from kaquan.actions.keep_account import find_account, load_account, set_password
from kaquan.actions.keep_session import close_others, close_session, digest_of, open_session
from kaquan.rules.account import PASSWORD_MOST, Person, clean_nickname, fold_name, name_fault, password_fault
from kaquan.rules.throttle import SIGN_IN_ADDRESS, SIGN_IN_NAME, SIGN_UP_ADDRESS
from kaquan.sources import wall_clock
from kaquan.web.passwords import FAULTS, PASSWORDS, WRONG, again_fault
from kaquan.web.patience import too_often
from kaquan.web.visit import NotHere, Visit

NAME_SHOWN = 64
# The name of a change -> what makes it, with what was wrong, empty when nothing was.
Changes = dict[str, Callable[[Any, Person], Awaitable[str]]]


class Entered(msgspec.Struct, frozen=True):
    """Who a form named, or what is wrong with it and the status that says so."""

    person: Person | None = None
    fault: str = ""
    status: int = 200


async def signed_in(visit: Visit) -> Entered:
    """Return whose name and password were typed."""
    name, password = fold_name(visit.form.get("name", ""))[:200], typed_password(visit, "password")
    limits = {f"{visit.REALM}/{name}": SIGN_IN_NAME, f"{visit.REALM}@{visit.call.client_ip}": SIGN_IN_ADDRESS}
    if wait := await too_often(visit, limits):
        return Entered(fault=wait, status=429)
    found = await visit.read(lambda tx: find_account(tx, name, visit.REALM))
    fits = await PASSWORDS.fits(password, found[1] if found else "")
    return Entered(found[0]) if found is not None and fits else Entered(fault=visit.text(WRONG))


async def signed_up(visit: Visit) -> Entered:
    """Make the account that was asked for, and return whose it is."""
    name, password = fold_name(visit.form.get("name", "")), typed_password(visit, "password")
    fault = name_fault(name) or password_fault(password, name) or again_fault(password, visit.form.get("again", ""))
    if fault:
        return Entered(fault=visit.text(FAULTS[fault]))
    if wait := await too_often(visit, {f"{visit.REALM}-sign-up@{visit.call.client_ip}": SIGN_UP_ADDRESS}):
        return Entered(fault=wait, status=429)
    person = Person(secrets.token_hex(16), name, clean_nickname(visit.form["name"]) or name, "", visit.REALM)
    hashed = await PASSWORDS.hash(password)
    made = await visit.write(lambda tx: keep_account.sign_up(tx, person, hashed, wall_clock()))
    return Entered(person) if made else Entered(fault=visit.text(FAULTS["name_taken"]))


def typed_password(visit: Visit, field: str) -> str:
    """Return a password that was typed, no longer than it takes to tell that it is too long."""
    return visit.form.get(field, "")[: PASSWORD_MOST + 1]


def typed_name(visit: Visit) -> str:
    """Return the name that was typed, to be shown again."""
    return visit.form.get("name", "")[:NAME_SHOWN]


async def new_session(visit: Visit, person: Person) -> str:
    """Open a session in place of the one before and return its cookie."""
    await end_session(visit)
    client = visit.request.headers.get("user-agent", "")
    cookie = visit.renew_cookie()
    await visit.write(lambda tx: open_session(tx, cookie, person.id, client, wall_clock()))
    return cookie


async def end_session(visit: Visit) -> None:
    """End the session that the visitor came with, if there is one."""
    person, digest = visit.person, digest_of(visit.cookie)
    if person is not None:
        await visit.write(lambda tx: close_session(tx, person.id, digest))


async def change_password(visit: Visit, person: Person) -> str:
    """Take another password and end every other session."""
    old, new = typed_password(visit, "old"), typed_password(visit, "password")
    fault = password_fault(new, person.name) or again_fault(new, visit.form.get("again", ""))
    if fault:
        return FAULTS[fault]
    if wait := await too_often(visit, {f"{visit.REALM}/{person.name}": SIGN_IN_NAME}):
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


OF_EVERYBODY: Changes = {"password": change_password, "others": end_others, "session": end_one}


async def show_or_change(visit: Visit, changes: Changes, show: Callable[..., Awaitable[Response]]) -> Response:
    """Show the visitor's account, after the change that a form of it asks for.

    Args:
        changes: that there are, by the name of the form's button.
        show: shows the account of a person, with what a change ended in where one was made.
    """
    person = visit.require_person()
    if visit.request.method == "GET":
        return await show(visit, person)
    change = changes.get(visit.form.get("change", ""))
    if change is None:
        raise NotHere
    fault = await change(visit, person)
    await visit.recognise()
    return await show(visit, visit.require_person(), fault)
