"""Save a sandbox app as one file, and take it, or another one, back to what a file holds."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.record import Record
from kaquan.errors import Errcode
from kaquan.rules.snapshot import Head, Home, moved
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.snapshot import APP, emptied_tables, saved_tables
from kaquan.store.snapshot_file import Writer, blocks
from kaquan.store.tables import metadata
from kaquan.store.tx import Tx

CHUNK = 500


class Loaded(msgspec.Struct, frozen=True):
    """What an app was taken back to.

    Args:
        now: its time from now on, UTC seconds.
        rows: how many of each table.
    """

    now: int
    rows: dict[str, int]


def home_of(app: App, base_url: str) -> Home:
    """Return what the names in an app's rows are made of."""
    return Home(app.appid, app.prefix, base_url)


def save_app(tx: Tx, app: App, base_url: str, schema: str, now: int) -> bytes:
    """Return everything of an app that is no secret and no matter of the installation, as one file.

    Args:
        tx: its queries have to see one state.
        base_url: of this server.
        schema: revision of the tables.
        now: the wall clock, UTC seconds.

    Raises:
        Refusal: 40097, it would be too large to be loaded.
    """
    writer = Writer()
    for name, columns in saved_tables().items():
        table = metadata.tables[name]
        rows = sa.select(*columns).where(table.c.appid == app.appid).order_by(*table.primary_key.columns)
        writer.table(name, [str(column.name) for column in columns], tx.stream(rows))
    clock: Any = tx.one(sa.select(tables.app.c.clock_offset).where(tables.app.c.appid == app.appid))
    moment = {"saved_at": now, "app_time": now + clock.clock_offset}
    return writer.finish(schema=schema, home=home_of(app, base_url), name=app.name, **moment)


def load_snapshot(
    tx: Tx, app: App, body: bytes, head: Head, base_url: str, now: int, force: bool, record: Record
) -> Loaded:
    """Put what a file holds in the place of everything the app has, in one transaction.

    Its tokens, callback, limits and kept snapshots stay. Its clock goes back, or ahead, to the moment of the snapshot;
    nothing is pushed.

    Args:
        body, head: of a file that was checked (:func:`kaquan.store.snapshot_file.check_file`).
        base_url: of this server.
        now: the wall clock, UTC seconds.
        force: also where the app has something already.

    Raises:
        Refusal: 40097, the app has something already, or the database refuses a row; 48001, it is no sandbox app.
    """
    if not app.sandbox:
        raise Errcode.API_UNAUTHORIZED("sandbox_only", appid=app.appid)
    mine = tables.app.c.appid == app.appid
    row: Any = tx.one(sa.select(tables.app.c.clock_offset).where(mine).with_for_update())
    if not force:
        check_empty(tx, app.appid)
    for table in emptied_tables():
        tx.run(sa.delete(table).where(table.c.appid == app.appid))
    try:
        fill(tx, app, body, head.home, home_of(app, base_url))
    except (sa.exc.IntegrityError, sa.exc.DataError) as fault:
        raise Errcode.INVALID_ARGS("snapshot_rows", reason=type(fault.orig).__name__) from fault
    offset = head.app_time - now
    tx.run(sa.update(tables.app).where(mine).values(clock_offset=offset))
    turn_back_tokens(tx, app.appid, now + row.clock_offset, now + offset)
    forget_strangers(tx, app.appid)
    record.change("load_snapshot", {"saved_at": head.saved_at, "from": head.home.appid}, head.app_time, "")
    record.save(tx, app.appid)
    return Loaded(head.app_time, head.rows)


def check_empty(tx: Tx, appid: str) -> None:
    """Go on only if nothing would be lost.

    Raises:
        Refusal: 40097, with what there is.
    """
    counted = (sa.select(sa.func.count()).where(table.c.appid == appid) for table in (tables.card, tables.code))
    cards, codes = (tx.all(one)[0][0] for one in counted)
    if cards or codes:
        raise Errcode.INVALID_ARGS("snapshot_occupied", appid=appid, cards=cards, codes=codes)


def fill(tx: Tx, app: App, body: bytes, old: Home, new: Home) -> None:
    """Insert the rows of a file, their names turned into the app's own."""
    turn = moved(old, new)
    for name, rows in blocks(body):
        said = [{column: turned(turn, value) for column, value in row.items()} for row in rows]
        if name == APP:
            tx.run(sa.update(tables.app).where(tables.app.c.appid == app.appid).values(**said[0]))
        else:
            tx.run(sa.insert(metadata.tables[name]), [{"appid": app.appid, **row} for row in said])


def turned(turn: Any, value: Any) -> Any:
    """Return a value of a row with its names turned, if they are to be and it is a text."""
    return turn(value) if turn is not None and isinstance(value, str) else value


def turn_back_tokens(tx: Tx, appid: str, before: int, after: int) -> None:
    """Have tokens last as long as they would have, though the app's time was set back; both are UTC seconds."""
    table = tables.credential
    mine = table.c.appid == appid
    if after < before:
        standing = mine & (table.c.ends_at > before)
        tx.run(sa.update(table).where(standing).values(ends_at=table.c.ends_at + (after - before)))
        # A refresh by force that lies ahead would keep the next one waiting until then.
        tx.run(sa.update(table).where(mine & (table.c.issued_at > after)).values(forced=False))


def forget_strangers(tx: Tx, appid: str) -> None:
    """Let go of who is whom among people with a wallet, where the app does not know them any more."""
    known, person = tables.known_as, tables.person.c
    openids = [row[0] for row in tx.all(sa.select(known.c.openid).where(known.c.appid == appid))]
    for begin in range(0, len(openids), CHUNK):
        some = openids[begin : begin + CHUNK]
        found = sa.select(person.openid).where((person.appid == appid) & person.openid.in_(some))
        gone = set(some) - {row[0] for row in tx.all(found)}
        tx.run(sa.delete(known).where((known.c.appid == appid) & known.c.openid.in_(gone)))
