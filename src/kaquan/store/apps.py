"""Apps as the API sees them: a snapshot per app, at most a second old, so that a call needs no query for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx

FRESH_SECONDS = 1.0
GRANTED = "granted"


class Credential(msgspec.Struct, frozen=True):
    """One issued token or ticket; the value itself is computed from the serial. Times are the app's."""

    kind: str
    serial: int
    issued_at: int
    ends_at: int
    forced: bool


class App(msgspec.Struct, frozen=True):
    """One account.

    Args:
        profile: ``strict`` or ``lenient`` reading of requests.
        review: ``auto`` or ``manual`` review of cards.
        card_function: ``none``, ``pending``, ``granted`` or ``refused``.
        clock_offset: seconds the app's clock is ahead of the wall clock; 0 unless it is a sandbox app.
        credentials: the tokens and tickets that still stand, newest first.
    """

    appid: str
    gh_id: str
    name: str
    prefix: str
    secret_hash: str
    sandbox: bool
    profile: str
    review: str
    card_function: str
    suspended: bool
    permissions: frozenset[str]
    clock_offset: int
    credentials: tuple[Credential, ...]

    @property
    def system_openid(self) -> str:
        """Return who events come from that no person caused."""
        return f"o{self.prefix}".ljust(28, "0")

    def latest(self, kind: str) -> Credential | None:
        """Return the newest credential of a kind."""
        return next((one for one in self.credentials if one.kind == kind), None)


def load_app(tx: Tx, appid: str) -> App | None:
    """Return an account with its standing credentials, or None."""
    table = tables.app.c
    row = tx.one(sa.select(tables.app).where(table.appid == appid))
    if row is None:
        return None
    values = dict(row._mapping)
    del values["create_time"]
    values["permissions"] = frozenset(filter(None, values["permissions"].split(",")))
    return App(**values, credentials=load_credentials(tx, appid))


def load_credentials(tx: Tx, appid: str) -> tuple[Credential, ...]:
    """Return the credentials kept of an app, newest first."""
    table = tables.credential.c
    columns = (table.kind, table.serial, table.issued_at, table.ends_at, table.forced)
    rows = tx.all(sa.select(*columns).where(table.appid == appid).order_by(table.serial.desc()))
    return tuple(Credential(*row) for row in rows)


class AppCache:
    """The snapshots of this process.

    Args:
        read: runs a reading action on the store.
        tick: a clock that never runs back, seconds.
    """

    def __init__(self, read: Callable[[Callable[[Tx], Any]], Any], tick: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._tick = tick
        self._apps: dict[str, tuple[float, App]] = {}

    def fresh(self, appid: str) -> App | None:
        """Return the snapshot if it is young enough, without a query."""
        held = self._apps.get(appid)
        return held[1] if held and self._tick() - held[0] < FRESH_SECONDS else None

    async def get(self, appid: str) -> App | None:
        """Return the app, loaded when its snapshot is too old; None when there is none."""
        return self.fresh(appid) or await self.reload(appid)

    async def reload(self, appid: str) -> App | None:
        """Return the app as it is now."""
        tick = self._tick()
        app: App | None = await self._read(lambda tx: load_app(tx, appid))
        if app is None:
            self._apps.pop(appid, None)
        else:
            self._apps[appid] = (tick, app)
        return app

    def forget(self, appid: str) -> None:
        """Make the next call load the app again, after a change by this process."""
        self._apps.pop(appid, None)
