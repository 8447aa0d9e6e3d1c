"""What the claim pages share: what a visitor could claim, what became of it, and what is told of a refusal."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.claim_card import Claimed
from kaquan.actions.meet import foresee_openid
from kaquan.actions.show_cards import ShownCard
from kaquan.api import scan
from kaquan.api.call import text_of as answer_text
from kaquan.api.claiming import claimed, make_claim, read_claimed, sharpened
from kaquan.api.encode import encode, raw_json
from kaquan.api.failed import keep_failure
from kaquan.errors import Errcode, Refusal
from kaquan.rules.claim import Claim, first_refusal
from kaquan.rules.claim_text import text_of
from kaquan.rules.idempotency import Once
from kaquan.rules.throttle import Limit
from kaquan.store.apps import App
from kaquan.store.batch import outcome
from kaquan.web.visit import SignInNeeded, Visit

NONCE_CHARACTERS = 64


class Wish(msgspec.Struct):
    """One card that a page offers.

    Args:
        claim: what the button would claim; its openid is empty as long as nobody is signed in.
        card: what is shown, None for a card that the account does not have.
        origin: why the page that the visitor comes from may not offer it.
        form: what is wrong with the form of its card_ext.
        share: whether the visitor may hand the page on.
        sent: what the merchant sent, which explains a refusal.
    """

    claim: Claim
    card: ShownCard | None
    origin: Refusal | None = None
    form: Refusal | None = None
    share: bool = False
    sent: dict[str, Any] = {}


class Row(msgspec.Struct):
    """One card of a page with its state.

    Args:
        card: None for a card that the account does not have.
        card_id: of the card.
        code: what was claimed, empty otherwise.
        text: why it cannot be claimed, in the visitor's language, empty when it can.
        rid: the reference of that.
        share: whether the visitor may hand the page on.
    """

    card: ShownCard | None
    card_id: str
    code: str = ""
    text: str = ""
    rid: str = ""
    share: bool = False


async def guarded(visit: Visit, serve: Callable[[Visit], Awaitable[Response]]) -> Response:
    """Return a page, or the one that says why there is none."""
    started = time.perf_counter()
    try:
        return await serve(visit)
    except Refusal as refused:
        rid = keep_failure(visit.call, refused, started)[0]
        status = 404 if refused.errcode == Errcode.INVALID_CARD_ID else 200
        return visit.show("claim/refused.html", status, text=text_of(refused, visit.language), rid=rid)


async def enter(visit: Visit, name: str) -> App:
    """Enter the account that a ticket's name carries.

    Raises:
        Refusal: 40073 there is none, 48004 it is suspended.
    """
    app = await visit.platform.apps.get(scan.appid_of(name))
    if app is None:
        raise Errcode.INVALID_CARD_ID("ticket_unknown", card_id="")
    visit.call.app = app
    if app.suspended:
        raise Errcode.API_FORBIDDEN("suspended", appid=app.appid)
    return app


async def would_be(visit: Visit) -> str:
    """Return as whom the account knows the visitor, or would from the first claim on; empty where nobody can claim."""
    app, person = visit.app, visit.person
    if person is None or person.persona_of not in {"", app.appid}:
        return ""
    return await visit.read(lambda tx: foresee_openid(tx, visit.platform.keys, app, person))


async def require_openid(visit: Visit) -> str:
    """Return as whom the account knows the visitor, from now on if it did not before.

    Raises:
        SignInNeeded: nobody is signed in who could claim; it leads back to the page.
    """
    try:
        return await visit.openid()
    except SignInNeeded:
        raise SignInNeeded(visit.app.appid, visit.here) from None


async def look(visit: Visit, wishes: list[Wish]) -> list[Row]:
    """Return what would become of each claim; nothing is changed but that each card was seen."""
    for one in wishes:
        if one.card is not None:
            visit.platform.views.add(visit.app.appid, one.claim.card_id, one.claim.openid, visit.now)
    found = await asyncio.gather(*(foreseen(visit, one) for one in wishes))
    return [await row_of(visit, one, refused) for one, refused in zip(wishes, found, strict=True)]


async def foreseen(visit: Visit, one: Wish) -> Refusal | None:
    """Return why a claim would be refused at this moment, None when it would be made."""
    batcher = visit.platform.hot.foresights
    found = await batcher.submit(visit.app.appid, one.claim.card_id, one.claim)
    if isinstance(found, Refusal) and found.errcode == Errcode.SYSTEM_ERROR:
        return found
    return first_refusal(found, one.origin, one.form)


async def claim_each(visit: Visit, wishes: list[Wish]) -> list[Row]:
    """Claim every card, one after the other; each gets a code or a text."""
    late = too_often(visit, wishes[0].claim.openid) if wishes else None
    nonce = visit.form.get("nonce", "")[:NONCE_CHARACTERS] or new_nonce()
    rows = []
    for place, one in enumerate(wishes):
        one.claim.once = once(one.claim, f"{nonce}/{place}")
        rows.append(await (row_of(visit, one, late) if late else claim_one(visit, one)))
    return rows


async def claim_one(visit: Visit, one: Wish) -> Row:
    """Claim one card."""
    started = time.perf_counter()
    try:
        if one.origin or one.form:
            outcome(await foreseen(visit, one))
        said = await make_claim(visit.call, one.claim, kept)
    except Refusal as refused:
        return refused_row(visit, one, refused, started)
    return Row(one.card, one.claim.card_id, code=read_claimed(said.body).code, share=one.share)


def kept(code: Claimed) -> Any:
    """Return the answer to a claim as it is kept, so that a form sent again is answered with the same."""
    return raw_json(answer_text(claimed, code))


async def row_of(visit: Visit, one: Wish, refused: Refusal | None) -> Row:
    """Return a card with why it cannot be claimed, if it cannot."""
    started = time.perf_counter()
    if refused is None:
        return Row(one.card, one.claim.card_id, share=one.share)
    return refused_row(visit, one, await sharpened(visit.call, one.claim, refused), started)


def refused_row(visit: Visit, one: Wish, refused: Refusal, started: float) -> Row:
    """Return a card with a refusal, which is kept with what explains it."""
    sent = {"card_id": one.claim.card_id, "openid": one.claim.openid, **one.sent}
    visit.call.body = encode(sent)
    rid = keep_failure(visit.call, refused, started)[0]
    return Row(one.card, one.claim.card_id, text=text_of(refused, visit.language), rid=rid, share=one.share)


def once(one: Claim, nonce: str) -> Once:
    """Return the key under which the form of this visitor is answered once, however often it is sent."""
    key = "page/" + hashlib.sha256(f"{one.openid}\n{one.card_id}\n{nonce}".encode()).hexdigest()
    return Once(key, key, one.now, partial(answer_text, claimed))


def new_nonce() -> str:
    """Return what a form is told apart by."""
    return secrets.token_urlsafe(16)


def too_often(visit: Visit, openid: str) -> Refusal | None:
    """Count a try to claim, and return why it comes too often."""
    person, address, now = visit.platform.claims_by_person, visit.platform.claims_by_address, time.monotonic()
    if not person.draw(f"{visit.app.appid}/{openid}", now):
        return Errcode.SYSTEM_ERROR("too_many_by_person", **pace(person.limit))
    if not address.draw(visit.call.client_ip, now):
        return Errcode.SYSTEM_ERROR("too_many_by_address", **pace(address.limit))
    return None


def pace(limit: Limit) -> dict[str, int]:
    """Return a limit as the facts of a refusal."""
    return {"limit": limit.count, "seconds": limit.seconds}
