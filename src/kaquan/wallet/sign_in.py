"""Sign in with name and password, or as a persona of a sandbox app; sign out."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.keep_account import list_personas, load_account
from kaquan.rules.account import Person
from kaquan.web.account import end_session, new_session, signed_in, typed_name
from kaquan.web.page import page
from kaquan.web.visit import NotHere, Visit, local_path


@page("/wallet/sign-in", "GET", "POST")
async def sign_in(visit: Visit) -> Response:
    """Ask who is there, and lead back to where the visitor came from."""
    if visit.request.method == "GET":
        return await show(visit)
    entered = await signed_in(visit)
    if entered.person is None:
        return await show(visit, entered.fault, entered.status)
    return await welcome(visit, entered.person)


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


async def show(visit: Visit, fault: str = "", status: int = 200) -> Response:
    """Show the form, with the personas of the app that the visitor comes from."""
    appid = visit.query.get("appid", "") or visit.platform.settings.personas_of
    app = await visit.platform.apps.get(appid) if appid else None
    personas = await visit.read(lambda tx: list_personas(tx, appid)) if app is not None and app.sandbox else []
    name = typed_name(visit)
    return visit.show("wallet/sign_in.html", status, fault=fault, personas=personas, name=name)


async def welcome(visit: Visit, person: Person, then: str = "") -> Response:
    """Open a session in place of the one before and lead on to ``then``, or where the page was asked to lead."""
    await new_session(visit, person)
    return visit.go(then or local_path(visit.query.get("next", "")))
