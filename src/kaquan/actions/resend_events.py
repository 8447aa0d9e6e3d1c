"""Send events again, to the app's callback: those that were given up, or that a receiver lost."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from kaquan.actions.record import Record
from kaquan.errors import Errcode
from kaquan.events.outbox import ATTEMPTS
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx

MOST = 1000
LAST_ID = 2**63 - 1


class Range(msgspec.Struct, frozen=True):
    """Which events are meant.

    Args:
        since: those behind the event with this id.
        until: those up to the event with this id.
        event: those of this name; empty = of every name.
        dead: only those that were given up.
    """

    since: int = 0
    until: int = LAST_ID
    event: str = ""
    dead: bool = False


class Resent(msgspec.Struct, frozen=True):
    """What became of events that were to be sent again.

    Args:
        resent: how many are in the outbox again.
        waiting: how many were there anyway.
    """

    resent: int
    waiting: int


def find_events(tx: Tx, appid: str, wanted: Range, limit: int) -> list[int]:
    """Return the ids of up to ``limit`` events of a range, the oldest first."""
    journal, letter = tables.journal.c, tables.dead_letter.c
    table = letter if wanted.dead else journal
    mine = (table.appid == appid) & (table.id > wanted.since) & (table.id <= wanted.until)
    found = sa.select(table.id)
    if wanted.dead:
        found = found.join(tables.journal, (journal.appid == letter.appid) & (journal.id == letter.id))
        mine &= journal.appid == appid
    mine &= journal.event == wanted.event if wanted.event else journal.event != ""
    return [row[0] for row in tx.all(found.where(mine).order_by(table.id).limit(limit))]


def resend_events(tx: Tx, app: App, ids: Sequence[int], now: int, record: Record) -> Resent:
    """Put events into the outbox again, with as many attempts as they had at first; what is tried is added to the tape.

    Args:
        ids: of at most :data:`MOST` events.
        now: the app's time, UTC seconds.

    Raises:
        Refusal: 40097 too many, or one that is no event of the app; 40201 without a callback.
    """
    # Leases lock this row too: none of the events is taken or settled meanwhile.
    callback = tables.callback.c
    if tx.one(sa.select(callback.url).where(callback.appid == app.appid).with_for_update()) is None:
        raise Errcode.INVALID_CALLBACK_URL("nowhere_to_send", appid=app.appid)
    people = check_events(tx, app.appid, ids)
    wanted = sorted(people)
    waiting = _waiting(tx, app.appid, wanted)
    again = [number for number in wanted if number not in waiting]
    attempts = _attempts(tx, app.appid, again)
    rows = [
        {"appid": app.appid, "id": number, "openid": people[number], "due_time": 0}
        | {"attempts": attempts.get(number, 0), "last": attempts.get(number, 0) + ATTEMPTS}
        for number in again
    ]
    tx.add(tables.outbox, rows)
    letter = tables.dead_letter
    tx.run(sa.delete(letter).where((letter.c.appid == app.appid) & letter.c.id.in_(again)))
    record.change("resend", {"ids": [str(number) for number in again]}, now, "")
    record.save(tx, app.appid)
    return Resent(len(again), len(waiting))


def check_events(tx: Tx, appid: str, ids: Sequence[int]) -> dict[int, str]:
    """Return whom each event is about.

    Raises:
        Refusal: 40097 too many, or one that is no event of the app.
    """
    check_count(ids)
    journal = tables.journal.c
    mine = (journal.appid == appid) & journal.id.in_(ids) & (journal.event != "")
    people = {row.id: row.openid for row in tx.all(sa.select(journal.id, journal.openid).where(mine))}
    if missing := next((number for number in ids if number not in people), None):
        raise Errcode.INVALID_ARGS("event_id", path="ids", event_id=str(missing))
    return people


def check_count(ids: Sequence[int]) -> None:
    """Go on only if no more events are named than may be sent at once.

    Raises:
        Refusal: 40097.
    """
    if len(set(ids)) > MOST:
        raise Errcode.INVALID_ARGS("too_many_events", path="ids", got=len(set(ids)), expected=f"at most {MOST}")


def _waiting(tx: Tx, appid: str, ids: list[int]) -> set[int]:
    outbox = tables.outbox.c
    return {row[0] for row in tx.all(sa.select(outbox.id).where((outbox.appid == appid) & outbox.id.in_(ids)))}


def _attempts(tx: Tx, appid: str, ids: list[int]) -> dict[int, int]:
    """Return how often each event has been tried, where it has been."""
    delivery = tables.delivery.c
    mine = (delivery.appid == appid) & delivery.id.in_(ids)
    tried = sa.select(delivery.id, sa.func.max(delivery.attempt)).where(mine).group_by(delivery.id)
    return {row[0]: row[1] for row in tx.all(tried)}
