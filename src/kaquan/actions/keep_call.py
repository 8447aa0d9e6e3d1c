"""Keep failed calls, many in one transaction, so that each can be explained later."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.hot import Flow, Plan, Query
from kaquan.store.statements import INSERT_FAILED_CALL
from kaquan.store.tx import Tx

BODY_BYTES = 16 * 1024
DAY = 86400


class FailedCall(msgspec.Struct):
    """A refused call with what explains it; secrets are masked before they come here.

    Args:
        rid: its reference.
        create_time: wall clock, UTC seconds.
        millis: how long it took.
        body: at most 16 KB of it.
        facts: JSON object of the refusal's facts.
    """

    rid: str
    create_time: int
    millis: int
    method: str
    path: str
    query: str
    body: str
    answer: str
    errcode: int
    cause: str
    facts: str
    client_ip: str


def keep_calls(appid: str, calls: list[FailedCall]) -> Flow[None]:
    """Write the calls of one app."""
    yield []
    return Plan([None for _ in calls], [Query(INSERT_FAILED_CALL, {"appid": appid}, list(calls))])


def find_call(tx: Tx, appid: str, rid: str) -> FailedCall | None:
    """Return a kept call of this app."""
    table = tables.failed_call
    columns = [table.c[name] for name in FailedCall.__struct_fields__]
    row = tx.one(sa.select(*columns).where((table.c.appid == appid) & (table.c.rid == rid)))
    return FailedCall(*row) if row else None


def owner_of_call(tx: Tx, rid: str) -> str | None:
    """Return the appid a kept call belongs to (empty when it came without a good token), whoever asks."""
    table = tables.failed_call.c
    row = tx.one(sa.select(table.appid).where(table.rid == rid))
    return row[0] if row else None


def forget_calls(tx: Tx, appid: str, now: int, days: int, keep: int) -> None:
    """Delete the calls of an app that are older than ``days`` or beyond the newest ``keep``."""
    table = tables.failed_call.c
    newest = sa.select(table.create_time).where(table.appid == appid).order_by(table.create_time.desc())
    row = tx.one(newest.offset(keep).limit(1))
    oldest = max(now - days * DAY, row[0] if row else 0)
    tx.run(sa.delete(tables.failed_call).where((table.appid == appid) & (table.create_time < oldest)))
