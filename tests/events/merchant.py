"""A merchant's callback on loopback, in the test's own event loop."""

from __future__ import annotations

import ssl
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

Answer = Callable[[web.Request, dict[str, str]], Awaitable[web.StreamResponse]]


class Merchant:
    """Keeps the requests that arrive.

    Args:
        answer: gives the answer to a request and the fields of its event.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.requests: list[web.Request] = []
        self.events: list[dict[str, str]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Keep a request and answer it."""
        body = await request.text()
        fields = {child.tag: child.text or "" for child in ET.fromstring(body)} if body.startswith("<xml>") else {}
        self.requests.append(request)
        self.events.append(fields)
        return await self._answer(request, fields)

    def codes(self, openid: str = "") -> list[str]:
        """Return the codes of the events that arrived, of one person or of all."""
        return [one["UserCardCode"] for one in self.events if openid in {"", one["FromUserName"]}]


async def success(_request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
    """Answer as a receiver does that has understood."""
    return web.Response(text="success")


@asynccontextmanager
async def merchant(answer: Answer = success, tls: ssl.SSLContext | None = None) -> AsyncIterator[Merchant]:
    """Serve a merchant's callback while the block runs."""
    receiver = Merchant(answer)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.take)
    server = TestServer(app, host="127.0.0.1", scheme="https" if tls else "http")
    await server.start_server(ssl=tls)
    try:
        receiver.url = str(server.make_url("/events"))
        yield receiver
    finally:
        await server.close()
