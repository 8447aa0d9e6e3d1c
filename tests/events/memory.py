"""An outbox in memory, and what a delivery needs beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from kaquan.events.delivery import Delivery
from kaquan.events.outbox import CallbackConfig, Outbox, Pushed, Tried
from kaquan.settings import Settings

LEASE_SECONDS = 60
SETTINGS = Settings(allow_private_callbacks=True, delivery_retry_seconds=0.0)


@dataclass
class Waiting:
    """One event in the outbox."""

    event: Pushed
    due_time: int = 0


@dataclass
class MemoryOutbox:
    """Does what the outbox in the database does, and keeps what it was told.

    Args:
        callbacks: appid -> where the app's events go.
    """

    callbacks: dict[str, CallbackConfig]
    waiting: dict[str, dict[int, Waiting]] = field(default_factory=dict)
    tried: list[Tried] = field(default_factory=list)
    given_back: list[int] = field(default_factory=list)
    leases: list[list[int]] = field(default_factory=list)
    looks: int = 0
    faults: list[str] = field(default_factory=list)

    def put(self, appid: str, *events: Pushed) -> None:
        """Queue events of an app."""
        self.waiting.setdefault(appid, {}).update({one.id: Waiting(one) for one in events})

    def left(self, appid: str) -> list[int]:
        """Return the ids of the events that are neither delivered nor given up."""
        return sorted(self.waiting.get(appid, {}))

    def _fail(self, name: str) -> None:
        if name in self.faults:
            self.faults.remove(name)
            raise ConnectionError(name)

    async def due_appids(self, now: int) -> list[str]:
        """Return the apps with a callback and a due event."""
        self.looks += 1
        self._fail("due_appids")
        return [
            appid
            for appid, events in self.waiting.items()
            if appid in self.callbacks and any(one.due_time <= now for one in events.values())
        ]

    async def lease(self, appid: str, now: int, limit: int) -> list[Pushed]:
        """Return due events whose person has none waiting before them."""
        self._fail("lease")
        blocked: set[str] = set()
        leased: list[Waiting] = []
        for _, one in sorted(self.waiting.get(appid, {}).items()):
            if one.due_time > now:
                blocked.add(one.event.openid)
            elif one.event.openid not in blocked and len(leased) < limit:
                leased.append(one)
        for one in leased:
            one.due_time = now + LEASE_SECONDS
        self.leases.append([one.event.id for one in leased])
        return [one.event for one in leased]

    async def settle(self, appid: str, tried: list[Tried], given_back: list[int], now: int) -> None:
        """Keep how the attempts ended."""
        await asyncio.sleep(0)
        self._fail("settle")
        self.tried += tried
        self.given_back += given_back
        events = self.waiting[appid]
        for one in tried:
            if one.next_time is None:
                del events[one.id]
            else:
                later = msgspec.structs.replace(events[one.id].event, attempts=one.attempt)
                events[one.id] = Waiting(later, one.next_time)
        for number in given_back:
            events[number].due_time = 0

    async def callback(self, appid: str) -> CallbackConfig | None:
        """Return where an app's events go."""
        return self.callbacks.get(appid)


def delivery(
    outbox: Outbox,
    settings: Settings = SETTINGS,
    waiting: Callable[[], int] = lambda: 0,
    clock: Callable[[], int] = lambda: 1700000000,
    poll_seconds: float = 0.05,
    time_limit: float = 5.0,
) -> Delivery:
    """Return a delivery that looks often."""
    return Delivery(outbox, settings, waiting, clock, poll_seconds, time_limit)


async def until(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until something holds; fail if it does not come to."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.005)
