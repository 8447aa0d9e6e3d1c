"""Sign in with name and password, or as a persona of a sandbox app; sign out."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.keep_account import find_account, list_personas, load_account
from kaquan.actions.keep_session import close_session, digest_of, open_session
from kaquan.rules.account import PASSWORD_MOST, Person, fold_name
from kaquan.rules.throttle import SIGN_IN_ADDRESS, SIGN_IN_NAME
from kaquan.sources import wall_clock
from kaquan.web.page import page
from kaquan.web.passwords import PASSWORDS, WRONG
from kaquan.web.patience import too_often
from kaquan.web.visit import NotHere, Visit, local_path


@page("/wallet/sign-in", "GET", "POST")
async def sign_in(visit: Visit) -> Response:
    """Ask who is there, and lead back to where the visitor came from."""
    if visit.request.method == "GET":
        return await show(visit)
    name, password = fold_name(visit.form.get("name", ""))[:200], visit.form.get("password", "")[: PASSWORD_MOST + 1]
    limits = {f"sign-in/{name}": SIGN_IN_NAME, f"sign-in@{visit.call.client_ip}": SIGN_IN_ADDRESS}
    if wait := await too_often(visit, limits):
        return await show(visit, wait, 429)
    found = await visit.read(lambda tx: find_account(tx, name))
    fits = await PASSWORDS.fits(password, found[1] if found else "")
    if found is None or not fits:
        return await show(visit, visit.text(WRONG))
    return await welcome(visit, found[0])


@page("/wallet/persona", "POST")
async def as_persona(visit: Visit) -> Response:
    """Sign in as one of a sandbox app's people, who have no password."""
    account_id = visit.form.get("persona", "")
    found = await visit.read(lambda tx: load_account(tx, account_id))
    if found is None or not found[0].persona_of:
        raise NotHere
    app = await visit.enter(found[0].persona_of)
    if not app.sandbox:
        raise NotHere
    return await welcome(visit, found[0])


@page("/wallet/sign-out", "POST")
async def sign_out(visit: Visit) -> Response:
    """End this session."""
    visit.require_person()
    await end_session(visit)
    visit.renew_cookie(keep_seconds=0)
    return visit.go("/wallet/sign-in")


async def end_session(visit: Visit) -> None:
    """End the session that the visitor came with, if there is one."""
    person, digest = visit.person, digest_of(visit.cookie)
    if person is not None:
        await visit.write(lambda tx: close_session(tx, person.id, digest))


async def show(visit: Visit, fault: str = "", status: int = 200) -> Response:
    """Show the form, with the personas of the app that the visitor comes from."""
    appid = visit.query.get("appid", "") or visit.platform.settings.personas_of
    app = await visit.platform.apps.get(appid) if appid else None
    personas = await visit.read(lambda tx: list_personas(tx, appid)) if app is not None and app.sandbox else []
    name = visit.form.get("name", "")[:64]
    return visit.show("wallet/sign_in.html", status, fault=fault, personas=personas, name=name)


async def welcome(visit: Visit, person: Person, then: str = "") -> Response:
    """Open a session in place of the one before and lead on to ``then``, or where the page was asked to lead."""
    await end_session(visit)
    client = visit.request.headers.get("user-agent", "")
    cookie = visit.renew_cookie()
    await visit.write(lambda tx: open_session(tx, cookie, person.id, client, wall_clock()))
    return visit.go(then or local_path(visit.query.get("next", "")))
