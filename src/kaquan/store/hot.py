"""What a hot command is made of: named statements, the flow that asks them, and the plan it ends in.

A flow is a generator without I/O. It yields groups of queries (each group one round trip), gets their rows back,
and returns a :class:`Plan`: the writes that go out together with the COMMIT, and one outcome per command.
The same flow runs on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Rows = list[Any]
C = TypeVar("C")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Statement:
    """One named SQL statement in both dialects.

    Args:
        name: how flows and profiles call it.
        postgresql: text with ``%(name)s`` parameters; lists are arrays, ``rows`` is one JSON array of objects.
        sqlite: text with ``:name`` parameters for one row; lists are JSON arrays.
    """

    name: str
    postgresql: str
    sqlite: str


@dataclass(frozen=True, slots=True)
class Query:
    """A statement with its parameters; ``rows`` are structs, written in one statement."""

    statement: Statement
    params: dict[str, Any]
    rows: list[Any] | None = None


@dataclass(slots=True)
class Plan(Generic[T]):
    """How a flow ends: what to write before COMMIT, and what to answer after it.

    Args:
        outcomes: one per command, in the order of the commands.
        writes: run with the COMMIT in one round trip; none means nothing is to be made durable.
        proof: asked when the connection was lost at COMMIT: first what waits for the lost transaction to end,
            last what has a row if and only if it was committed.
    """

    outcomes: list[T]
    writes: list[Query] = field(default_factory=list)
    proof: list[Query] = field(default_factory=list)


ANEW = Query(Statement("anew", "ROLLBACK AND CHAIN", "SELECT 1"), {})
"""Gives the locks back in the midst of a flow that has written nothing yet; SQLite's one writer holds none."""
Flow = Generator[list[Query], list[Rows], Plan[T]]
Take = Callable[[], tuple[str, list[C]]]
"""Gives the appid and the commands of a transaction when it begins; no commands when none are left."""


class StoreError(Exception):
    """A batch did not commit."""


class Collision(StoreError):
    """A unique key was taken: run the flow again, it will see by whom."""


class BadData(StoreError):
    """The database refused a value: run the batch again in halves until the culprit is alone."""


class Conflict(StoreError):
    """Deadlock, serialization failure or a busy database: nothing was done, run it again."""


class Unavailable(StoreError):
    """The database cannot be reached."""
