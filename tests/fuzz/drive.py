"""Sends the requests of a run over kept connections, and takes the answers as bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from fuzz.request import Maker, Request

PATIENCE_SECONDS = 30.0
CONNECTIONS = 12
HEAD_LIMIT = 1 << 20


@dataclass(frozen=True)
class Answer:
    """What came back.

    Args:
        status: 0 where nothing came; ``body`` says why.
    """

    request: Request
    status: int
    headers: dict[str, str]
    body: bytes


Seen = Callable[[Answer], None]


class Line:
    """One connection, opened anew when the server has closed it."""

    def __init__(self, base_url: str) -> None:
        self._address = urlsplit(base_url)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, request: Request) -> Answer:
        """Return the answer of a request."""
        kept = self._writer is not None
        try:
            return await asyncio.wait_for(self._exchange(request), PATIENCE_SECONDS)
        except (OSError, asyncio.IncompleteReadError) as fault:
            self.close()
            # A kept connection may have been closed behind its last answer.
            return await self.send(request) if kept else _lost(request, fault)
        except (TimeoutError, asyncio.LimitOverrunError, ValueError) as fault:
            self.close()
            return _lost(request, fault)

    async def _exchange(self, request: Request) -> Answer:
        if self._reader is None or self._writer is None:
            host, port = self._address.hostname, self._address.port
            self._reader, self._writer = await asyncio.open_connection(host, port, limit=HEAD_LIMIT)
        self._writer.write(request.raw())
        status = 100
        while status == 100:
            status, headers = _parsed(await self._reader.readuntil(b"\r\n\r\n"))
        size = 0 if request.method == "HEAD" else int(headers.get("content-length", "0"))
        body = await self._reader.readexactly(size) if "transfer-encoding" not in headers else await self._reader.read()
        # Whatever was refused in the middle of its body leaves the connection in no state to go on.
        if headers.get("connection") == "close" or status == 400:
            self.close()
        return Answer(request, status, headers, body)

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}


def _lost(request: Request, fault: Exception) -> Answer:
    return Answer(request, 0, {}, repr(fault).encode())


def drive(base_url: str, maker: Maker, numbers: Iterable[int], seen: Seen) -> None:
    """Send the requests of these numbers, several at a time, and hand each answer over."""
    asyncio.run(_drive(base_url, maker, iter(numbers), seen))


async def _drive(base_url: str, maker: Maker, numbers: Iterator[int], seen: Seen) -> None:
    async def work() -> None:
        line = Line(base_url)
        for number in numbers:
            seen(await line.send(maker.make(number)))
        line.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
