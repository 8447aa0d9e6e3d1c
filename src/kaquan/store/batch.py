"""Group commit: commands that arrive while one transaction runs form the next batch of their app.

There is no timer: an idle batcher flushes at once, so the load sets the size of the batches. Where a second flush
stands ready, it takes its commands only when its transaction begins, and each takes half: while it is written, the
callers of the other half get their answers and come again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Any, Generic, TypeVar

import structlog

from kaquan.errors import Errcode, Refusal
from kaquan.store.hot import BadData, Collision, Conflict, StoreError, Take
from kaquan.tally import SECONDS, SIZES, Histogram

C = TypeVar("C")
R = TypeVar("R")
Run = Callable[[Take[C]], Awaitable[list[R]]]
Waiting = deque[tuple[C, "asyncio.Future[Any]"]]
RETRIES = 5
# Smaller shares would cost more transactions than they save time.
LEAST_SHARE = 8

log = structlog.get_logger(__name__)


class Lanes(Generic[C]):
    """The waiting commands of one app, a lane per card, so that a hot card cannot starve the others."""

    def __init__(self) -> None:
        self._lanes: dict[str, Waiting[C]] = {}
        self.size = 0

    def put(self, lane: str, command: C, answer: asyncio.Future[Any]) -> None:
        """Queue a command behind the others of its lane."""
        self._lanes.setdefault(lane, deque()).append((command, answer))
        self.size += 1

    def take(self, limit: int) -> list[tuple[C, asyncio.Future[Any]]]:
        """Return up to ``limit`` commands, each lane giving its share before any gives more."""
        batch: list[tuple[C, asyncio.Future[Any]]] = []
        while self._lanes and len(batch) < limit:
            share = max(1, (limit - len(batch)) // len(self._lanes))
            for name in list(self._lanes):
                self._drain(name, min(share, limit - len(batch)), batch)
        self.size -= len(batch)
        return batch

    def _drain(self, name: str, most: int, batch: list[tuple[C, asyncio.Future[Any]]]) -> None:
        lane = self._lanes[name]
        batch.extend(lane.popleft() for _ in range(min(most, len(lane))))
        if not lane:
            del self._lanes[name]


class Taken(Generic[C]):
    """What a transaction runs over: taken when it begins, and the same when it has to begin again.

    Args:
        take: gives the appid and its commands, once.
    """

    def __init__(self, take: Take[C]) -> None:
        self._take: Take[C] | None = take
        self.appid = ""
        self.commands: list[C] = []

    def __call__(self) -> tuple[str, list[C]]:
        """Return the appid and the commands."""
        if self._take is not None:
            (self.appid, self.commands), self._take = self._take(), None
        return self.appid, self.commands

    def halves(self) -> tuple[Taken[C], Taken[C]]:
        """Return the two halves of what was taken."""
        middle = len(self.commands) // 2
        first, second = self.commands[:middle], self.commands[middle:]
        return Taken(lambda: (self.appid, first)), Taken(lambda: (self.appid, second))


class Batcher(Generic[C, R]):
    """One kind of hot command, flushed per app.

    Args:
        name: kind of the commands, for the log and the metrics.
        run: runs one transaction over the commands of one app and returns an outcome per command after its commit;
            it is given what takes the commands, and may call that in another thread.
        limit: most commands of a batch.
        capacity: most commands that may wait.
        depth: flushes under way at most: one, or a second that stands ready.
    """

    def __init__(self, name: str, run: Run[C, R], limit: int, capacity: int, depth: int = 1) -> None:
        self.name = name
        self._run = run
        self._limit = limit
        self._capacity = capacity
        self._depth = depth
        self._apps: dict[str, Lanes[C]] = {}
        self._waiting = self._taken = 0
        self.answered = self.refused = 0
        self.sizes, self.seconds = Histogram(SIZES), Histogram(SECONDS)
        self._guard = threading.Lock()
        self._flushes: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """Return how many commands are queued."""
        return self._waiting

    def submit(self, appid: str, lane: str, command: C) -> asyncio.Future[R]:
        """Queue a command; the future holds its outcome once the batch is durable.

        Raises:
            Refusal: -1 when the queue is full.
        """
        if self._waiting >= self._capacity:
            raise Errcode.SYSTEM_ERROR("busy", kind=self.name, waiting=self._waiting)
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        with self._guard:
            lanes = self._apps.get(appid)
            if lanes is None:
                lanes = self._apps[appid] = Lanes()
            lanes.put(lane, command, answer)
            self._waiting += 1
        if len(self._flushes) < self._depth:
            self._flushes.add(asyncio.create_task(self._flush()))
        return answer

    async def drain(self) -> None:
        """Wait until everything queued has been answered."""
        while self._flushes:
            await asyncio.wait(self._flushes)

    async def _flush(self) -> None:
        this = asyncio.current_task()
        assert this is not None
        try:
            while self._waiting:
                await self._flush_next()
        finally:
            self._flushes.discard(this)

    async def _flush_next(self) -> None:
        batch: list[tuple[C, asyncio.Future[Any]]] = []

        def take() -> tuple[str, list[C]]:
            appid, taken = self._next()
            batch.extend(taken)
            return appid, [command for command, _ in taken]

        begun = time.perf_counter()
        outcomes = await self._settle(Taken(take))
        for (_, answer), outcome in zip(batch, outcomes, strict=True):
            self.refused += isinstance(outcome, Refusal)
            if not answer.done():
                answer.set_result(outcome)
        if batch:
            self.answered += len(batch)
            self.sizes.add(len(batch))
            self.seconds.add(time.perf_counter() - begun)

    def _next(self) -> tuple[str, list[tuple[C, asyncio.Future[Any]]]]:
        """Return the next batch: one app's, each app in turn; nothing when another flush has taken everything."""
        with self._guard:
            if not self._apps:
                return "", []
            appid, lanes = next(iter(self._apps.items()))
            del self._apps[appid]
            batch = lanes.take(min(self._limit, self._share()))
            if lanes.size:
                self._apps[appid] = lanes
            self._waiting -= len(batch)
            self._taken = len(batch)
        # A caller that hung up while its command waited has no claim to it; from here on it runs whatever happens.
        return appid, [(command, answer) for command, answer in batch if not answer.cancelled()]

    def _share(self) -> int:
        """Return how many commands a flush takes: of those that wait and of those taken last, which come again soon."""
        return max(LEAST_SHARE, ceil((self._waiting + self._taken) / self._depth))

    async def _settle(self, batch: Taken[C]) -> list[Any]:
        try:
            return await self._persist(batch)
        except BadData as fault:
            if len(batch.commands) == 1:
                log.error("command refused by the database", kind=self.name, appid=batch.appid, fault=str(fault))
                return [Errcode.SYSTEM_ERROR("bad_data")]
            first, second = batch.halves()
            return await self._settle(first) + await self._settle(second)
        except Exception as fault:
            log.error(
                "batch failed",
                kind=self.name,
                appid=batch.appid,
                fault=repr(fault),
                exc_info=not isinstance(fault, StoreError),
            )
            return [Errcode.SYSTEM_ERROR("database") for _ in batch.commands]

    async def _persist(self, batch: Taken[C]) -> list[Any]:
        for _ in range(RETRIES):
            try:
                return list(await self._run(batch))
            except (Collision, Conflict) as fault:
                last = fault
        if len(batch.commands) > 1 and isinstance(last, Collision):
            raise BadData(str(last))
        raise last


def outcome(result: Any) -> Any:
    """Return a command's result, or raise the refusal that it is."""
    if isinstance(result, Refusal):
        raise result
    return result
