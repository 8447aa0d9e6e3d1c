"""Quotas that are exact over any number of processes without a query per call.

A process leases a block of what a window has left and spends it in memory. Blocks shrink as the rest does, so the last
calls are handed out one by one. Leases that stay idle are given back, and all of them when the server stops.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.rules.quota import Window, portion, used_up, windows
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx

# A window that was found used up is asked for again after so long, so that more room is seen soon.
CLOSED_SECONDS = 1.0
SWEEP_SECONDS = 1.0
IDLE_SWEEPS = 2
FORGOTTEN_SWEEPS = 600
# A machine whose clock is behind may still count in the window before.
KEPT_SECONDS = 600


class Ask(msgspec.Struct):
    """What a process wants of one window.

    Args:
        kind, start, limit: the window; ``start`` in UTC seconds.
        back: units of it that the process had leased and returns.
        waiting: calls that wait for it.
    """

    kind: str
    start: int
    limit: int
    back: int = 0
    waiting: int = 1


class Grant(msgspec.Struct):
    """What a process got: so many units, and how many are handed out with them."""

    units: int
    used: int


class Return(msgspec.Struct):
    """Leased units of one window that go back."""

    path: str
    kind: str
    start: int
    units: int


def lease_units(tx: Tx, appid: str, path: str, asks: Sequence[Ask]) -> list[Grant]:
    """Hand out units of the windows of one path, in the order of the asks."""
    used = _locked(tx, appid, path, asks)
    if len(used) < len(asks):
        _begin(tx, appid, path, [ask for ask in asks if ask.kind not in used])
        used = _locked(tx, appid, path, asks)
    # A row that is cleared at this very moment is missing still: its window begins with the next lease.
    grants = [_granted(ask, max(0, used.get(ask.kind, 0) - ask.back)) for ask in asks]
    table = tables.quota_use.c
    key = (table.appid == appid) & (table.path == path) & (table.kind == sa.bindparam("of"))
    update = sa.update(tables.quota_use).where(key & (table.start == sa.bindparam("since")))
    rows = [{"of": ask.kind, "since": ask.start, "now_used": one.used} for ask, one in zip(asks, grants, strict=True)]
    tx.run(update.values(used=sa.bindparam("now_used")), rows)
    return grants


def _granted(ask: Ask, used: int) -> Grant:
    units = portion(ask.limit, used, ask.waiting)
    return Grant(units, used + units)


def _locked(tx: Tx, appid: str, path: str, asks: Sequence[Ask]) -> dict[str, int]:
    table = tables.quota_use.c
    meant = sa.or_(*((table.kind == ask.kind) & (table.start == ask.start) for ask in asks))
    mine = (table.appid == appid) & (table.path == path)
    rows = tx.all(sa.select(table.kind, table.used).where(mine & meant).order_by(table.kind).with_for_update())
    return {row.kind: row.used for row in rows}


def _begin(tx: Tx, appid: str, path: str, asks: Sequence[Ask]) -> None:
    """Begin windows, and forget those long before them."""
    table = tables.quota_use.c
    for ask in asks:
        mine = (table.appid == appid) & (table.path == path) & (table.kind == ask.kind)
        tx.run(sa.delete(tables.quota_use).where(mine & (table.start < ask.start - KEPT_SECONDS)))
    rows = [{"appid": appid, "path": path, "kind": ask.kind, "start": ask.start, "used": 0} for ask in asks]
    tx.add(tables.quota_use, sorted(rows, key=lambda row: str(row["kind"])))


def give_back(tx: Tx, appid: str, returns: Iterable[Return]) -> None:
    """Take units back that no call was made with; of a window that was cleared meanwhile nothing."""
    table = tables.quota_use.c
    key = (table.appid == appid) & (table.path == sa.bindparam("of_path")) & (table.kind == sa.bindparam("of_kind"))
    enough = (table.start == sa.bindparam("since")) & (table.used >= sa.bindparam("units"))
    update = sa.update(tables.quota_use).where(key & enough).values(used=table.used - sa.bindparam("units"))
    rows = [
        {"of_path": one.path, "of_kind": one.kind, "since": one.start, "units": one.units}
        for one in sorted(returns, key=lambda one: (one.path, one.kind, one.start))
    ]
    tx.run(update, rows)


def used_of(tx: Tx, appid: str, path: str, kind: str, start: int) -> int:
    """Return how many units of a window are handed out."""
    table = tables.quota_use.c
    mine = (table.appid == appid) & (table.path == path) & (table.kind == kind) & (table.start == start)
    row = tx.one(sa.select(table.used).where(mine))
    return int(row[0]) if row else 0


class Lease:
    """Units of one window that this process may spend.

    Args:
        window: of the limit.
        start: of the window, UTC seconds.
    """

    __slots__ = ("closed_until", "left", "start", "used", "window")

    def __init__(self, window: Window, start: int) -> None:
        self.window = window
        self.start = start
        self.left = 0
        self.used = 0
        self.closed_until = 0.0

    def ask(self, waiting: int) -> Ask:
        """Return what to ask for; the units held go back, so that they count under a limit that was changed too."""
        ask = Ask(self.window.kind, self.start, self.window.limit, self.left, waiting)
        self.left = 0
        return ask

    def fill(self, grant: Grant, tick: float) -> None:
        """Take in what was leased at this moment of the clock that never runs back."""
        self.left += grant.units
        self.used = grant.used
        self.closed_until = tick + CLOSED_SECONDS if grant.used >= self.window.limit else 0.0


class Meter:
    """The leases of one path of one app.

    Args:
        appid, path: whose calls it counts.
    """

    def __init__(self, appid: str, path: str) -> None:
        self.appid = appid
        self.path = path
        self.app: App | None = None
        self.leases: tuple[Lease, ...] = ()
        self.until: float = 0
        self.idle = 0
        self.waiting = 0
        self.renewal: asyncio.Task[None] | None = None

    def knows(self, app: App) -> bool:
        """Tell whether the leases are of the limits that the app has."""
        known = self.app
        if known is app:
            return True
        if known is None or known.quota != app.quota or known.overrides != app.overrides:
            return False
        self.app = app
        return True

    def stands(self, app: App, now: int) -> bool:
        """Tell whether the leases are of these limits and of this moment."""
        return self.knows(app) and now < self.until

    def take(self) -> bool:
        """Spend a unit of each window, or none where one of them has none."""
        for lease in self.leases:
            if lease.left <= 0:
                return False
        for lease in self.leases:
            lease.left -= 1
        self.idle = 0
        return True

    def closed(self, tick: float) -> Lease | None:
        """Return the first window that is known to be used up."""
        return next((one for one in self.leases if one.left <= 0 and tick < one.closed_until), None)

    def current(self, app: App, now: int) -> tuple[Lease, ...]:
        """Return a lease for each window of this moment: those held already, or empty ones."""
        held = {(one.window.kind, one.window.span, one.start): one for one in self.leases}
        leases = []
        for window in windows(app.limits(self.path)):
            start = window.start(now)
            lease = held.get((window.kind, window.span, start)) or Lease(window, start)
            lease.window = window
            leases.append(lease)
        return tuple(leases)

    def settle(self, app: App, leases: tuple[Lease, ...]) -> None:
        """Go on with these leases."""
        self.app = app
        self.leases = leases
        self.until = min((one.start + one.window.span for one in leases), default=math.inf)

    def empty(self) -> list[Return]:
        """Return what no call was made with, and keep nothing of it."""
        left = [one for one in self.leases if one.left > 0]
        returned = [Return(self.path, one.window.kind, one.start, one.left) for one in left]
        for one in left:
            one.left = 0
        return returned


class Quotas:
    """What this process may still spend of each app's limits.

    Args:
        write: runs an action in a transaction.
        tick: a clock that never runs back, seconds.
    """

    def __init__(self, write: Callable[[Callable[[Tx], Any]], Any], tick: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._tick = tick
        self._meters: dict[tuple[str, str], Meter] = {}

    def take(self, app: App, path: str, now: int) -> tuple[Lease, ...] | None:
        """Count a call where leases stand, and return what it was counted on, for :meth:`undo`; else None.

        Args:
            app: as it is now.
            path: of the call.
            now: the app's time, UTC seconds.
        """
        meter = self._meters.get((app.appid, path))
        return meter.leases if meter is not None and meter.stands(app, now) and meter.take() else None

    async def spend(self, app: App, path: str, now: int) -> tuple[Lease, ...]:
        """Count a call as :meth:`take` does, after leasing what it needs.

        Raises:
            Refusal: 45009, 45011 or 42005; the call does not count then.
        """
        while (spent := self.take(app, path, now)) is None:
            meter = self._meters.setdefault((app.appid, path), Meter(app.appid, path))
            if meter.stands(app, now) and (closed := meter.closed(self._tick())):
                raise used_up(closed.window, app.appid, path, closed.used, now)
            await self._renewed(meter, app, now)
        return spent

    @staticmethod
    def undo(spent: tuple[Lease, ...]) -> None:
        """Give a refused call's units back, in memory; where the window is over they are nobody's."""
        for one in spent:
            one.left += 1

    def unspent(self, appid: str, path: str, kind: str, start: int) -> int:
        """Return how much of what is handed out of a window waits in this process."""
        meter = self._meters.get((appid, path))
        leases = meter.leases if meter else ()
        return sum(one.left for one in leases if (one.window.kind, one.start) == (kind, start))

    def forget(self, appid: str) -> None:
        """Drop an app's leases after they were cleared."""
        for key in [key for key in self._meters if key[0] == appid]:
            del self._meters[key]

    async def sweep(self) -> None:
        """Give back what has been idle, so that it can be used elsewhere and a crash does not cost it."""
        for key, meter in list(self._meters.items()):
            meter.idle += 1
            if meter.idle > FORGOTTEN_SWEEPS and not meter.waiting:
                del self._meters[key]
        await self._give_back(one for one in self._meters.values() if one.idle >= IDLE_SWEEPS)

    async def close(self) -> None:
        """Give everything back."""
        await self._give_back(self._meters.values())

    async def _give_back(self, meters: Iterable[Meter]) -> None:
        returned: dict[str, list[Return]] = defaultdict(list)
        for meter in meters:
            returned[meter.appid] += meter.empty()
        for appid, returns in returned.items():
            if returns:
                await self._write(partial(give_back, appid=appid, returns=returns))

    async def _renewed(self, meter: Meter, app: App, now: int) -> None:
        meter.waiting += 1
        try:
            if meter.renewal is None:
                meter.renewal = asyncio.create_task(self._renew(meter, app, now))
            await asyncio.shield(meter.renewal)
        finally:
            meter.waiting -= 1

    async def _renew(self, meter: Meter, app: App, now: int) -> None:
        try:
            changed = not meter.knows(app)
            leases = meter.current(app, now)
            wanting = [one for one in leases if changed or one.left <= 0]
            await self._fill(meter, wanting)
            meter.settle(app, leases)
        finally:
            meter.renewal = None

    async def _fill(self, meter: Meter, wanting: list[Lease]) -> None:
        if not wanting:
            return
        asks = [one.ask(meter.waiting) for one in wanting]
        tick = self._tick()
        grants = await self._write(partial(lease_units, appid=meter.appid, path=meter.path, asks=asks))
        for one, grant in zip(wanting, grants, strict=True):
            one.fill(grant, tick)
