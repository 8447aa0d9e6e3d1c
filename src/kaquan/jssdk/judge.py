"""Whether a page of a merchant's may call: what ``wx.config`` asks, and each call from before it.

Spec: jssdk_and_pages.md 2, 7 and 8.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import JSONResponse, Response

from kaquan.actions.explain_signature import as_facts, explain_config
from kaquan.actions.load_card import account_of_card
from kaquan.api.call import Call
from kaquan.api.dispatch import check_right
from kaquan.api.failed import keep_failure
from kaquan.api.route import CARD
from kaquan.errors import Errcode, Refusal
from kaquan.errors.catalogue import CATALOGUE
from kaquan.rules.application import GRANTED, NOT_GRANTED
from kaquan.rules.js_call import (
    ANSWERS,
    OFFLINE,
    Config,
    cards_of,
    check_api_list,
    check_call,
    check_signature,
    read_config,
)
from kaquan.rules.js_domain import Page, check_js_domain, check_old_page, page_of
from kaquan.rules.lab import Verdict
from kaquan.rules.throttle import JS_ADDRESS, Buckets
from kaquan.store.apps import App
from kaquan.web.page import page
from kaquan.web.visit import Visit

# Anybody may read the answer: it says no more than the page said itself, and no cookie takes part.
HEADERS = {"access-control-allow-origin": "*", "cache-control": "no-store"}
SECRET_FREE = 2000
REFUSED = Buckets(JS_ADDRESS)
FORBIDDEN = "system:permission_denied"
NO_CARDS = frozenset((Errcode.API_UNAUTHORIZED, cause) for cause in NOT_GRANTED.values())
Text = Callable[[Refusal, Any], str]


@page("/jssdk/verify", "POST", foreign=True)
async def verify(visit: Visit) -> Response:
    """Answer ``wx.config``."""
    return await told(visit, judge_config, lambda refused, _: CATALOGUE[refused.errcode].errmsg(refused.cause))


@page("/jssdk/call", "POST", foreign=True)
async def call(visit: Visit) -> Response:
    """Answer a call from before ``wx.config``, before anything is opened; keep what a page could not call with."""
    return await told(visit, judge_call, lambda refused, sent: text_of(refused, sent.get("method")))


async def told(visit: Visit, judge: Callable[[Visit, Any], Awaitable[None]], text: Text) -> Response:
    """Return the answer to a script on a page of others: the device it is on, or why not, with its reference."""
    started = time.perf_counter()
    visit.call.body = visit.body[:SECRET_FREE]
    sent = visit.json
    try:
        await judge(visit, sent)
    except Refusal as refused:
        answer = json.loads(keep_failure(kept_as(visit, started), refused, started)[1])
        return JSONResponse({**answer, "text": text(refused, sent)}, headers=HEADERS)
    app = visit.app
    facts = {"device": app.js_device, "cards": app.card_function == GRANTED}
    return JSONResponse({"errcode": 0, "errmsg": "ok", **facts}, headers=HEADERS)


def kept_as(visit: Visit, tick: float) -> Call:
    """Return the call as it is kept: nobody's where one address sends too many, which could fill an account's list."""
    if REFUSED.draw(visit.call.client_ip, tick):
        return visit.call
    nobodys = Call(visit.platform, visit.call.scope)
    nobodys.body = visit.call.body
    return nobodys


def text_of(refused: Refusal, method: Any) -> str:
    """Return what a page that called from before ``wx.config`` is told."""
    if (refused.errcode, refused.cause) in NO_CARDS:
        return FORBIDDEN
    if refused.errcode in {Errcode.API_UNAUTHORIZED, Errcode.INVALID_URL_DOMAIN}:
        return "system:access_denied"
    return f"{ANSWERS.get(method, 'system') if isinstance(method, str) else 'system'}:fail"


async def judge_config(visit: Visit, sent: Any) -> None:
    """Go on only if ``wx.config`` is right.

    Raises:
        Refusal: 40097, 40013, 40048 or 63002.
    """
    config = read_config(sent)
    await enter(visit, config.appid)
    check_api_list(config)
    origin = visit.request.headers.get("origin", "")
    await judge_signed(visit, config, origin)


async def judge_signed(visit: Visit, config: Config, origin: str) -> Page:
    """Return the page of a signed call.

    Raises:
        Refusal: 40048 or 63002.
    """
    current = page_of(config.url, origin)
    if config.landing:
        page_of(config.landing, origin)
    try:
        check_signed(visit, current, config)
    except Refusal:
        # The ticket or the domain may be younger than this process's snapshot.
        await reload(visit)
    try:
        check_signed(visit, current, config)
    except Refusal as refused:
        raise await with_mistake(visit, config, refused) from None
    return current


def check_signed(visit: Visit, current: Page, config: Config) -> None:
    """Check domain and signature by what is known of the account.

    Raises:
        Refusal: 40048 or 63002.
    """
    check_js_domain(current, list(filter(None, visit.app.js_domains.split(","))))
    check_signature(config, visit.platform.tokens.tickets(visit.app, "jsapi", visit.now))


async def with_mistake(visit: Visit, config: Config, refused: Refusal) -> Refusal:
    """Return a refusal with the mistake in the signature, if that is what it is for."""
    if refused.errcode != Errcode.INVALID_SIGNATURE:
        return refused
    urls = list(filter(None, (config.url + config.fragment, config.landing)))
    said = (config.nonce_str, config.timestamp, urls, config.signature)
    return named(refused, await explain_config(visit.platform, visit.app, visit.now, *said))


def named(refused: Refusal, verdict: Verdict | None) -> Refusal:
    """Return the refusal of a signature with the mistakes that the laboratory found."""
    if verdict is None or verdict.holds:
        return refused
    return Refusal(refused.errcode, refused.cause, {**refused.facts, "found": as_facts(verdict.found)})


async def judge_call(visit: Visit, sent: dict[str, Any]) -> None:
    """Go on only if a call may be made; one that the page itself found unusable says so (``fault``).

    Raises:
        Refusal: 40097, 40080, 40073, 40013, 48004, 48001 or 40048.
    """
    method, args, found = sent.get("method"), sent.get("args"), "fault" in sent
    check_call(method, args, texts=False)
    assert isinstance(method, str)
    assert isinstance(args, dict)
    check_right(await enter(visit, await account_of(visit, method, args)), CARD)
    if "verifyAppId" not in args:
        await judge_old(visit, str(sent.get("url")), visit.request.headers.get("origin", ""))
    if found:
        check_call(method, args)


async def judge_old(visit: Visit, url: str, origin: str) -> Page:
    """Return the page of a call from before ``wx.config``.

    Raises:
        Refusal: 40048 or 48001.
    """
    current = page_of(url, origin)
    try:
        check_old_page(current, visit.app.card_js_domain)
    except Refusal:
        await reload(visit)
        check_old_page(current, visit.app.card_js_domain)
    return current


async def account_of(visit: Visit, method: str, args: dict[str, Any]) -> str:
    """Return the appid that a call is about: the page's own words, else the owner of its first card.

    Raises:
        Refusal: 40073, nobody has such a card.
    """
    named = args.get("verifyAppId") or args.get("app_id")
    if isinstance(named, str):
        return named
    if method == "chooseCard":
        raise Errcode.INVALID_APPID("unknown", appid="")
    card_id: str = cards_of(method, args)[0]["card_id"]
    appid = await visit.read(lambda tx: account_of_card(tx, card_id))
    if appid is None:
        raise Errcode.INVALID_CARD_ID("unknown", card_id=card_id)
    return appid


async def enter(visit: Visit, appid: str) -> App:
    """Enter an account by the appid that a page names.

    Raises:
        Refusal: 40013 there is none, 48004 it is suspended.
    """
    app = await visit.platform.apps.get(appid) if appid.startswith("wx") else None
    if app is None:
        raise Errcode.INVALID_APPID("unknown", appid=appid[:40])
    visit.call.app = app
    if app.suspended:
        raise Errcode.API_FORBIDDEN("suspended", appid=app.appid)
    return app


async def reload(visit: Visit) -> None:
    """See the account that was entered as it is now."""
    visit.call.app = await visit.platform.apps.reload(visit.app.appid) or visit.app


def offline(method: str) -> dict[str, str]:
    """Return what a page is told whose verified call is not, after all."""
    return {"err_msg": f"{ANSWERS[method]}:{OFFLINE}"}
