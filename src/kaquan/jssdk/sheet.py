"""The window that a call about cards opens: it takes the call from the page and leads to the page that answers it.

It is never a frame. Who calls is what the visitor's browser says (spec: jssdk_and_pages.md 4, 5, 6).
"""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_sheet import Sheet, end_sheet, load_sheet, open_sheet
from kaquan.api import scan
from kaquan.api.dispatch import check_right
from kaquan.api.failed import keep_failure
from kaquan.api.route import CARD
from kaquan.errors import Errcode, Refusal
from kaquan.jssdk.judge import FORBIDDEN, account_of, enter, judge_old, judge_signed, offline, text_of
from kaquan.rules.js_call import check_call, failed, read_config
from kaquan.rules.js_domain import Page
from kaquan.web.page import page
from kaquan.web.sent import object_of
from kaquan.web.visit import NotHere, Visit

NAME_BYTES = 16
# Where each call is answered; the claim page takes a sheet's name as it takes a ticket's.
ANSWERED_AT = {
    "batchAddCard": "/claim/",
    "openCardDetail": "/claim/",
    "chooseCard": "/choose/",
    "batchViewCard": "/view-card/",
}
VERIFIED = {"appid": "verifyAppId", "timestamp": "verifyTimestamp", "nonce_str": "verifyNonceStr"}


@page("/jssdk/sheet", "GET", "POST")
async def sheet(visit: Visit) -> Response:
    """Wait for the page's call, and take it."""
    if visit.request.method == "GET":
        return visit.show("jssdk/sheet.html")
    started = time.perf_counter()
    origin, sent = visit.form.get("origin", ""), object_of(visit.form.get("call", ""))
    visit.call.body = visit.form.get("call", "").encode()
    try:
        taken = await take(visit, origin, sent)
    except Refusal as refused:
        rid = keep_failure(visit.call, refused, started)[0]
        return end(visit, origin, refused_as(refused, sent), rid=rid)
    return visit.go(ANSWERED_AT[taken.method] + taken.sheet_id)


async def take(visit: Visit, origin: str, sent: dict[str, Any]) -> Sheet:
    """Check a call and keep it.

    Raises:
        Refusal: why it is not taken.
    """
    method, args = sent.get("method"), sent.get("args")
    check_call(method, args)
    assert isinstance(method, str)
    assert isinstance(args, dict)
    check_right(await enter(visit, await account_of(visit, method, args)), CARD)
    current = await page_that_calls(visit, origin, sent, args)
    name = scan.scan_id(visit.app.appid, secrets.token_bytes(NAME_BYTES))
    kept = json.dumps(args, ensure_ascii=False, separators=(",", ":"))
    made = Sheet(name, method, kept, current.origin, current.url, visit.now)
    await visit.write(lambda tx: open_sheet(tx, visit.app.appid, made))
    return made


async def page_that_calls(visit: Visit, origin: str, sent: dict[str, Any], args: dict[str, Any]) -> Page:
    """Return the page that calls, if it may.

    Raises:
        Refusal: 40048, 48001 or 63002.
    """
    if "verifyAppId" not in args:
        return await judge_old(visit, str(sent.get("url")), origin)
    said = {name: args.get(other) for name, other in VERIFIED.items()}
    said |= {"signature": args.get("verifySignature"), "url": sent.get("url"), "landing": sent.get("landing", "")}
    return await judge_signed(visit, read_config(said), origin)


def refused_as(refused: Refusal, sent: dict[str, Any]) -> dict[str, str]:
    """Return what a page is told whose call was not taken."""
    method, args = sent.get("method"), sent.get("args")
    if not isinstance(method, str) or method not in ANSWERED_AT or not isinstance(args, dict):
        return failed("", "fail")
    said = text_of(refused, method)
    if "verifyAppId" not in args or said == FORBIDDEN:
        return {"err_msg": said}
    return failed(method) if refused.errcode == Errcode.INVALID_CARD_EXT else offline(method)


async def open_page(visit: Visit, methods: frozenset[str]) -> tuple[Sheet, str]:
    """Return the call that a page of ours answers, and the visitor's openid.

    Raises:
        NotHere: there is no such call of these.
        SignInNeeded: the visitor is not signed in.
    """
    name = visit.path["sheet_id"]
    try:
        appid = scan.appid_of(name)
        await visit.enter(appid)
        found = await visit.read(lambda tx: load_sheet(tx, appid, name))
    except Refusal:
        raise NotHere from None
    if found.method not in methods:
        raise NotHere
    return found, await visit.openid()


async def finish(
    visit: Visit, made: Sheet, openid: str, result: dict[str, Any], close: bool = True, rid: str = ""
) -> Response:
    """Keep the result of a call and return the page that posts it to the page that called."""
    await visit.write(lambda tx: end_sheet(tx, visit.app.appid, made.sheet_id, openid, result))
    return end(visit, made.origin, result, close=close, rid=rid)


def end(visit: Visit, origin: str, result: dict[str, Any], close: bool = True, rid: str = "") -> Response:
    """Return the page that posts a result to the page that called, and closes."""
    said = msgspec.json.encode(result).decode()
    return visit.show("jssdk/end.html", origin=origin, result=said, close=close, rid=rid)
