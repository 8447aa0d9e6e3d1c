"""Say which addresses may ask for an app's tokens."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.record import Record
from kaquan.store import tables
from kaquan.store.tx import Tx


def set_ip_list(tx: Tx, appid: str, ip_list: str, now: int, record: Record) -> None:
    """Save the list; every process asks for it anew with each call for a token.

    Args:
        ip_list: as :func:`kaquan.rules.ip_list.read_ip_list` returns it; empty lets everybody.
        now: the wall clock, UTC seconds.
    """
    table = tables.app
    tx.run(sa.update(table).where(table.c.appid == appid).values(ip_list=ip_list))
    record.change("set_ip_list", {"ip_list": ip_list}, now, "")
    record.save(tx, appid)


def load_ip_list(tx: Tx, appid: str) -> list[str]:
    """Return the entries of an app's list, which stays as it is until the commit."""
    table = tables.app.c
    row = tx.one(sa.select(table.ip_list).where(table.appid == appid).with_for_update())
    return row.ip_list.split(",") if row and row.ip_list else []
