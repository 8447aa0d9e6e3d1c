"""Sign in to the desks with name and password, then show the second factor; sign out."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.keep_factor import pass_factor
from kaquan.actions.keep_session import prove
from kaquan.rules.account import Person
from kaquan.rules.throttle import FACTOR_NAME
from kaquan.sources import wall_clock
from kaquan.web.account import end_session, new_session, signed_in, typed_name
from kaquan.web.desk import Desk
from kaquan.web.page import page
from kaquan.web.patience import too_often
from kaquan.web.texts import zh
from kaquan.web.visit import SignInNeeded, local_path

WRONG_FACTOR = zh("验证码不对，或已经用过")


@page("/console/sign-in", "GET", "POST", visit=Desk)
async def sign_in(visit: Desk) -> Response:
    """Ask who is there, and lead back to where the visitor came from."""
    if visit.request.method == "GET":
        return show(visit)
    entered = await signed_in(visit)
    if entered.person is None:
        return show(visit, entered.fault, entered.status)
    return await welcome(visit, entered.person)


@page("/console/factor", "GET", "POST", visit=Desk)
async def factor(visit: Desk) -> Response:
    """Ask for the second factor of somebody whose password was right."""
    person = visit.person
    if person is None:
        raise SignInNeeded
    then = local_path(visit.query.get("next", ""), Desk.HOME)
    if visit.proved:
        return visit.go(then)
    if visit.request.method == "GET":
        return visit.show("console/factor.html", fault="")
    if wait := await too_often(visit, {f"factor/{person.id}": FACTOR_NAME}):
        return visit.show("console/factor.html", 429, fault=wait)
    keys, typed, now = visit.platform.keys, visit.form.get("code", "")[:40], wall_clock()
    if not await visit.write(lambda tx: pass_factor(tx, keys, person.id, typed, now)):
        return visit.show("console/factor.html", fault=visit.text(WRONG_FACTOR))
    # What the password alone opened is of no use to whoever may have seen it.
    cookie = await new_session(visit, person)
    await visit.write(lambda tx: prove(tx, cookie))
    return visit.go(then)


@page("/console/sign-out", "POST", visit=Desk)
async def sign_out(visit: Desk) -> Response:
    """End this session."""
    await end_session(visit)
    visit.renew_cookie(keep_seconds=0)
    return visit.go("/console/sign-in")


def show(visit: Desk, fault: str = "", status: int = 200) -> Response:
    """Show the form."""
    name = typed_name(visit)
    return visit.show("console/sign_in.html", status, fault=fault, name=name, question=visit.question)


async def welcome(visit: Desk, person: Person) -> Response:
    """Open a session in place of the one before and lead on to where the page was asked to lead."""
    await new_session(visit, person)
    return visit.go(local_path(visit.query.get("next", ""), Desk.HOME))
