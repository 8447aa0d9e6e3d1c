"""The loop that brings events from the outbox to the merchants' callbacks (spec: events.md 2 and 4).

An app's events are leased in batches and each app has a task of its own, so that a slow merchant holds up nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

import aiohttp
import structlog

from kaquan.events.batch import Batch
from kaquan.events.outbox import CallbackConfig, Outbox, Pushed
from kaquan.events.post import TIME_LIMIT, check_callback, open_session
from kaquan.settings import Settings
from kaquan.sources import wall_clock

BATCH = 250
# Posts of one app at a time; few of one that hangs, since each holds its place until the time limit.
WIDTH = 32
HANGING_WIDTH = 4
# Posts of all apps at a time: under the usual limit of open files, the server's own connections included.
PLACES = 400
POLL_SECONDS = 1.0
# Least time between two looks at what is due: under load every commit wakes the loop.
GAP_SECONDS = 0.02
# While claims are queued, a batch is followed by a rest of this many times its own length, up to the longest rest.
REST = 4
LONGEST_REST = 1.0
DELIVERED, RETRIED, GIVEN_UP = RESULTS = ("delivered", "retried", "given_up")

log = structlog.get_logger(__name__)


class Delivery:
    """Delivers the events of all apps until it is stopped.

    Several processes may run one each over the same outbox.

    Args:
        outbox: where the events wait.
        settings: pause before a retry, and whether private addresses are allowed.
        waiting: tells how many hot commands are queued; while there are some, batches are rarer.
        clock: gives UTC seconds.
        poll_seconds: how often the outbox is looked at when nobody calls :meth:`wake`.
        time_limit: seconds for one attempt.
    """

    def __init__(
        self,
        outbox: Outbox,
        settings: Settings,
        waiting: Callable[[], int],
        clock: Callable[[], int] = wall_clock,
        poll_seconds: float = POLL_SECONDS,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._outbox = outbox
        self._settings = settings
        self._waiting = waiting
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._time_limit = time_limit
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(PLACES)
        self._stopping = asyncio.Event()
        self._woken = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._apps: dict[str, asyncio.Task[None]] = {}
        self._hanging: set[str] = set()
        self._quiet: dict[str, float] = {}
        self.results = dict.fromkeys(RESULTS, 0)

    async def start(self) -> None:
        """Begin to deliver."""
        self._session = open_session(self._settings.allow_private_callbacks, self._time_limit)
        self._stopping.clear()
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Let the attempts under way end, give back what was leased and not tried, and stop."""
        self._stopping.set()
        self._woken.set()
        if self._loop is not None:
            await self._loop
        await asyncio.gather(*self._apps.values())
        if self._session is not None:
            await self._session.close()

    def wake(self) -> None:
        """Look at the outbox now: there may be new events."""
        self._woken.set()

    async def check(self, url: str, token: str) -> None:
        """Go on only if the address echoes what it is sent.

        Raises:
            Refusal: 40066; see :func:`kaquan.events.post.check_callback`.
        """
        await check_callback(url, token, allow_private=self._settings.allow_private_callbacks)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                await self._look()
            except Exception as fault:  # noqa: BLE001  # the loop outlives whatever the database does
                log.error("the outbox cannot be read", fault=type(fault).__name__)
                await self._pause(self._poll_seconds)
            await self._pause(GAP_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._poll_seconds)

    async def _look(self) -> None:
        now = time.monotonic()
        self._quiet = {appid: until for appid, until in self._quiet.items() if until > now}
        for appid in await self._outbox.due_appids(self._clock()):
            if appid not in self._apps and appid not in self._quiet:
                self._apps[appid] = asyncio.create_task(self._serve(appid))

    async def _serve(self, appid: str) -> None:
        batches = 0
        try:
            while not self._stopping.is_set() and await self._deliver_batch(appid):
                batches += 1
        except Exception as fault:  # noqa: BLE001  # one app's fault must not end the others' delivery
            log.error("a batch of events failed", appid=appid, fault=type(fault).__name__)
            batches = 0
        finally:
            del self._apps[appid]
        # What is due and cannot be had waits behind a retry, or for the database: every commit would ask again.
        if not batches:
            self._quiet[appid] = time.monotonic() + self._poll_seconds

    async def _deliver_batch(self, appid: str) -> bool:
        begun = time.perf_counter()
        hanging = appid in self._hanging
        config = await self._outbox.callback(appid)
        leased = await self._outbox.lease(appid, self._clock(), HANGING_WIDTH if hanging else BATCH) if config else []
        if config is None or not leased:
            return False
        batch = self._batch(config, leased)
        try:
            await batch.run(HANGING_WIDTH if hanging else WIDTH)
        finally:
            self._count(batch)
            await self._outbox.settle(appid, batch.tried, batch.given_back, self._clock())
        await self._rest(appid, batch, time.perf_counter() - begun)
        return True

    def _count(self, batch: Batch) -> None:
        for one in batch.tried:
            failed = GIVEN_UP if one.next_time is None else RETRIED
            self.results[DELIVERED if one.delivered else failed] += 1

    def _batch(self, config: CallbackConfig, leased: list[Pushed]) -> Batch:
        assert self._session is not None
        return Batch(
            config,
            leased,
            self._session,
            allow_private=self._settings.allow_private_callbacks,
            retry_seconds=self._settings.delivery_retry_seconds,
            places=self._places,
            stopping=self._stopping,
            clock=self._clock,
        )

    async def _rest(self, appid: str, batch: Batch, took: float) -> None:
        (self._hanging.add if batch.hanging else self._hanging.discard)(appid)
        if batch.failing:
            await self._pause(min(self._settings.delivery_retry_seconds, LONGEST_REST))
        if self._waiting():
            await self._pause(min(took * REST, LONGEST_REST))

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
