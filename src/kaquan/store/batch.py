"""Group commit: commands that arrive while one flush runs form the next batch of their app.

There is no timer: an idle batcher flushes at once, so the load sets the size of the batches.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import structlog

from kaquan.errors import Errcode, Refusal
from kaquan.store.hot import BadData, Collision, Conflict, StoreError

C = TypeVar("C")
R = TypeVar("R")
Run = Callable[[str, list[C]], Awaitable[list[R]]]
Waiting = deque[tuple[C, "asyncio.Future[Any]"]]
RETRIES = 5

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


class Batcher(Generic[C, R]):
    """One kind of hot command, flushed per app.

    Args:
        name: kind of the commands, for the log.
        run: runs one transaction over the commands of one app and returns an outcome per command after its commit.
        limit: most commands of a batch.
        capacity: most commands that may wait.
    """

    def __init__(self, name: str, run: Run[C, R], limit: int, capacity: int) -> None:
        self._name = name
        self._run = run
        self._limit = limit
        self._capacity = capacity
        self._apps: dict[str, Lanes[C]] = {}
        self._waiting = 0
        self._flusher: asyncio.Task[None] | None = None

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
            raise Errcode.SYSTEM_ERROR("busy", kind=self._name, waiting=self._waiting)
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        lanes = self._apps.get(appid)
        if lanes is None:
            lanes = self._apps[appid] = Lanes()
        lanes.put(lane, command, answer)
        self._waiting += 1
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush())
        return answer

    async def drain(self) -> None:
        """Wait until everything queued has been answered."""
        while self._flusher is not None:
            await asyncio.shield(self._flusher)

    async def _flush(self) -> None:
        try:
            while self._apps:
                await self._flush_next()
        finally:
            self._flusher = None

    async def _flush_next(self) -> None:
        appid, lanes = next(iter(self._apps.items()))
        del self._apps[appid]
        batch = lanes.take(self._limit)
        if lanes.size:
            self._apps[appid] = lanes
        self._waiting -= len(batch)
        # A caller that hung up while its command waited has no claim to it; from here on it runs whatever happens.
        batch = [(command, answer) for command, answer in batch if not answer.cancelled()]
        outcomes = await self._settle(appid, [command for command, _ in batch])
        for (_, answer), outcome in zip(batch, outcomes, strict=True):
            if not answer.done():
                answer.set_result(outcome)

    async def _settle(self, appid: str, commands: list[C]) -> list[Any]:
        try:
            return await self._persist(appid, commands)
        except BadData as fault:
            if len(commands) == 1:
                log.error("command refused by the database", kind=self._name, appid=appid, fault=str(fault))
                return [Errcode.SYSTEM_ERROR("bad_data")]
            middle = len(commands) // 2
            return await self._settle(appid, commands[:middle]) + await self._settle(appid, commands[middle:])
        except Exception as fault:
            log.error(
                "batch failed",
                kind=self._name,
                appid=appid,
                fault=repr(fault),
                exc_info=not isinstance(fault, StoreError),
            )
            return [Errcode.SYSTEM_ERROR("database") for _ in commands]

    async def _persist(self, appid: str, commands: list[C]) -> list[Any]:
        if not commands:
            return []
        for _ in range(RETRIES):
            try:
                return list(await self._run(appid, commands))
            except (Collision, Conflict) as fault:
                last = fault
        if len(commands) > 1 and isinstance(last, Collision):
            raise BadData(str(last))
        raise last


def outcome(result: Any) -> Any:
    """Return a command's result, or raise the refusal that it is."""
    if isinstance(result, Refusal):
        raise result
    return result
