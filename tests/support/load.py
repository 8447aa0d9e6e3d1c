"""Many callers at once: bare HTTP on kept connections, so that the server is the busy one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Self
from urllib.parse import urlsplit

from support.api import Api


class Caller:
    """One connection of one app that sends one request after another.

    Args:
        api: whose token and address are used.
    """

    def __init__(self, api: Api) -> None:
        self._token = api.token
        self._address = urlsplit(api.base_url)
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def open(self) -> Self:
        """Connect."""
        host, port = self._address.hostname, self._address.port
        self._reader, self._writer = await asyncio.open_connection(host, port)
        return self

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Return the decoded answer of one call.

        Raises:
            ConnectionError, asyncio.IncompleteReadError: the server went away; what it did is not known.
        """
        data = json.dumps(body).encode()
        head = f"POST {path}?access_token={self._token} HTTP/1.1\r\nhost: test\r\ncontent-length: {len(data)}\r\n\r\n"
        self._writer.write(head.encode() + data)
        headers = await self._reader.readuntil(b"\r\n\r\n")
        length = int(headers.lower().partition(b"content-length:")[2].partition(b"\r")[0])
        answer: dict[str, Any] = json.loads(await self._reader.readexactly(length))
        return answer

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


@asynccontextmanager
async def crowd(apis: Sequence[Api], size: int) -> AsyncIterator[list[Caller]]:
    """Connect this many callers, taking turns among the servers that the clients belong to."""
    callers = await asyncio.gather(*(Caller(apis[number % len(apis)]).open() for number in range(size)))
    try:
        yield callers
    finally:
        await asyncio.gather(*(caller.close() for caller in callers))
