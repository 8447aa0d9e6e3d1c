"""``chooseCard``: the visitor chooses one of the account's codes for the page (spec: jssdk_and_pages.md 5)."""

from __future__ import annotations

import json
import secrets
import time

from starlette.responses import Response

from kaquan.actions.explain_signature import explain_card_sign
from kaquan.actions.keep_sheet import Sheet
from kaquan.actions.list_choices import list_choices
from kaquan.api.failed import keep_failure
from kaquan.errors import Refusal
from kaquan.jssdk.judge import named, reload
from kaquan.jssdk.sheet import finish, open_page
from kaquan.rules.add_card import nonces_of
from kaquan.rules.choose import Filters, Held, check_card_sign, choosable, read_filters
from kaquan.rules.encrypt_code import NONCE_BYTES, encrypt_code
from kaquan.rules.js_call import failed
from kaquan.web.page import page
from kaquan.web.visit import NotHere, Visit

CALLS = frozenset({"chooseCard"})


@page("/choose/{sheet_id}", "GET", "POST")
async def choose(visit: Visit) -> Response:
    """Show what can be chosen, and give the page what was."""
    started = time.perf_counter()
    made, openid = await open_page(visit, CALLS)
    if visit.request.method == "POST" and not visit.form.get("code"):
        return await finish(visit, made, openid, failed("chooseCard", "cancel"))
    try:
        listed = await choices(visit, made, openid)
    except Refusal as refused:
        visit.call.body = json.dumps(made.arguments, ensure_ascii=False).encode()
        rid = keep_failure(visit.call, refused, started)[0]
        return visit.show("jssdk/choose.html", listed=[], rid=rid)
    if visit.request.method == "GET":
        return visit.show("jssdk/choose.html", listed=listed, rid="")
    return await finish(visit, made, openid, chosen(visit, listed))


async def choices(visit: Visit, made: Sheet, openid: str) -> list[Held]:
    """Return what the visitor can choose.

    Raises:
        Refusal: 63002 the cardSign is wrong, 40056 there is nothing.
    """
    filters = read_filters(made.arguments)
    try:
        check_sign(visit, filters)
    except Refusal:
        await reload(visit)
    try:
        check_sign(visit, filters)
    except Refusal as refused:
        facts = (visit.platform, visit.app, visit.now, filters.signed, filters.card_sign)
        raise named(refused, await explain_card_sign(*facts, nonces_of(made.method, made.arguments))) from None
    wallet = await visit.read(lambda tx: list_choices(tx, visit.app.appid, openid, visit.now))
    return choosable(wallet, filters)


def check_sign(visit: Visit, filters: Filters) -> None:
    """Check the cardSign by the tickets that are known of the account.

    Raises:
        Refusal: 63002.
    """
    check_card_sign(filters, visit.platform.tokens.tickets(visit.app, "wx_card", visit.now))


def chosen(visit: Visit, listed: list[Held]) -> dict[str, str]:
    """Return the result for the code that was chosen.

    Raises:
        NotHere: the form names none that can be.
    """
    code, card_id = visit.form["code"], visit.form.get("card_id", "")
    found = next((one for one in listed if (one.code, one.card_id) == (code, card_id)), None)
    if found is None:
        raise NotHere
    key = visit.platform.keys.encrypt_code_key(visit.app.appid)
    encrypted = encrypt_code(key, found.code, secrets.token_bytes(NONCE_BYTES))
    info = [{"card_id": found.card_id, "encrypt_code": encrypted}]
    return {**failed("chooseCard", "ok"), "choose_card_info": json.dumps(info, separators=(",", ":"))}
