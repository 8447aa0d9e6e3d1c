"""Keeps the daily figures of all apps up to date, beside the calls; each server process runs one."""

from __future__ import annotations

import asyncio
import time

import structlog

from kaquan.actions.close_days import close_days, forget_persons
from kaquan.actions.count_views import save_views
from kaquan.actions.fold_journal import LINES, due_appids, fold_journal
from kaquan.platform import Platform
from kaquan.sources import last_id_before, wall_clock
from kaquan.store.settled import settled_until

FOLD_EVERY = 2.0
# While hot commands are queued, a step is followed by a rest of this many times its own length, up to the longest rest.
REST = 10
LONGEST_REST = 1.0

log = structlog.get_logger(__name__)


async def keep_folding(platform: Platform) -> None:
    """Write views and fold journals, until this is cancelled."""
    while True:
        await asyncio.sleep(FOLD_EVERY)
        await write_views(platform)
        try:
            await fold_due(platform)
        except Exception as fault:  # noqa: BLE001  # the loop outlives whatever the database does
            log.warning("figures were not brought up to date", fault=repr(fault))


async def write_views(platform: Platform) -> None:
    """Write the views that this process has counted; what cannot be written is lost."""
    if platform.views.lost:
        log.warning("views were not counted", views=platform.views.lost)
    for appid, acts in platform.views.take().items():
        for start in range(0, len(acts), LINES):
            some = acts[start : start + LINES]
            try:
                await platform.store.write(lambda tx, appid=appid, some=some: save_views(tx, appid, some))
            except Exception as fault:  # noqa: BLE001  # one app's fault must not lose the others' views
                log.warning("views were lost", appid=appid, views=len(some), fault=repr(fault))


async def fold_due(platform: Platform) -> None:
    """Bring the figures of every app up to what is settled."""
    settled = await platform.store.read(lambda tx: settled_until(tx, wall_clock()))
    until = last_id_before(settled)
    for appid, offset in await platform.store.read(lambda tx: due_appids(tx, until, settled)):
        await fold_app(platform, appid, until, settled + offset)


async def fold_app(platform: Platform, appid: str, until: int, now: int) -> None:
    """Bring an app's figures up to an id of its journal, end the days before ``now`` and forget what is not needed."""
    steps = (
        lambda tx: fold_journal(tx, appid, until) == LINES,
        lambda tx: close_days(tx, appid, until, now),
        lambda tx: forget_persons(tx, appid),
    )
    for step in steps:
        begun = time.perf_counter()
        while await platform.store.write(step):
            await rest(platform, time.perf_counter() - begun)
            begun = time.perf_counter()


async def rest(platform: Platform, took: float) -> None:
    """Let claims and consumptions that wait come first."""
    await asyncio.sleep(min(took * REST, LONGEST_REST) if platform.hot.waiting() else 0)
