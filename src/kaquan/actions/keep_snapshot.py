"""Keep snapshots of a sandbox app on the server, under a name each."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.actions.record import Record
from kaquan.errors import Errcode
from kaquan.rules.snapshot import MOST_KEPT, check_known, check_name
from kaquan.store import tables
from kaquan.store.tx import Tx


class Snapshot(msgspec.Struct, frozen=True):
    """One that is kept; ``size`` is its file's in bytes, ``create_time`` UTC seconds of the wall clock."""

    name: str
    note: str
    create_time: int
    size: int


def keep_snapshot(tx: Tx, appid: str, made: Snapshot, body: bytes, replace: bool, record: Record) -> None:
    """Keep a snapshot of an app.

    Args:
        body: as :func:`kaquan.actions.snapshot_app.save_app` returns it.
        replace: takes the place of one of the same name.

    Raises:
        Refusal: 40097 no such name, the name is taken, or as many are kept as may be.
    """
    check_name(made.name)
    tx.one(sa.select(tables.app.c.appid).where(tables.app.c.appid == appid).with_for_update())
    known = [one.name for one in list_snapshots(tx, appid)]
    if made.name in known and not replace:
        raise Errcode.INVALID_ARGS("snapshot_taken", path="name", name=made.name)
    if made.name not in known and len(known) >= MOST_KEPT:
        raise Errcode.INVALID_ARGS("snapshot_count", limit=MOST_KEPT)
    tx.run(sa.delete(tables.snapshot).where(_named(appid, made.name)))
    tx.run(sa.insert(tables.snapshot).values(appid=appid, body=body, **msgspec.structs.asdict(made)))
    record.change("keep_snapshot", {"name": made.name, "size": made.size}, made.create_time, "")
    record.save(tx, appid)


def list_snapshots(tx: Tx, appid: str) -> list[Snapshot]:
    """Return what is kept of an app, the newest first."""
    table = tables.snapshot.c
    columns = [table[name] for name in Snapshot.__struct_fields__]
    found = sa.select(*columns).where(table.appid == appid).order_by(table.create_time.desc(), table.name)
    return [Snapshot(*row) for row in tx.all(found)]


def snapshot_body(tx: Tx, appid: str, name: str) -> bytes:
    """Return the file of a kept snapshot.

    Raises:
        Refusal: 40097, none of this name is kept.
    """
    row = tx.one(sa.select(tables.snapshot.c.body).where(_named(appid, name)))
    if row is None:
        check_known(name, [one.name for one in list_snapshots(tx, appid)])
    return bytes(row[0]) if row else b""


def delete_snapshot(tx: Tx, appid: str, name: str, now: int, record: Record) -> None:
    """Keep a snapshot no longer.

    Args:
        now: the wall clock, UTC seconds.

    Raises:
        Refusal: 40097, none of this name is kept.
    """
    if not tx.run(sa.delete(tables.snapshot).where(_named(appid, name))):
        check_known(name, [one.name for one in list_snapshots(tx, appid)])
    record.change("delete_snapshot", {"name": name}, now, "")
    record.save(tx, appid)


def _named(appid: str, name: str) -> sa.ColumnElement[bool]:
    table = tables.snapshot.c
    return (table.appid == appid) & (table.name == name)
