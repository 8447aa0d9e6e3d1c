"""Give a company's own user ids their openids and unionids: the same id always has the same ones."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.keys import Keys
from kaquan.sources import url_safe
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx

OPENID_LENGTH = 28


def openid_of(keys: Keys, app: App, external_id: str) -> str:
    """Return the openid of a user id; two accounts cannot tell that theirs are one person."""
    tail = url_safe(keys.mac("openid", f"{app.appid}/{external_id}"))
    return f"o{app.prefix}{tail}"[:OPENID_LENGTH]


def unionid_of(keys: Keys, app: App, external_id: str) -> str:
    """Return how the apps of one owner know a person; empty where no owner is set (spec: auth 5.2)."""
    tail = url_safe(keys.mac("unionid", f"{app.owner}/{external_id}"))
    return f"o{tail}"[:OPENID_LENGTH] if app.owner else ""


def know_people(tx: Tx, app: App, openids: dict[str, str], now: int) -> dict[str, str]:
    """Remember external id -> openid pairs that are new, and return all of them as they are known from now on.

    Somebody who came with a snapshot of another app has another openid than would be derived.
    """
    table = tables.person
    wanted = (table.c.appid == app.appid) & table.c.external_id.in_(openids)
    tx.one(sa.select(tables.app.c.appid).where(tables.app.c.appid == app.appid).with_for_update())
    rows = tx.all(sa.select(table.c.external_id, table.c.openid).where(wanted))
    known = {row.external_id: row.openid for row in rows}
    new = [
        {"appid": app.appid, "openid": openid, "external_id": external_id, "create_time": now}
        for external_id, openid in openids.items()
        if external_id not in known
    ]
    tx.run(sa.insert(table), new)
    return openids | known
