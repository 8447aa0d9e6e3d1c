"""The cards that a merchant's page offers with ``addCard`` (spec: jssdk_and_pages.md 4 and 11.3)."""

from __future__ import annotations

import json
import secrets
from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_sheet import Sheet, end_sheet, load_sheet
from kaquan.actions.show_cards import show_cards
from kaquan.api.claiming import add_card_ext
from kaquan.claim.desk import Row, Wish, claim_each, enter, foreseen, guarded, look, new_nonce, require_openid, would_be
from kaquan.errors import Errcode, Refusal
from kaquan.jssdk.sheet import finish
from kaquan.rules.add_card import CALLS, card_ext_text, left_with, nonces_of, origin_refusal, result_of
from kaquan.rules.claim import Claim
from kaquan.rules.encrypt_code import NONCE_BYTES, encrypt_code
from kaquan.rules.js_call import cards_of, failed
from kaquan.rules.signature import verify_card_ext
from kaquan.web.claim_face import Face
from kaquan.web.page import page
from kaquan.web.visit import Visit


@page("/claim/{sheet_id}", "GET", "POST")
async def sheet(visit: Visit) -> Response:
    """Show the cards of a call, claim them, and tell the page that called."""
    return await guarded(visit, serve)


async def serve(visit: Visit) -> Response:
    """Answer a request for a call that may be none.

    Raises:
        Refusal: 40073, 48004.
        SignInNeeded: nobody is signed in who could claim.
    """
    loaded = await load(visit)
    openid = await would_be(visit)
    made = seen_by(loaded, openid)
    if visit.request.method == "POST" and visit.form.get("end"):
        return await finish(visit, made, made.openid, await ended(visit, made))
    if visit.request.method != "POST":
        rows = await look(visit, await wishes_of(visit, made, openid))
        return show(visit, made, openid, rows, made.result or hopeless(made, rows))
    openid = await require_openid(visit)
    rows = await claim_each(visit, await wishes_of(visit, made, openid))
    result = result_of(made.method, cards_of(made.method, made.arguments), encrypted(visit, rows), before(made))
    await visit.write(lambda tx: end_sheet(tx, visit.app.appid, made.sheet_id, openid, result))
    return show(visit, made, openid, rows, as_text(result), done=True)


async def load(visit: Visit) -> Sheet:
    """Return the call of this name.

    Raises:
        Refusal: 40073 there is none that offers cards, 48004.
    """
    name = visit.path["sheet_id"]
    app = await enter(visit, name)
    made = await visit.read(lambda tx: load_sheet(tx, app.appid, name))
    if made.method not in CALLS:
        raise Errcode.INVALID_CARD_ID("ticket_unknown", card_id="")
    return made


def seen_by(made: Sheet, openid: str) -> Sheet:
    """Return a call as its visitor sees it: what somebody else claimed in it, on the same device, is not theirs."""
    return made if made.openid in {"", openid} else msgspec.structs.replace(made, openid=openid, result="")


async def wishes_of(visit: Visit, made: Sheet, openid: str) -> list[Wish]:
    """Return what the page offers."""
    app, cards = visit.app, cards_of(made.method, made.arguments)
    named = [one["card_id"] for one in cards]
    shown = await visit.read(lambda tx: show_cards(tx, app.appid, named, gone=True))
    domains = [one for one in app.js_domains.split(",") if one]
    signed = "verifyAppId" in made.arguments
    origin = origin_refusal(made.url, made.origin, signed, domains, app.card_js_domain)
    nonces, wishes = nonces_of(made.method, made.arguments), []
    for one in cards:
        claim, sent = Claim(one["card_id"], openid, visit.now, nonces=nonces), {"card_ext": one.get("card_ext", "")}
        form = await read_ext(visit, claim, sent["card_ext"])
        wishes.append(Wish(claim, shown.get(claim.card_id), origin, form, sent=sent))
    return wishes


async def read_ext(visit: Visit, claim: Claim, card_ext: Any) -> Refusal | None:
    """Put a card_ext into its claim, and return what is wrong with its form."""
    text = card_ext_text(card_ext, visit.app.js_device)
    try:
        add_card_ext(visit.call, claim, text)
    except Refusal as refused:
        return refused
    assert claim.card_ext is not None
    if not verify_card_ext(claim.card_id, claim.card_ext, list(claim.tickets)):
        # The ticket may be younger than this process's snapshot of the account.
        visit.call.app = await visit.platform.apps.reload(visit.app.appid) or visit.app
        add_card_ext(visit.call, claim, text)
    return None


async def ended(visit: Visit, made: Sheet) -> dict[str, Any]:
    """Return what the page is told when the visitor leaves."""
    if made.result:
        return before(made)
    wishes = await wishes_of(visit, made, await would_be(visit))
    return left_with(made.method, [await foreseen(visit, one) for one in wishes])


def before(made: Sheet) -> dict[str, Any]:
    """Return the call's result so far."""
    result: dict[str, Any] = json.loads(made.result or "{}")
    return result


def encrypted(visit: Visit, rows: list[Row]) -> list[str]:
    """Return the code of each row as pages are given it."""
    key = visit.platform.keys.encrypt_code_key(visit.app.appid)
    return [encrypt_code(key, one.code, secrets.token_bytes(NONCE_BYTES)) if one.code else "" for one in rows]


def hopeless(made: Sheet, rows: list[Row]) -> str:
    """Return what the page is told where nothing can be claimed; empty as long as something can."""
    return "" if any(not one.text for one in rows) else as_text(failed(made.method))


def as_text(result: dict[str, Any]) -> str:
    """Return a result as JSON."""
    return msgspec.json.encode(result).decode()


def show(visit: Visit, made: Sheet, openid: str, rows: list[Row], result: str, done: bool = False) -> Response:
    """Show the cards; ``result`` is what the page is told should the window be closed now."""
    told = {"origin": made.origin, "result": result}
    facts: dict[str, Any] = {"rows": rows, "done": done, "person": openid, "face": Face(visit)}
    return visit.show("claim/claim.html", nonce=new_nonce(), sheet=told, share_path="", **facts)
