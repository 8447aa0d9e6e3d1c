"""The journal of a transaction: one line per change of state, and what of it is to be pushed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.events.catalogue import Event
from kaquan.store import tables
from kaquan.store.hot import Query
from kaquan.store.statements import INSERT_JOURNAL, INSERT_OUTBOX, JOURNAL_HAS
from kaquan.store.tx import Tx

NewId = Callable[[], int]
encode = msgspec.json.Encoder().encode


class JournalLine(msgspec.Struct):
    """One change: what kind, to whose code of which card, and the event's fields if it is an event."""

    id: int
    kind: str
    event: str
    create_time: int
    openid: str
    card_id: str
    code: str
    fields: str


class OutboxLine(msgspec.Struct):
    """One event that waits for its delivery; 0 = due at once."""

    id: int
    openid: str
    due_time: int = 0
    attempts: int = 0


class Record:
    """Collects the journal lines of one transaction.

    Args:
        new_id: gives the ids, increasing in time.
    """

    def __init__(self, new_id: NewId) -> None:
        self._new_id = new_id
        self.lines: list[JournalLine] = []

    def event(self, kind: str, event: Event, openid: str, create_time: int, card_id: str, code: str = "") -> None:
        """Add a change that the merchant is told of; ``create_time`` is the event's CreateTime."""
        fields = encode(event).decode()
        name = type(event).__name__ if not hasattr(event, "EVENT") else event.EVENT
        self._add(kind, name, create_time, openid, card_id, code, fields)

    def change(self, kind: str, facts: dict[str, Any], create_time: int, card_id: str, code: str = "") -> None:
        """Add a change that nobody is told of."""
        self._add(kind, "", create_time, "", card_id, code, encode(facts).decode())

    def _add(self, kind: str, event: str, at: int, openid: str, card_id: str, code: str, fields: str) -> None:
        self.lines.append(JournalLine(self._new_id(), kind, event, at, openid, card_id, code, fields))

    def writes(self, appid: str, deliver: bool) -> list[Query]:
        """Return the statements that keep the lines; ``deliver`` puts the events into the outbox as well."""
        if not self.lines:
            return []
        params = {"appid": appid}
        queries = [Query(INSERT_JOURNAL, params, list(self.lines))]
        waiting = self._outbox() if deliver else []
        return [*queries, Query(INSERT_OUTBOX, params, waiting)] if waiting else queries

    def proof(self, appid: str) -> list[Query]:
        """Return the query that has a row if and only if these lines were committed."""
        return [Query(JOURNAL_HAS, {"appid": appid, "id": self.lines[0].id})] if self.lines else []

    def save(self, tx: Tx, appid: str) -> None:
        """Write the lines in an ordinary transaction."""
        deliver = tx.one(sa.select(tables.callback.c.url).where(tables.callback.c.appid == appid)) is not None
        for table, rows in ((tables.journal, self.lines), (tables.outbox, self._outbox() if deliver else [])):
            if rows:
                tx.run(sa.insert(table), [{"appid": appid, **msgspec.structs.asdict(row)} for row in rows])

    def _outbox(self) -> list[OutboxLine]:
        return [OutboxLine(line.id, line.openid) for line in self.lines if line.event]
