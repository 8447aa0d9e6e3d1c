"""One leased batch of an app's events, posted side by side and in order per person (spec: events.md 4)."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable

import aiohttp
import structlog

from kaquan.events.outbox import CallbackConfig, Pushed, Tried
from kaquan.events.post import Answer, push

# No attempt begins later than this: the last one has to be settled before the lease of a minute ends.
BATCH_SECONDS = 40.0
# An app whose attempts all fail after this long on average keeps places that others could use.
HANGING_MILLIS = 1000
HANGING_ATTEMPTS = 4

log = structlog.get_logger(__name__)


class Batch:
    """Posts the events of one app and notes how it went.

    Args:
        config: where they go.
        leased: the events, the oldest first.
        session: of :func:`kaquan.events.post.open_session`.
        allow_private: the operator lets callbacks go to private addresses.
        retry_seconds: pause before an event is tried again.
        places: limits the posts of all apps.
        stopping: set = no further attempt begins.
        clock: gives UTC seconds.
    """

    def __init__(
        self,
        config: CallbackConfig,
        leased: list[Pushed],
        session: aiohttp.ClientSession,
        *,
        allow_private: bool,
        retry_seconds: float,
        places: asyncio.Semaphore,
        stopping: asyncio.Event,
        clock: Callable[[], int],
    ) -> None:
        self._config = config
        self._leased = leased
        self._session = session
        self._allow_private = allow_private
        self._retry_seconds = retry_seconds
        self._places = places
        self._stopping = stopping
        self._clock = clock
        self._last_begin = time.monotonic() + BATCH_SECONDS
        self.tried: list[Tried] = []

    @property
    def given_back(self) -> list[int]:
        """Return the ids of the events that were not tried."""
        tried = {one.id for one in self.tried}
        return [event.id for event in self._leased if event.id not in tried]

    @property
    def failing(self) -> bool:
        """Tell whether every attempt failed."""
        return bool(self.tried) and not any(one.delivered for one in self.tried)

    @property
    def hanging(self) -> bool:
        """Tell whether every one of several attempts failed, and took long to."""
        if len(self.tried) < HANGING_ATTEMPTS or not self.failing:
            return False
        return sum(one.millis for one in self.tried) > HANGING_MILLIS * len(self.tried)

    async def run(self, width: int) -> None:
        """Post the events, those of ``width`` people at a time; an undelivered one holds back its person's next."""
        people: dict[str, list[Pushed]] = defaultdict(list)
        for event in self._leased:
            people[event.openid].append(event)
        queue = deque(people.values())
        await asyncio.gather(*(self._work(queue) for _ in range(min(width, len(queue)))))

    async def _work(self, queue: deque[list[Pushed]]) -> None:
        while queue:
            await self._person(queue.popleft())

    async def _person(self, events: list[Pushed]) -> None:
        for event in events:
            async with self._places:
                if self._over():
                    return
                tried = self._settled(event, await self._post(event))
            self.tried.append(tried)
            if tried.next_time is not None:
                return

    def _over(self) -> bool:
        return self._stopping.is_set() or self.hanging or time.monotonic() > self._last_begin

    async def _post(self, event: Pushed) -> Answer:
        return await push(self._session, self._config, event, self._clock(), self._allow_private)

    def _settled(self, event: Pushed, answer: Answer) -> Tried:
        attempt = event.attempts + 1
        over = answer.delivered or attempt >= event.last
        if over and not answer.delivered:
            log.warning("event given up", appid=self._config.appid, id=event.id, status=answer.status)
        next_time = None if over else self._clock() + int(self._retry_seconds)
        return Tried(
            event.id, event.openid, attempt, answer.delivered, answer.status, answer.millis, answer.text, next_time
        )
