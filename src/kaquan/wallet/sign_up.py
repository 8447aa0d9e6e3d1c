"""Sign up: a name, a password, nothing else."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from kaquan.actions import keep_account
from kaquan.rules.account import (
    PASSWORD_MOST,
    Person,
    clean_nickname,
    fold_name,
    name_fault,
    password_fault,
)
from kaquan.rules.throttle import SIGN_UP_ADDRESS
from kaquan.sources import wall_clock
from kaquan.wallet.sign_in import welcome
from kaquan.web.page import page
from kaquan.web.passwords import FAULTS, PASSWORDS, again_fault
from kaquan.web.patience import too_often
from kaquan.web.visit import Visit


@page("/wallet/sign-up", "GET", "POST")
async def sign_up(visit: Visit) -> Response:
    """Make an account and sign in to it."""
    if visit.request.method == "GET":
        return show(visit)
    form = visit.form
    name, password = fold_name(form.get("name", "")), form.get("password", "")[: PASSWORD_MOST + 1]
    fault = name_fault(name) or password_fault(password, name) or again_fault(password, form.get("again", ""))
    if fault:
        return show(visit, visit.text(FAULTS[fault]))
    if wait := await too_often(visit, {f"sign-up@{visit.call.client_ip}": SIGN_UP_ADDRESS}):
        return show(visit, wait, 429)
    person = Person(secrets.token_hex(16), name, clean_nickname(form["name"]) or name, "")
    hashed = await PASSWORDS.hash(password)
    if not await visit.write(lambda tx: keep_account.sign_up(tx, person, hashed, wall_clock())):
        return show(visit, visit.text(FAULTS["name_taken"]))
    return await welcome(visit, person)


def show(visit: Visit, fault: str = "", status: int = 200) -> Response:
    """Show the form."""
    return visit.show("wallet/sign_up.html", status, fault=fault, name=visit.form.get("name", "")[:64])
