"""The outbox in the database: what the delivery loop leases and settles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.events.outbox import CallbackConfig, Pushed, Tried
from kaquan.keys import Keys
from kaquan.store import tables
from kaquan.store.tx import Tx

LEASE_SECONDS = 60
# How far behind the oldest event a lease looks; those before it wait for a retry or are leased by another process.
WINDOW = 2000


class StoreOutbox:
    """Leases events per app, so that each person's arrive in order; implements :class:`kaquan.events.outbox.Outbox`.

    Args:
        store: the opened store.
        keys: unseal the callback's secrets.
    """

    def __init__(self, store: Any, keys: Keys) -> None:
        self._store = store
        self._keys = keys

    async def due_appids(self, now: int) -> list[str]:
        """Return the apps with events that are due, without locks."""
        appids: list[str] = await self._store.read(lambda tx: due_appids(tx, now))
        return appids

    async def lease(self, appid: str, now: int, limit: int) -> list[Pushed]:
        """Return due events of an app, leased for a minute; none while another process leases."""
        leased: list[Pushed] = await self._store.write(lambda tx: lease(tx, appid, now, limit))
        return leased

    async def settle(self, appid: str, tried: list[Tried], given_back: list[int], now: int) -> None:
        """Save how each try ended, and give back what was not tried."""
        await self._store.write(lambda tx: settle(tx, appid, tried, given_back, now))

    async def callback(self, appid: str) -> CallbackConfig | None:
        """Return where an app's events go."""
        config: CallbackConfig | None = await self._store.read(lambda tx: load_callback(tx, self._keys, appid))
        return config


def due_appids(tx: Tx, now: int) -> list[str]:
    """Return the apps that have a callback and a due event."""
    callback, outbox = tables.callback.c, tables.outbox.c
    due = sa.exists().where((outbox.appid == callback.appid) & (outbox.due_time <= now))
    return [row[0] for row in tx.all(sa.select(callback.appid).where(due))]


def lease(tx: Tx, appid: str, now: int, limit: int) -> list[Pushed]:
    """Lease the oldest due events whose person has none waiting before them."""
    callback, outbox = tables.callback.c, tables.outbox.c
    turn = sa.select(callback.appid).where(callback.appid == appid).with_for_update(skip_locked=True)
    if tx.one(turn) is None:
        return []
    columns = (outbox.id, outbox.openid, outbox.due_time, outbox.attempts, outbox.last)
    oldest = sa.select(*columns).where(outbox.appid == appid).order_by(outbox.id).limit(WINDOW)
    taken = take(tx.all(oldest), now, limit)
    if not taken:
        return []
    mine = (outbox.appid == appid) & outbox.id.in_(list(taken))
    tx.run(sa.update(tables.outbox).where(mine).values(due_time=now + LEASE_SECONDS))
    return load_pushed(tx, appid, taken)


def load_pushed(tx: Tx, appid: str, tries: Mapping[int, tuple[int, int]]) -> list[Pushed]:
    """Return events as they are pushed, the oldest first.

    Args:
        tries: by the event's id, how often it was tried and the attempt after which it is given up.
    """
    journal = tables.journal.c
    shown = sa.select(journal.id, journal.openid, journal.event, journal.create_time, journal.fields)
    mine = (journal.appid == appid) & journal.id.in_(list(tries)) & (journal.event != "")
    return [
        Pushed(row.id, row.openid, row.event, row.create_time, msgspec.json.decode(row.fields), *tries[row.id])
        for row in tx.all(shown.where(mine).order_by(journal.id))
    ]


def take(rows: list[Any], now: int, limit: int) -> dict[int, tuple[int, int]]:
    """Return id -> (attempts, last) of the events to lease; a person whose earlier event is not due has to wait."""
    waiting: set[str] = set()
    taken: dict[int, tuple[int, int]] = {}
    for row in rows:
        if row.due_time > now:
            waiting.add(row.openid)
        elif row.openid not in waiting and len(taken) < limit:
            taken[row.id] = (row.attempts, row.last)
    return taken


def settle(tx: Tx, appid: str, tried: list[Tried], given_back: list[int], now: int) -> None:
    """Write a delivery line per try; what arrived or is given up leaves the outbox.

    A process that was held up past its lease may settle what another has settled: the first line stays.
    """
    outbox = tables.outbox
    mine = outbox.c.appid == appid
    lines = [
        {"appid": appid, "id": one.id, "attempt": one.attempt, "create_time": now, "status": one.status}
        | {"millis": one.millis, "answer": one.answer}
        for one in tried
    ]
    tx.add(tables.delivery, lines)
    dead = [one for one in tried if not one.delivered and one.next_time is None]
    letters = [{"appid": appid, "id": one.id, "openid": one.openid, "create_time": now} for one in dead]
    tx.add(tables.dead_letter, letters)
    gone = [one.id for one in tried if one.delivered or one.next_time is None]
    tx.run(sa.delete(outbox).where(mine & outbox.c.id.in_(gone)))
    for (due_time, attempts), ids in retries(tried).items():
        tx.run(sa.update(outbox).where(mine & outbox.c.id.in_(ids)).values(due_time=due_time, attempts=attempts))
    if given_back:
        tx.run(sa.update(outbox).where(mine & outbox.c.id.in_(given_back)).values(due_time=0))


def retries(tried: list[Tried]) -> dict[tuple[int, int], list[int]]:
    """Return (when, after how many attempts) -> the events that are tried again then."""
    later: dict[tuple[int, int], list[int]] = {}
    for one in tried:
        if not one.delivered and one.next_time is not None:
            later.setdefault((one.next_time, one.attempt), []).append(one.id)
    return later


def load_callback(tx: Tx, keys: Keys, appid: str) -> CallbackConfig | None:
    """Return an app's callback with its secrets."""
    callback, app = tables.callback, tables.app
    row = tx.one(
        sa.select(callback, app.c.gh_id)
        .join(app, app.c.appid == callback.c.appid)
        .where((callback.c.appid == appid) & (app.c.appid == appid))
    )
    if row is None:
        return None
    return CallbackConfig(
        appid=appid,
        gh_id=row.gh_id,
        url=row.url,
        token=keys.unseal("callback", row.token_box),
        aes_key=keys.unseal("callback", row.aes_key_box),
        mode=row.mode,
        format=row.format,
    )
