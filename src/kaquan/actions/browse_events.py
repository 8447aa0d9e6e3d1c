"""The tape of an app's events for people to look through: newest first, filtered, with what became of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx

# Ids are microseconds above twelve bits of a tag: events of one second lie this far apart at the most.
TWO_SECONDS = 2_000_000 << 12
DEAD, WAITING, DELIVERED, NOT_SENT = "dead", "waiting", "delivered", "not_sent"


class Wanted(msgspec.Struct, frozen=True):
    """Which events to list; what is empty or 0 leaves none out.

    Args:
        event, openid, card_id, code: as the event has them.
        dead: only those that were given up.
        before: only those with a smaller id.
    """

    event: str = ""
    openid: str = ""
    card_id: str = ""
    code: str = ""
    dead: bool = False
    before: int = 0


class Attempt(msgspec.Struct, frozen=True):
    """One delivery that was tried; ``status`` 0 is no answer."""

    attempt: int
    create_time: int
    status: int
    millis: int
    answer: str

    @property
    def arrived(self) -> bool:
        """Tell whether the receiver took the event."""
        return 200 <= self.status < 300


class Taped(msgspec.Struct, frozen=True):
    """One event.

    Args:
        kind: of the change behind it.
        fields: what follows the head, in wire order.
        state: ``delivered``, ``waiting``, ``dead`` or ``not_sent``.
        attempts: its deliveries.
        twins: how many other events have its FromUserName and CreateTime, which receivers take for the same.
    """

    id: int
    kind: str
    event: str
    create_time: int
    openid: str
    card_id: str
    code: str
    fields: dict[str, Any]
    state: str
    attempts: list[Attempt]
    twins: int


SHOWN = ("id", "kind", "event", "create_time", "openid", "card_id", "code", "fields")


def browse_events(tx: Tx, appid: str, wanted: Wanted, limit: int) -> list[Taped]:
    """Return up to ``limit`` events, the newest first."""
    table = tables.journal.c
    mine = [table.appid == appid, table.event != "", *_conditions(appid, wanted)]
    columns = [table[name] for name in SHOWN]
    return _told(tx, appid, tx.all(sa.select(*columns).where(*mine).order_by(table.id.desc()).limit(limit)))


def find_event(tx: Tx, appid: str, number: int) -> Taped | None:
    """Return one event, None where the app has none of this id."""
    table = tables.journal.c
    mine = (table.appid == appid) & (table.id == number) & (table.event != "")
    return next(iter(_told(tx, appid, tx.all(sa.select(*(table[name] for name in SHOWN)).where(mine)))), None)


def _conditions(appid: str, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    table, letter = tables.journal.c, tables.dead_letter.c
    named = {name: getattr(wanted, name) for name in ("event", "openid", "card_id", "code")}
    found: list[sa.ColumnElement[bool]] = [table[name] == value for name, value in named.items() if value]
    if wanted.dead:
        found.append(table.id.in_(sa.select(letter.id).where(letter.appid == appid)))
    if wanted.before:
        found.append(table.id < wanted.before)
    return found


def _told(tx: Tx, appid: str, rows: Sequence[Any]) -> list[Taped]:
    if not rows:
        return []
    ids = [row.id for row in rows]
    attempts, states = _attempts(tx, appid, ids), _states(tx, appid, ids)
    same = _same_second(tx, appid, ids)
    return [_one(row, attempts[row.id], states.get(row.id, ""), same[row.openid, row.create_time]) for row in rows]


def _one(row: Any, attempts: list[Attempt], state: str, alike: int) -> Taped:
    arrived = DELIVERED if any(one.arrived for one in attempts) else NOT_SENT
    facts = {**row._mapping, "fields": msgspec.json.decode(row.fields)}
    return Taped(**facts, state=state or arrived, attempts=attempts, twins=max(0, alike - 1))


def _attempts(tx: Tx, appid: str, ids: list[int]) -> dict[int, list[Attempt]]:
    table = tables.delivery.c
    mine = (table.appid == appid) & table.id.in_(ids)
    columns = [table[name] for name in Attempt.__struct_fields__]
    found: dict[int, list[Attempt]] = defaultdict(list)
    for number, *values in tx.all(sa.select(table.id, *columns).where(mine).order_by(table.id, table.attempt)):
        found[number].append(Attempt(*values))
    return found


def _states(tx: Tx, appid: str, ids: list[int]) -> dict[int, str]:
    states: dict[int, str] = {}
    for table, state in ((tables.outbox, WAITING), (tables.dead_letter, DEAD)):
        mine = (table.c.appid == appid) & table.c.id.in_(ids)
        states.update({row[0]: state for row in tx.all(sa.select(table.c.id).where(mine))})
    return states


def _same_second(tx: Tx, appid: str, ids: list[int]) -> Counter[tuple[str, int]]:
    """Return how many events there are around these of each openid and CreateTime."""
    table = tables.journal.c
    near = sa.or_(*(table.id.between(low, high) for low, high in _spans(ids)))
    rows = tx.all(sa.select(table.openid, table.create_time).where((table.appid == appid) & (table.event != "") & near))
    return Counter((row.openid, row.create_time) for row in rows)


def _spans(ids: list[int]) -> list[tuple[int, int]]:
    """Return the spans of ids within two seconds of these, those that overlap as one."""
    spans: list[tuple[int, int]] = []
    for number in sorted(ids):
        low, high = number - TWO_SECONDS, number + TWO_SECONDS
        if spans and low <= spans[-1][1]:
            spans[-1] = (spans[-1][0], high)
        else:
            spans.append((low, high))
    return spans
