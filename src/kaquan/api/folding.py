"""Keeps the daily figures of all apps up to date, beside the calls; each server process runs one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog

from kaquan.actions.close_days import close_days, forget_persons
from kaquan.actions.count_views import save_views
from kaquan.actions.fold_journal import LINES, Due, due_apps, fold_journal
from kaquan.platform import Platform
from kaquan.sources import last_id_before, wall_clock
from kaquan.store.settled import settled_until
from kaquan.store.tx import Tx

FOLD_EVERY = 2.0
# Of one app at a time, so that a backlog holds up nobody else.
STEPS = 40
# A step beside which hot commands were answered is followed by a rest of this many times its own length, up to the
# longest rest. Whether any are queued at the end of a step tells nothing: callers that wait for their answers queue up
# all at once, or not at all.
REST = 10
LONGEST_REST = 1.0

log = structlog.get_logger(__name__)


async def keep_folding(platform: Platform) -> None:
    """Write views and fold journals, until this is cancelled."""
    more = False
    while True:
        await asyncio.sleep(0 if more else FOLD_EVERY)
        await write_views(platform)
        try:
            more = await fold_due(platform)
        except Exception as fault:  # noqa: BLE001  # the loop outlives whatever the database does
            more = False
            log.warning("it is not known whose figures are behind", fault=repr(fault))


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


async def fold_due(platform: Platform) -> bool:
    """Bring the figures of every app closer to what is settled, and tell whether there is more to do at once."""
    settled = await platform.store.read(lambda tx: settled_until(tx, wall_clock()))
    until = last_id_before(settled)
    apps = await platform.store.read(lambda tx: due_apps(tx, until, settled))
    more = False
    for app in apps:
        try:
            more |= await fold_app(platform, app, until, settled + app.offset)
        except Exception as fault:  # noqa: BLE001  # one app's fault must not keep the others' figures back
            log.warning("figures were not brought up to date", appid=app.appid, fault=repr(fault))
    return more


async def fold_app(platform: Platform, app: Due, until: int, now: int) -> bool:
    """Count an app's journal up to an id, end the days before ``now``, and forget who is not needed any more.

    Returns:
        whether there is more to do: others have their turn first.
    """
    steps: list[Callable[[Tx], bool]] = [lambda tx: fold_journal(tx, app.appid, until) == LINES]
    if app.is_over:
        steps += [lambda tx: close_days(tx, app.appid, until, now), lambda tx: forget_persons(tx, app.appid)]
    return any([await repeat(platform, step) for step in steps])


async def repeat(platform: Platform, step: Callable[[Tx], bool]) -> bool:
    """Take a step as long as there is another, not too often, and tell whether there is one left."""
    for _ in range(STEPS):
        answered, begun = platform.hot.answered(), time.perf_counter()
        if not await platform.store.write(step):
            return False
        is_busy = platform.hot.answered() > answered
        await asyncio.sleep(min((time.perf_counter() - begun) * REST, LONGEST_REST) if is_busy else 0)
    return True
