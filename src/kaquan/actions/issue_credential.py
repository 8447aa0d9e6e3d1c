"""Issue access tokens and tickets (spec: auth_and_signatures.md 1 and 2)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.errors import Errcode
from kaquan.store import tables
from kaquan.store.apps import Credential, load_credentials
from kaquan.store.tx import Tx

LIFE = 7200
OVERLAP = 300
FORCE_PAUSE = 30
FORCES_A_DAY = 20
DAY = 86400
CLASSIC = "classic"
STABLE = "stable"
TICKETS = ("jsapi", "wx_card")
KEPT_TICKETS = 4
"""How many tickets of a kind are kept, so that a signature with one whose time is over can be told from others."""


def issue_token(tx: Tx, appid: str, now: int) -> Credential:
    """Issue a new classic token; the one before it stays good for five minutes."""
    _lock(tx, appid)
    table = tables.credential.c
    mine = (table.appid == appid) & (table.kind == CLASSIC)
    end = now + OVERLAP
    tx.run(sa.update(tables.credential).where(mine & (table.ends_at > end)).values(ends_at=end))
    return _issue(tx, appid, CLASSIC, now)


def stable_token(tx: Tx, appid: str, now: int, force: bool) -> Credential:
    """Return the standing stable token, a new one in its last five minutes, or a new one by force.

    Raises:
        Refusal: 45009 past 20 forced refreshes in a day.
    """
    _lock(tx, appid)
    held = [one for one in load_credentials(tx, appid) if one.kind == STABLE]
    latest = next((one for one in held if one.ends_at > now), None)
    forced = [one for one in held if one.forced and one.issued_at > now - DAY]
    if force and not any(one.issued_at > now - FORCE_PAUSE for one in forced):
        if len(forced) >= FORCES_A_DAY:
            raise Errcode.DAILY_QUOTA("forced_refreshes", limit=FORCES_A_DAY, used=len(forced))
        _end_now(tx, appid, STABLE, now)
        return _issue(tx, appid, STABLE, now, forced=True)
    if latest is None or latest.ends_at - now <= OVERLAP:
        return _issue(tx, appid, STABLE, now)
    return latest


def ticket(tx: Tx, appid: str, kind: str, now: int) -> Credential:
    """Return the standing ticket of a kind, or a new one when it has less than five minutes left."""
    _lock(tx, appid)
    latest = next((one for one in load_credentials(tx, appid) if one.kind == kind), None)
    if latest is None or latest.ends_at - now < OVERLAP:
        return _issue(tx, appid, kind, now)
    return latest


def _lock(tx: Tx, appid: str) -> None:
    tx.one(sa.select(tables.app.c.appid).where(tables.app.c.appid == appid).with_for_update())


def _end_now(tx: Tx, appid: str, kind: str, now: int) -> None:
    table = tables.credential.c
    mine = (table.appid == appid) & (table.kind == kind) & (table.ends_at > now)
    tx.run(sa.update(tables.credential).where(mine).values(ends_at=now))


def _issue(tx: Tx, appid: str, kind: str, now: int, forced: bool = False) -> Credential:
    table = tables.credential.c
    last = tx.one(sa.select(sa.func.max(table.serial)).where((table.appid == appid) & (table.kind == kind)))
    new = Credential(kind, (last[0] or 0) + 1 if last else 1, now, now + LIFE, forced)
    spent = (table.ends_at <= now) & (~table.forced | (table.issued_at <= now - DAY))
    if kind in TICKETS:
        spent &= table.serial <= new.serial - KEPT_TICKETS
    tx.run(sa.delete(tables.credential).where((table.appid == appid) & (table.kind == kind) & spent))
    row = {"serial": new.serial, "issued_at": now, "ends_at": new.ends_at, "forced": forced}
    tx.run(sa.insert(tables.credential).values(appid=appid, kind=kind, **row))
    return new
