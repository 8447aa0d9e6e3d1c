"""A receiver of events that costs next to nothing; also the bare server that the generator is measured against."""

from __future__ import annotations

import asyncio
import multiprocessing as mp
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httptools
import uvloop

START_SECONDS = 30.0


def answer(body: bytes) -> bytes:
    """Return an answer as it goes over the connection."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


SUCCESS = answer(b"success")


class Receiving(asyncio.Protocol):
    """One connection: echoes the address check, takes and counts every push."""

    def __init__(self, taken: Any) -> None:
        self._taken = taken
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        """Remember the address that is asked for."""
        self._url = url

    def on_message_complete(self) -> None:
        """Answer and count."""
        if b"echostr=" in self._url:
            query = parse_qs(urlsplit(self._url).query)
            self._transport.write(answer(query[b"echostr"][0]))
            return
        self._taken.value += 1
        self._transport.write(SUCCESS)


async def listen(pipe: Any, taken: Any) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(lambda: Receiving(taken), "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def serve(pipe: Any, taken: Any) -> None:
    """Be the body of the process."""
    uvloop.run(listen(pipe, taken))


class Sink:
    """Handle on the receiver's process."""

    def __init__(self) -> None:
        context = mp.get_context("spawn")
        pipe, far = context.Pipe()
        self._taken = context.Value("q", 0, lock=False)
        self._process = context.Process(target=serve, args=(far, self._taken), daemon=True)
        self._process.start()
        if not pipe.poll(START_SECONDS):
            raise RuntimeError("the receiver of events did not start")
        self.port: int = pipe.recv()

    @property
    def taken(self) -> int:
        """Return how many pushes have arrived."""
        return int(self._taken.value)

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()
