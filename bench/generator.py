"""The load generator: a process of its own, far cheaper per request than what it loads.

Requests are prebuilt bytes; each connection is kept and has one request outstanding.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing as mp
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import Any

import httptools
import uvloop

from bench.machine import Meter

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Job:
    """What to send where, and what counts as a good answer.

    Args:
        port: on loopback.
        feed: name of the requests, see :meth:`Generator.feed`.
        connections: requests outstanding at any time.
        warm_seconds: time before answers are counted; they are acknowledged all the same.
        seconds: time in which they are counted.
        expects: how the body of a good answer begins.
        keep: whether the bodies are returned.
    """

    port: int
    feed: str
    connections: int
    warm_seconds: float
    seconds: float
    expects: bytes
    keep: bool = False


@dataclass
class Load:
    """What came of a job.

    Args:
        seconds: time in which answers were counted; shorter than wished when the requests ran out.
        latencies: of the good answers counted, seconds, sorted.
        good: good answers in all, counted or not.
        bodies: their bodies if they were to be kept.
        refused: bodies of the other answers.
        cpu: seconds per name as :class:`bench.machine.Meter` has them, connecting and warming up included.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    good: int = 0
    bodies: list[bytes] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)


class Run:
    """One job while it runs."""

    def __init__(self, job: Job, requests: Iterator[bytes]) -> None:
        self.job = job
        self.load = Load()
        self._requests = requests
        self._count_from = self._stop_at = 0.0
        self._busy = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def begin(self, connections: list[Connection]) -> None:
        """Start the clock and every connection."""
        now = time.perf_counter()
        self._count_from = now + self.job.warm_seconds
        self._stop_at = self._count_from + self.job.seconds
        self._busy = len(connections)
        for one in connections:
            one.send(self.next(now))

    def next(self, now: float) -> bytes | None:
        """Return the next request; None when time or requests have run out."""
        if now >= self._stop_at:
            return None
        request = next(self._requests, None)
        if request is None:
            self._stop_at = now
        return request

    def answered(self, body: bytes, sent: float, now: float) -> None:
        """Take in an answer."""
        load = self.load
        if not body.startswith(self.job.expects):
            load.refused.append(body)
            return
        load.good += 1
        if self.job.keep:
            load.bodies.append(body)
        if self._count_from <= now < self._stop_at:
            load.latencies.append(now - sent)

    def idle(self) -> None:
        """Note that a connection has its last answer."""
        self._busy -= 1
        if not self._busy:
            self.load.seconds = self._stop_at - self._count_from
            self.load.latencies.sort()
            self.done.set_result(None)

    def lost(self) -> None:
        """Fail, since a connection was closed under way."""
        if not self.done.done():
            self.done.set_exception(ConnectionError(f"{self.job.feed}: the server closed a connection"))


class Connection(asyncio.Protocol):
    """One kept connection; the parser calls it back."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._parser = httptools.HttpResponseParser(self)
        self._body = b""
        self._sent = 0.0
        self._closing = False

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the run unless it was we who closed."""
        if not self._closing:
            self._run.lost()

    def close(self) -> None:
        """Close the connection."""
        self._closing = True
        self._transport.close()

    def send(self, request: bytes | None) -> None:
        """Send a request, or rest when there is none."""
        if request is None:
            self._run.idle()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Collect the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Hand over the answer and send the next request."""
        now = time.perf_counter()
        self._run.answered(self._body, self._sent, now)
        self._body = b""
        self.send(self._run.next(now))


async def run_job(job: Job, requests: Iterator[bytes]) -> Load:
    """Run one job to its end; every request that was sent has been answered."""
    loop = asyncio.get_running_loop()
    cpu = time.process_time()
    run = Run(job, requests)
    made = [
        await loop.create_connection(lambda: Connection(run), "127.0.0.1", job.port) for _ in range(job.connections)
    ]
    connections = [protocol for _, protocol in made]
    run.begin(connections)
    await asyncio.wait_for(run.done, job.warm_seconds + job.seconds + PATIENCE_SECONDS)
    for one in connections:
        one.close()
    run.load.cpu["generator"] = time.process_time() - cpu
    return run.load


def serve(pipe: Pipe) -> None:
    """Run jobs until told to stop; the body of the process."""
    feeds: dict[str, Iterator[bytes]] = {}
    while (order := pipe.recv()) is not None:
        if isinstance(order, Job):
            pipe.send(attempt(order, feeds[order.feed]))
        else:
            name, requests, repeat = order
            feeds[name] = itertools.cycle(requests) if repeat else iter(requests)


def attempt(job: Job, requests: Iterator[bytes]) -> Load | Exception:
    """Run a job and return what came of it, or the fault."""
    try:
        return uvloop.run(run_job(job, requests))
    except Exception as fault:  # noqa: BLE001 - raised again in the process that gave the job
        return fault


class Generator:
    """Handle on the generator's process."""

    def __init__(self) -> None:
        context = mp.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(target=serve, args=(far,), daemon=True)
        self._process.start()

    def feed(self, name: str, requests: list[bytes], repeat: bool = False) -> None:
        """Keep requests under a name; jobs take them in turn, from the beginning again if ``repeat``."""
        self._pipe.send((name, requests, repeat))

    def run(self, job: Job, meter: Meter | None = None) -> Load:
        """Run a job and return what came of it; a meter runs as long as the job.

        Raises:
            ConnectionError: the server closed a connection.
            TimeoutError: an answer did not come.
        """
        meter = meter or Meter({})
        meter.start()
        self._pipe.send(job)
        result: Any = self._pipe.recv()
        if isinstance(result, Exception):
            raise result
        assert isinstance(result, Load)
        result.cpu |= meter.stop()
        return result

    def close(self) -> None:
        """End the process."""
        self._pipe.send(None)
        self._process.join(PATIENCE_SECONDS)


def post(path: str, body: bytes) -> bytes:
    """Return a POST as it goes over the connection."""
    headers = f"Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"POST {path} HTTP/1.1\r\n{headers}\r\n".encode() + body


def get(path: str) -> bytes:
    """Return a GET as it goes over the connection."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
