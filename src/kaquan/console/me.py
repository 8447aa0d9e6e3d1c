"""The visitor's own account at the desks: name, password, second factor, sessions."""

from __future__ import annotations

import secrets

import segno
from starlette.responses import Response

from kaquan.actions.keep_account import set_nickname
from kaquan.actions.keep_factor import drop_factor, pass_factor, recovery_left, set_factor
from kaquan.actions.keep_session import digest_of, list_sessions, prove
from kaquan.console.sign_in import WRONG_FACTOR
from kaquan.keys import KeyMismatch
from kaquan.rules.account import Person, clean_nickname, device
from kaquan.rules.second_factor import (
    RECOVERY_BYTES,
    RECOVERY_CODES,
    SECRET_BYTES,
    address_of,
    key_of,
    recovery_code,
    step_of,
)
from kaquan.rules.throttle import FACTOR_NAME
from kaquan.sources import wall_clock
from kaquan.web.account import OF_EVERYBODY, Changes, show_or_change
from kaquan.web.desk import Desk
from kaquan.web.page import page
from kaquan.web.patience import too_often
from kaquan.web.texts import zh
from kaquan.web.visit import local_path

NICKNAME_EMPTY = zh("昵称不能为空")
TOO_LATE = zh("页面已过期，请重新扫码")


@page("/console/me", "GET", "POST", visit=Desk)
async def me(visit: Desk) -> Response:
    """Show the account, and change what a form of it asks for."""
    return await show_or_change(visit, CHANGES, show)


@page("/console/me/factor", "GET", "POST", visit=Desk)
async def set_up(visit: Desk) -> Response:
    """Set up a second factor: show its secret, take a code of it, and show the codes for its loss this once."""
    person = visit.require_person()
    then = local_path(visit.query.get("next", ""), "/console/me")
    if person.has_factor:
        return visit.go(then)
    if visit.request.method == "GET":
        return show_factor(visit, person, secrets.token_bytes(SECRET_BYTES))
    secret = secret_of(visit, person)
    if secret is None:
        return show_factor(visit, person, secrets.token_bytes(SECRET_BYTES), visit.text(TOO_LATE))
    step = step_of(secret, visit.form.get("code", "")[:40], wall_clock())
    if step is None:
        return show_factor(visit, person, secret, visit.text(WRONG_FACTOR))
    codes = [recovery_code(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]
    keys, cookie = visit.platform.keys, visit.cookie
    await visit.write(lambda tx: set_factor(tx, keys, person.id, secret, step, codes))
    await visit.write(lambda tx: prove(tx, cookie))
    return visit.show("console/me_recovery.html", codes=codes, then=then)


def show_factor(visit: Desk, person: Person, secret: bytes, fault: str = "") -> Response:
    """Show a secret as a picture to scan and as a text to type; the form brings it back sealed."""
    picture = segno.make(address_of(secret, person.name, "kaquan"), error="m")
    box = visit.platform.keys.seal(f"new factor {person.id}", secret.hex())
    svg = picture.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    return visit.show("console/me_factor.html", key=key_of(secret), svg=svg, box=box, fault=fault)


def secret_of(visit: Desk, person: Person) -> bytes | None:
    """Return the secret that the form brought back, None when it is not one of ours for this person."""
    try:
        return bytes.fromhex(visit.platform.keys.unseal(f"new factor {person.id}", visit.form.get("box", ""))) or None
    except (KeyMismatch, ValueError):
        return None


async def rename(visit: Desk, person: Person) -> str:
    """Take another nickname."""
    nickname = clean_nickname(visit.form.get("nickname", ""))
    if not nickname:
        return NICKNAME_EMPTY
    await visit.write(lambda tx: set_nickname(tx, person.id, nickname))
    return ""


async def drop(visit: Desk, person: Person) -> str:
    """Take the second factor off, with a code of it."""
    if wait := await too_often(visit, {f"factor/{person.id}": FACTOR_NAME}):
        return wait
    keys, typed, now = visit.platform.keys, visit.form.get("code", "")[:40], wall_clock()
    if not await visit.write(lambda tx: pass_factor(tx, keys, person.id, typed, now)):
        return WRONG_FACTOR
    await visit.write(lambda tx: drop_factor(tx, person.id))
    return ""


CHANGES: Changes = {**OF_EVERYBODY, "nickname": rename, "factor": drop}


async def show(visit: Desk, person: Person, fault: str | None = None) -> Response:
    """Show the account; ``fault`` is what a change ended in, empty for well, None when there was none."""
    sessions = await visit.read(lambda tx: list_sessions(tx, person.id))
    left = await visit.read(lambda tx: recovery_left(tx, person.id))
    return visit.show(
        "console/me.html",
        person=person,
        sessions=sessions,
        device=device,
        left=left,
        this=digest_of(visit.cookie),
        fault=visit.text(fault) if fault else "",
        done=fault == "",
    )
