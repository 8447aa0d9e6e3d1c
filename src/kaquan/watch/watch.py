"""The state of a platform as one process tells it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import msgspec

from kaquan.actions.look_after import Events, all_events
from kaquan.platform import Platform
from kaquan.sources import wall_clock
from kaquan.store.schema import head, revision
from kaquan.watch.exposition import exposition
from kaquan.watch.gather import batchers, gather
from kaquan.watch.metrics import Sample, Samples
from kaquan.watch.share import PUBLISH_SECONDS, Shared

T = TypeVar("T")
PATIENCE = 1.0
FRESH_SECONDS = 5.0


class Check(msgspec.Struct, frozen=True):
    """Something that has to hold for a process to be ready; ``detail`` says what was found."""

    ok: bool
    detail: str


class Kept(Generic[T]):
    """What is looked up at most once in some seconds, however often it is asked for.

    Args:
        look: looks it up.
        seconds: how long it is good.
    """

    def __init__(self, look: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._look = look
        self._seconds = seconds
        self._found: T | None = None
        self._tick = 0.0
        self._lock = asyncio.Lock()

    async def __call__(self) -> T:
        """Return it."""
        async with self._lock:
            if self._found is None or time.monotonic() - self._tick > self._seconds:
                self._found = await self._look()
                self._tick = time.monotonic()
            return self._found


class Watch:
    """Tells how this process and its platform are.

    Args:
        platform: the parts.
        folder: where the processes behind one socket leave their samples; empty for one that is alone.
    """

    def __init__(self, platform: Platform, folder: str = "") -> None:
        self._platform = platform
        self.shared = Shared(folder)
        self.traffic: Kept[dict[str, int]] | None = None
        self.events: Kept[list[Events]] = Kept(self._look_at_events, FRESH_SECONDS)

    async def scrape(self) -> bytes:
        """Return the metrics of this machine's processes and of the platform."""
        workers = {**self.shared.others(), self.shared.worker: gather(self._platform)}
        return exposition(workers, await self._platform_samples())

    async def ready(self) -> dict[str, Check]:
        """Return what has to hold for this process to be sent requests."""
        found = {"database": Check(False, f"no answer within {PATIENCE:g} s"), "migrations": Check(False, "not known")}
        begun = time.perf_counter()
        try:
            at: str = await asyncio.wait_for(self._platform.store.read(revision), PATIENCE)
        except TimeoutError:
            pass
        except Exception as fault:  # noqa: BLE001  # whatever it is, the process is not ready
            found["database"] = Check(False, type(fault).__name__)
        else:
            found["database"] = Check(True, f"{(time.perf_counter() - begun) * 1000:.1f} ms")
            found["migrations"] = Check(at == head(), at if at == head() else f"{at}, not {head()}")
        return {**found, "queues": self._queues()}

    async def publish(self) -> None:
        """Leave this process's samples for the others behind its socket, again and again."""
        while self.shared.folder is not None:
            self.shared.publish(gather(self._platform))
            await asyncio.sleep(PUBLISH_SECONDS)

    def _queues(self) -> Check:
        most = self._platform.settings.queue
        waiting = {name: one.waiting for name, one in batchers(self._platform).items()}
        text = ", ".join(f"{name} {count}" for name, count in waiting.items() if count) or "0"
        return Check(max(waiting.values()) < most, text)

    async def _look_at_events(self) -> list[Events]:
        found: list[Events] = await self._platform.store.read(lambda tx: all_events(tx, wall_clock()))
        return found

    async def _platform_samples(self) -> Samples:
        events = await self.events()
        values: dict[str, Any] = {
            "kaquan_outbox_events": sum(one.waiting for one in events),
            "kaquan_outbox_oldest_seconds": max((one.age for one in events), default=0),
            "kaquan_dead_letters": sum(one.dead for one in events),
        }
        return {name: [Sample((), value)] for name, value in values.items()}
