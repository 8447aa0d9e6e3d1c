"""双屏演练: a persona's phone and the till side by side, and between them the events and the ledger as they move."""

from __future__ import annotations

import json
import secrets
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.responses import Response

from kaquan.actions.browse_events import Wanted, browse_events
from kaquan.actions.keep_account import list_personas
from kaquan.actions.keep_session import open_session, who
from kaquan.actions.list_cards import list_cards
from kaquan.actions.list_journal import list_journal
from kaquan.actions.show_cards import show_cards
from kaquan.api.in_process import Outcome, Sent, call_in_process
from kaquan.developer.events import states
from kaquan.developer.sandbox import require_sandbox
from kaquan.errors import Errcode
from kaquan.rules.account import Person
from kaquan.sources import wall_clock
from kaquan.web.desk import Desk, console_path, desk
from kaquan.web.nav import DESKS
from kaquan.web.visit import COOKIE_BYTES, NotHere, Visit

TILL = "/till/{appid}"
WALLET_PATH = "/wallet"
MOST_CARDS = 20
LINES = 30
FRAMES = {"frame-src": "'self'"}
# Paths that a phone is led to by a QR code.
SCANNED = ("/q/",)


@desk("/console/{appid}/rehearsal", "GET", "POST", sees="develop.see", changes="develop.change")
async def rehearsal(visit: Desk) -> Response:
    """Show both screens; be somebody else on the phone, scan a card's QR code, or consume a code."""
    require_sandbox(visit)
    if visit.request.method == "GET":
        return await show(visit)
    act = {"persona": be_persona, "scan": scan, "consume": consume}.get(visit.form.get("do", ""))
    if act is None:
        raise NotHere
    if visit.app.suspended:
        raise Errcode.API_FORBIDDEN("suspended", appid=visit.app.appid)
    return await act(visit)


@desk("/console/{appid}/rehearsal/tape", sees="develop.see")
async def tape(visit: Desk) -> Response:
    """Return the part of the page that moves: the latest events and the latest lines of the ledger."""
    require_sandbox(visit)
    return visit.show("developer/tape.html", **await moving(visit))


async def moving(visit: Desk) -> dict[str, Any]:
    """Return what the moving part shows."""
    appid = visit.app.appid
    return {
        "events": await visit.read(lambda tx: browse_events(tx, appid, Wanted(), LINES)),
        "lines": await visit.read(lambda tx: list_journal(tx, appid, LINES)),
        "states": states(visit),
    }


async def on_phone(visit: Desk) -> Person | None:
    """Return the persona of this account that this browser's wallet is signed in as."""
    cookie = visit.request.cookies.get(Visit.COOKIE, "")
    found = await visit.read(lambda tx: who(tx, cookie, wall_clock())) if cookie else None
    return found.person if found and found.person.persona_of == visit.app.appid else None


async def be_persona(visit: Desk) -> Response:
    """Sign this browser's wallet in as a persona."""
    chosen, appid = visit.form.get("persona", ""), visit.app.appid
    known = await visit.read(lambda tx: list_personas(tx, appid))
    person = next((one for one in known if one.id == chosen), None)
    if person is None:
        raise NotHere
    cookie, client = secrets.token_urlsafe(COOKIE_BYTES), visit.request.headers.get("user-agent", "")
    await visit.write(lambda tx: open_session(tx, cookie, person.id, client, wall_clock()))
    # It ends with the browser: a rehearsal is no reason to stay signed in.
    visit.keep_cookie(Visit.COOKIE, cookie, 0)
    return visit.go(console_path(appid, "rehearsal"))


async def scan(visit: Desk) -> Response:
    """Make a QR ticket of a card, and lead the phone to where its code leads."""
    card = {"card_id": visit.form.get("card_id", "")[:64]}
    made = await called(visit, "/card/qrcode/create", {"action_name": "QR_CARD", "action_info": {"card": card}})
    if made.errcode:
        return await show(visit, outcome=made)
    return await show(visit, phone=urlsplit(msgspec.json.decode(made.answer)["url"]).path)


async def consume(visit: Desk) -> Response:
    """Consume a code as a cashier does whose till calls the API."""
    phone = visit.form.get("phone", "")
    outcome = await called(visit, "/card/code/consume", {"code": visit.form.get("code", "").strip()[:64]})
    return await show(visit, phone=phone if phone.startswith(SCANNED) else WALLET_PATH, outcome=outcome)


async def called(visit: Desk, path: str, body: dict[str, Any]) -> Outcome:
    """Make a call of this account's, on record."""
    await visit.note("call.send", path)
    return await call_in_process(visit.platform, visit.app, Sent("POST", path, {}, json.dumps(body).encode()))


async def show(visit: Desk, phone: str = WALLET_PATH, outcome: Outcome | None = None) -> Response:
    """Show the page; ``phone`` is the path on the phone, ``outcome`` what came of a call."""
    appid, needs = visit.app.appid, DESKS.get(TILL)
    has_till = needs is not None and visit.may(needs.sees)
    card_ids, _ = await visit.read(lambda tx: list_cards(tx, appid, None, 0, MOST_CARDS))
    cards = await visit.read(lambda tx: show_cards(tx, appid, card_ids))
    return visit.show(
        "developer/rehearsal.html",
        policy=FRAMES,
        personas=await visit.read(lambda tx: list_personas(tx, appid)),
        person=await on_phone(visit),
        cards=[(one, cards[one].base.title) for one in card_ids if one in cards],
        phone=phone,
        till=TILL.replace("{appid}", appid) if has_till else "",
        outcome=outcome,
        may_change=visit.may("develop.change") and not visit.app.suspended,
        **await moving(visit),
    )
