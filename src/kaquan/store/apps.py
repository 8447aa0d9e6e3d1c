"""Apps as the API sees them: a snapshot per app, at most a second old, so that a call needs no query for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from kaquan.errors import Errcode
from kaquan.rules.application import NONE as NOT_APPLIED
from kaquan.rules.application import state_of
from kaquan.rules.fault import Fault
from kaquan.rules.quota import NONE, Limits, Override, limits_of, sharpest_first
from kaquan.store import tables
from kaquan.store.tx import Tx

FRESH_SECONDS = 1.0
RENEW_SECONDS = 0.5
FAILED, ALL = LOGGED = ("failed", "all")


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
        secret_hash: of the secret.
        old_secret_hash: of the secret before it, which works until ``old_secret_until``; empty = there was none.
        old_secret_until: UTC seconds of the wall clock: an overlap is there for servers that are being changed over,
            and those live in real time, however far the app's clock was moved.
        ip_list: who may ask for a token (rules/ip_list.py), joined by commas; empty = everybody.
        profile: ``strict`` or ``lenient`` reading of requests.
        review: ``auto`` or ``manual`` review of cards.
        card_function: ``none``, ``pending``, ``granted`` or ``refused``.
        gift_new_code: a merchant's code is another one in the hands of who is given it.
        quota: ``original``, the default limits of calls, or ``none``.
        suspend_reason: why the platform has suspended it.
        expired_token: the errcode of an expired access token, 42001 or 40001.
        owner: who has it; the apps of one owner know a person by the same unionid. Empty = itself, and no unionid.
        oauth_domain: the host, with a port if need be, that people are sent back to with a code; empty = none.
        js_domains: hosts whose pages, and those below them, may use ``wx.config``; joined by commas.
        card_js_domain: the host whose pages may use the calls from before it, empty = none.
        card_js_changes: how often that host was changed after it was first set.
        js_device: ``ios`` or ``android``, whose reading of the pages' calls is followed.
        clock_offset: seconds the app's clock is ahead of the wall clock, or behind it where it was taken back to a
            snapshot; 0 unless it is a sandbox app.
        callback: whether its events are pushed anywhere.
        credentials: the tokens and tickets that still stand and a few that do not, newest first.
        log_calls: which calls are kept to be looked at, ``failed`` or, of a sandbox app, ``all``.
        overrides: limits of calls of its own, the sharpest first.
        faults: those that a sandbox app rehearses, the oldest first.
        applications: what was applied for -> the state of that application.
        watched: a call needs more than to be carried out: it may go wrong by plan, or is kept though it succeeds.
    """

    appid: str
    gh_id: str
    name: str
    prefix: str
    secret_hash: str
    sandbox: bool
    profile: Literal["strict", "lenient"]
    review: str
    card_function: str
    suspended: bool
    gift_new_code: bool
    permissions: frozenset[str]
    quota: str
    clock_offset: int
    callback: bool
    credentials: tuple[Credential, ...]
    old_secret_hash: str = ""
    old_secret_until: int = 0
    ip_list: str = ""
    suspend_reason: str = ""
    expired_token: int = int(Errcode.ACCESS_TOKEN_EXPIRED)
    owner: str = ""
    oauth_domain: str = ""
    js_domains: str = ""
    card_js_domain: str = ""
    card_js_changes: int = 0
    js_device: str = "ios"
    log_calls: str = FAILED
    overrides: tuple[Override, ...] = ()
    faults: tuple[Fault, ...] = ()
    applications: dict[str, str] = {}
    watched: bool = False

    @property
    def limited(self) -> bool:
        """Tell whether any of its calls may be limited."""
        return self.quota != NONE or bool(self.overrides)

    def limits(self, path: str) -> Limits:
        """Return how often it may call a path."""
        return limits_of(self.quota, self.overrides, path)

    def permission_state(self, permission: str) -> str:
        """Return how a permission stands: granted or what became of its application."""
        return state_of(permission in self.permissions, self.applications.get(permission, NOT_APPLIED))

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
    for name in ("create_time", "system_event_time"):
        del values[name]
    values["permissions"] = frozenset(filter(None, values["permissions"].split(",")))
    callback = tx.one(sa.select(tables.callback.c.url).where(tables.callback.c.appid == appid)) is not None
    faults = load_faults(tx, appid) if values["sandbox"] else ()
    return App(
        **values,
        callback=callback,
        credentials=load_credentials(tx, appid),
        overrides=load_overrides(tx, appid),
        faults=faults,
        watched=bool(faults) or (values["sandbox"] and values["log_calls"] == ALL),
        applications=load_applications(tx, appid),
    )


def load_applications(tx: Tx, appid: str) -> dict[str, str]:
    """Return the state of each application of an account."""
    table = tables.application.c
    return dict(map(tuple, tx.all(sa.select(table.kind, table.state).where(table.appid == appid))))


def load_overrides(tx: Tx, appid: str) -> tuple[Override, ...]:
    """Return the limits of calls of an app's own, the sharpest first."""
    table = tables.quota_override.c
    columns = [table[name] for name in Override.__struct_fields__]
    return sharpest_first(Override(*row) for row in tx.all(sa.select(*columns).where(table.appid == appid)))


def load_faults(tx: Tx, appid: str) -> tuple[Fault, ...]:
    """Return the faults that are still to strike; those that are over cost a call nothing."""
    table = tables.fault.c
    columns = [table[name] for name in Fault.__struct_fields__]
    coming = table.seen < table.nth + table.times - 1
    rows = tx.all(sa.select(*columns).where((table.appid == appid) & coming).order_by(table.id))
    return tuple(Fault(*row) for row in rows)


def load_credentials(tx: Tx, appid: str) -> tuple[Credential, ...]:
    """Return the credentials kept of an app, newest first."""
    table = tables.credential.c
    columns = (table.kind, table.serial, table.issued_at, table.ends_at, table.forced)
    rows = tx.all(sa.select(*columns).where(table.appid == appid).order_by(table.serial.desc()))
    return tuple(Credential(*row) for row in rows)


def list_latest_holders(tx: Tx, kinds: Sequence[str], most: int) -> list[str]:
    """Return the appids of the accounts that have fetched a credential of these kinds last, the latest first."""
    table = tables.credential.c
    latest = sa.func.max(table.issued_at).desc()
    query = sa.select(table.appid).where(table.kind.in_(kinds)).group_by(table.appid)
    return [row.appid for row in tx.all(query.order_by(latest, table.appid).limit(most))]


class AppCache:
    """The snapshots of this process; one that ages is loaded anew beside the calls, once for all of them.

    Args:
        read: runs a reading action on the store.
        tick: a clock that never runs back, seconds.
    """

    def __init__(self, read: Callable[[Callable[[Tx], Any]], Any], tick: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._tick = tick
        self._apps: dict[str, tuple[float, App]] = {}
        self._loading: dict[str, asyncio.Task[App | None]] = {}
        self._seen: dict[str, None] = {}

    def fresh(self, appid: str) -> App | None:
        """Return the snapshot if it is young enough, without a query."""
        held = self._apps.get(appid)
        if held is None:
            return None
        age = self._tick() - held[0]
        if age > RENEW_SECONDS and appid not in self._loading:
            self._load(appid)
        return held[1] if age < FRESH_SECONDS else None

    async def get(self, appid: str) -> App | None:
        """Return the app, loaded when its snapshot is too old; None when there is none."""
        return self.fresh(appid) or await asyncio.shield(self._loading.get(appid) or self._load(appid))

    async def others(self, appid: str, most: int) -> list[App]:
        """Return other apps that called this process, those seen last first."""
        names = list(islice((one for one in reversed(self._seen) if one != appid), most))
        return [app for app in [await self.get(one) for one in names] if app is not None]

    async def reload(self, appid: str) -> App | None:
        """Return the app as it is now, not as a load that began before sees it."""
        return await asyncio.shield(self._load(appid))

    def forget(self, appid: str) -> None:
        """Make the next call load the app again, after a change by this process."""
        self._apps.pop(appid, None)
        self._loading.pop(appid, None)

    def _load(self, appid: str) -> asyncio.Task[App | None]:
        task = self._loading[appid] = asyncio.create_task(self._loaded(appid))
        return task

    async def _loaded(self, appid: str) -> App | None:
        tick = self._tick()
        this = asyncio.current_task()
        try:
            app: App | None = await self._read(lambda tx: load_app(tx, appid))
        finally:
            newest = self._loading.get(appid) is this
            if newest:
                del self._loading[appid]
        # A load that was overtaken by a change must not bring the old state back.
        if newest:
            self._keep(appid, tick, app)
        return app

    def _keep(self, appid: str, tick: float, app: App | None) -> None:
        if app is None:
            self._apps.pop(appid, None)
        else:
            self._apps[appid] = (tick, app)
            self._seen.pop(appid, None)
            self._seen[appid] = None
