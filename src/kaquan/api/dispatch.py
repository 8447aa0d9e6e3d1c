"""The ASGI dispatcher of the wire: one look-up per path, checks in the documented order, always HTTP 200.

Order of checks: token, method, right, frequency, body, then what the endpoint itself checks (spec: cards.md 1.3).
"""

from __future__ import annotations

import csv
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from importlib.resources import files
from typing import Any

import structlog

from kaquan import tokens
from kaquan.actions.keep_answer import AnsweredBefore
from kaquan.api.call import Call
from kaquan.api.card.owner import check_named_card
from kaquan.api.encode import JSON, Raw, encode
from kaquan.api.failed import keep_failure
from kaquan.api.precedence import is_declared
from kaquan.api.rehearsal import Dropped, hang_up
from kaquan.api.route import CARD, ISSUE, ROUTES, SANDBOX, Endpoint
from kaquan.api.watch import watch
from kaquan.errors import Errcode, Refusal
from kaquan.errors.nearest import nearest
from kaquan.platform import Platform
from kaquan.rules.application import GRANTED, function_refusal
from kaquan.store.apps import App

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
PLANNED = frozenset(
    row["path"] for row in csv.DictReader(files("kaquan.api").joinpath("endpoints.csv").read_text("utf-8").splitlines())
)
# Paths that end in what they serve: their handler is registered under the prefix.
PREFIXES = ("/image/",)

log = structlog.get_logger(__name__)


class Dispatcher:
    """The wire as an ASGI application.

    Args:
        platform: the parts the handlers work with.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._answered = platform.tally.answer

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        started = time.perf_counter()
        call = Call(self._platform, scope)
        try:
            answer = await self._answer(call, receive)
            body = answer.body if isinstance(answer, Raw) else encode(answer)
        except Refusal as refused:
            answer, body = None, self._fail(call, refused, started)
        except Dropped:
            await hang_up(receive, send)
            return
        except Exception as fault:
            log.exception("call failed", path=call.path, fault=type(fault).__name__)
            answer, body = None, self._fail(call, Errcode.SYSTEM_ERROR("internal"), started)
        raw = answer if isinstance(answer, Raw) else None
        await reply(send, body, raw)
        self._answered("api", raw.status if raw else 200, time.perf_counter() - started)

    async def _answer(self, call: Call, receive: Receive) -> Any:
        endpoint = find(call.path)
        if isinstance(endpoint, Refusal):
            await self._name_app(call)
            raise endpoint
        if endpoint.token:
            call.app = await self._app_of_token(call)
        if call.method not in endpoint.methods:
            raise wrong_method(endpoint, call.method)
        if endpoint.needs:
            check_right(call.app, endpoint.needs)
        if endpoint.token and endpoint.limited and call.app.limited and not call.take():
            await call.count()
        if endpoint.has_body:
            call.body = await read_body(call, receive, endpoint.body_limit)
        if endpoint.token and call.app.watched:
            return await watch(call, partial(carry_out, endpoint, call))
        return await (carry_out if call.keyed else handle)(endpoint, call)

    async def _name_app(self, call: Call) -> None:
        with suppress(Refusal):
            call.app = await self._app_of_token(call)

    async def _app_of_token(self, call: Call) -> App:
        token = self._platform.tokens.read(call.access_token)
        apps = self._platform.apps
        app = apps.fresh(token.appid) or await apps.get(token.appid)
        if app is not None and tokens.newer_than_snapshot(token, app):
            app = await apps.reload(token.appid)
        if app is None:
            raise Errcode.INVALID_ACCESS_TOKEN("unknown", length=len(call.access_token))
        call.app = app
        refused = tokens.refusal(token, app, call.now)
        if refused is not None:
            raise refused
        return app

    def _fail(self, call: Call, refused: Refusal, started: float) -> bytes:
        call.uncount()
        report_undeclared(call.path, refused)
        return keep_failure(call, refused, started)[1]


def find(path: str) -> Endpoint | Refusal:
    """Return the endpoint of a path, or 48001 for a path of the original that is not built yet, -1 for any other."""
    endpoint = ROUTES.get(path)
    if endpoint is not None:
        return endpoint
    for prefix in PREFIXES:
        if path.startswith(prefix):
            return ROUTES[prefix]
    if path in PLANNED:
        return Errcode.API_UNAUTHORIZED("not_implemented", path=path)
    return Errcode.SYSTEM_ERROR("unknown_path", path=path[:200], did_you_mean=nearest(path, PLANNED | set(ROUTES)))


def report_undeclared(path: str, refused: Refusal) -> None:
    """Log a refusal that its endpoint does not declare: it would be in no table and on no page."""
    endpoint = find(path)
    if isinstance(endpoint, Endpoint) and not is_declared(endpoint.given, refused.errcode, refused.cause):
        log.error("undeclared refusal", path=path, errcode=int(refused.errcode), cause=refused.cause)


def wrong_method(endpoint: Endpoint, method: str) -> Refusal:
    """Return the refusal of a method that the endpoint does not take."""
    errcode = Errcode.REQUIRE_POST if "POST" in endpoint.methods else Errcode.REQUIRE_GET
    return errcode("method", path=endpoint.path, method=method)


def check_right(app: App, needs: str) -> None:
    """Go on only if the app may call endpoints of this kind.

    Raises:
        Refusal: 48001 without the right, 48004 when the merchant is suspended.
    """
    refused = function_refusal(app.appid, app.card_function if needs == CARD else GRANTED, app.suspended)
    if refused is not None:
        raise refused
    if needs == SANDBOX and not app.sandbox:
        raise Errcode.API_UNAUTHORIZED("sandbox_only", appid=app.appid)
    if needs == ISSUE and not app.sandbox and ISSUE not in app.permissions:
        raise Errcode.API_UNAUTHORIZED("permission_missing", appid=app.appid, permission=ISSUE)


async def carry_out(endpoint: Endpoint, call: Call) -> Any:
    """Return what a call whose body was read is answered, or was answered when its Idempotency-Key came before."""
    if endpoint.has_body and call.keyed and (said := await call.answered_before()) is not None:
        return said
    try:
        return await handle(endpoint, call)
    except AnsweredBefore:
        return await call.answered_before() or await handle(endpoint, call)


async def handle(endpoint: Endpoint, call: Call) -> Any:
    """Return what the endpoint answers to a call whose body was read."""
    if endpoint.reader is None:
        return await endpoint.handler(call)
    try:
        request = endpoint.reader.read(call.body, call.app.profile if call.appid else "strict")
        if endpoint.checks is not None:
            endpoint.checks(request, call.app, call.now)
    except Refusal:
        await check_named_card(call, endpoint.card_paths)
        raise
    return await endpoint.handler(call, request)


async def read_body(call: Call, receive: Receive, limit: int) -> bytes:
    """Return the body, refused before it is read when it says that it is too large.

    Raises:
        Refusal: 47001 past the limit.
    """
    length = call.header("content-length")
    if length.isdigit() and int(length) > limit:
        raise Errcode.DATA_FORMAT("body_too_large", length=int(length), limit=limit)
    message = await receive()
    first: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return first
    body = bytearray(first)
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            raise Errcode.DATA_FORMAT("body_too_large", length=len(body), limit=limit)
    return bytes(body)


async def reply(send: Send, body: bytes, raw: Raw | None) -> None:
    """Send an answer; JSON unless it is raw."""
    content_type = raw.content_type.encode() if raw else JSON
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    if raw is not None:
        headers.append((b"x-content-type-options", b"nosniff"))
        headers.append((b"cache-control", f"public, max-age={raw.cache_seconds}".encode()))
    await send({"type": "http.response.start", "status": raw.status if raw else 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
