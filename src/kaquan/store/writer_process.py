"""What is written most, by a process of its own: claims and their event loop need not share one interpreter.

The process is forked from the server before that serves anybody, with its modules and flows in memory, and ends when
its end of a socket is closed: when the server stops, or is killed. Should it end before that, the server writes itself.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import struct
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

import structlog

from kaquan.store.hot import StoreError, Take, Unavailable

T = TypeVar("T")
Job = tuple[int, str, list[Any]]
"""Which of the flows, the appid, and the commands of one transaction."""
Carry = Callable[[Job], tuple[list[Any], float]]
"""Carries out a job and returns the outcomes after the commit, and the seconds it took."""
Outcomes = asyncio.Future[list[Any]]
SIZE = struct.Struct("!I")
# stdin, stdout and stderr.
STANDARD = 2

log = structlog.get_logger(__name__)


class WriterProcess:
    """The other end of the process that writes.

    Args:
        prepare: called once in the process; returns what carries out its jobs, one after the other.
    """

    def __init__(self, prepare: Callable[[], Carry]) -> None:
        self._socket, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            be_writer(theirs, prepare)
        theirs.close()
        self._ahead: deque[tuple[int, Take[Any], Outcomes]] = deque()
        self._sent: Outcomes | None = None
        self._closing = self.ended = False
        self.jobs, self.seconds = 0, 0.0

    @property
    def waiting(self) -> int:
        """Return how many jobs wait behind the one it is at."""
        return len(self._ahead)

    async def open(self) -> None:
        """Begin to listen to it."""
        reader, self._writer = await asyncio.open_connection(sock=self._socket)
        self._listening = asyncio.create_task(self._listen(reader))

    def run(self, flow: int, take: Take[Any]) -> Outcomes:
        """Have a transaction made; its outcomes, or the fault that left nothing of it, arrive in the future.

        ``Unavailable`` arrives where the process has ended: whether what it was at was written is not known.

        Args:
            flow: which of the flows.
            take: gives the appid and the commands when they are sent.
        """
        outcomes: Outcomes = asyncio.get_running_loop().create_future()
        self._ahead.append((flow, take, outcomes))
        self._feed()
        return outcomes

    def _feed(self) -> None:
        while self._ahead and self._sent is None:
            flow, take, outcomes = self._ahead.popleft()
            try:
                self._send(flow, *take(), outcomes)
            except Exception as fault:  # noqa: BLE001 - a command that cannot be sent must not end the listening
                fail(outcomes, fault)

    def _send(self, flow: int, appid: str, commands: list[Any], outcomes: Outcomes) -> None:
        if commands:
            self._writer.write(framed((flow, appid, commands)))
            self._sent = outcomes
        else:
            resolve(outcomes, [])

    async def close(self) -> None:
        """Let it finish what was sent, and end."""
        self._closing = True
        self._writer.write_eof()
        await self._listening
        self._writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                (size,) = SIZE.unpack(await reader.readexactly(SIZE.size))
                self._settle(pickle.loads(await reader.readexactly(size)))  # noqa: S301 - our own process wrote it
        except (asyncio.IncompleteReadError, ConnectionError):
            self.ended = True
        lost = [*([self._sent] if self._sent else []), *(outcomes for _, _, outcomes in self._ahead)]
        if not self._closing:
            log.error("the process that writes has ended, this one goes on by itself", lost=len(lost))
        for outcomes in lost:
            fail(outcomes, Unavailable("the process that writes has ended"))
        await asyncio.to_thread(os.waitpid, self._pid, 0)

    def _settle(self, answer: tuple[list[Any], float] | StoreError) -> None:
        done, self._sent = self._sent, None
        assert done is not None
        # The process has waited for it since it sent its answer; those who wait for theirs come after it.
        self._feed()
        self.jobs += 1
        if isinstance(answer, StoreError):
            fail(done, answer)
            return
        outcomes, seconds = answer
        self.seconds += seconds
        resolve(done, outcomes)


def resolve(future: asyncio.Future[T], result: T) -> None:
    """Give a future its result unless its waiter is gone."""
    if not future.done():
        future.set_result(result)


def fail(future: asyncio.Future[Any], fault: Exception) -> None:
    """Give a future its exception unless its waiter is gone."""
    if not future.done():
        future.set_exception(fault)


def framed(value: Any) -> bytes:
    """Return a value with its size before it."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return SIZE.pack(len(data)) + data


def be_writer(theirs: socket.socket, prepare: Callable[[], Carry]) -> NoReturn:
    """Carry out jobs until the server's end of the socket is closed, then end without its ways of ending."""
    try:
        # Whoever stops the server with Ctrl-C or by its group means the server, which then closes its end.
        for asked in (signal.SIGINT, signal.SIGTERM):
            signal.signal(asked, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        let_go_of_all_but(theirs.fileno())
        with theirs.makefile("rwb") as jobs:
            work(jobs, prepare())
    except BaseException:  # noqa: BLE001 - nothing of the server may go on in this process
        traceback.print_exc()
    finally:
        os._exit(0)


def let_go_of_all_but(kept: int) -> None:
    """Let go of the server's files and sockets; their numbers stay taken, as objects that are left may close them."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in map(int, os.listdir("/dev/fd")):
        if number > STANDARD and number != kept:
            with suppress(OSError):
                os.dup2(nothing, number, inheritable=False)


def work(jobs: Any, carry: Carry) -> None:
    """Answer each job with its outcomes and the seconds they took, or with the fault that left nothing of it."""
    while head := jobs.read(SIZE.size):
        job: Job = pickle.loads(jobs.read(*SIZE.unpack(head)))  # noqa: S301 - the server wrote it
        try:
            answer: Any = carry(job)
        except StoreError as fault:
            answer = fault
        except Exception as fault:  # noqa: BLE001 - a bug in one batch; it is told here, where its place is known
            traceback.print_exc()
            answer = Unavailable(repr(fault))
        jobs.write(framed(answer))
        jobs.flush()
