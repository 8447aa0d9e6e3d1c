"""Hot commands on one connection of SQLite: a flow's queries, its writes, and what a fault of the driver means."""

from __future__ import annotations

import re
import sqlite3
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from kaquan.store.hot import BadData, Collision, Conflict, Flow, Plan, Query, Rows, Statement, StoreError, Unavailable

T = TypeVar("T")
encode = msgspec.json.Encoder().encode
INSERTED = re.compile(r"VALUES \((.+)\)$")
# Rows of one INSERT, so that few statements are prepared and each is kept.
CHUNKS = (64, 16, 4, 1)


def write_flow(connection: sqlite3.Connection, flow: Flow[T]) -> list[T]:
    """Run a flow in one transaction and return its outcomes after the commit.

    Raises:
        Collision, BadData, Conflict: nothing was written.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            plan = drive(connection, flow)
            for query in plan.writes:
                write(connection, query)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except (sqlite3.Error, UnicodeError, OverflowError) as fault:
        raise translate(fault) from fault
    return plan.outcomes


def read_flow(connection: sqlite3.Connection, flow: Flow[T]) -> list[T]:
    """Run a flow that only reads."""
    return drive(connection, flow).outcomes


def drive(connection: sqlite3.Connection, flow: Flow[T]) -> Plan[T]:
    """Answer the flow's queries until it ends, and return its plan."""
    try:
        queries = next(flow)
        while True:
            queries = flow.send([fetch(connection, query) for query in queries])
    except StopIteration as end:
        plan: Plan[T] = end.value
        return plan


def fetch(connection: sqlite3.Connection, query: Query) -> Rows:
    """Return the rows of one query."""
    return connection.execute(query.statement.sqlite, bind(query.params)).fetchall()


def write(connection: sqlite3.Connection, query: Query) -> None:
    """Run one writing query, over its rows if it has any."""
    if query.rows is None:
        connection.execute(query.statement.sqlite, bind(query.params))
    elif INSERTED.search(query.statement.sqlite):
        insert(connection, query, query.rows)
    else:
        rows = [query.params | msgspec.structs.asdict(row) for row in query.rows]
        connection.executemany(query.statement.sqlite, rows)


def insert(connection: sqlite3.Connection, query: Query, rows: list[Any]) -> None:
    """Insert rows, many with one statement: the driver lets other threads of Python run at each, and waits to go on."""
    pick = attrgetter(*columns(query.statement))
    appid, begin = query.params["appid"], 0
    for size in CHUNKS:
        text = inserting(query.statement, size)
        while len(rows) - begin >= size:
            chunk = rows[begin : begin + size]
            connection.execute(text, [value for row in chunk for value in (appid, *pick(row))])
            begin += size


@lru_cache
def columns(statement: Statement) -> tuple[str, ...]:
    """Return the columns of an INSERT behind appid."""
    found = INSERTED.search(statement.sqlite)
    assert found is not None
    return tuple(name.strip().removeprefix(":") for name in found[1].split(",")[1:])


@lru_cache
def inserting(statement: Statement, count: int) -> str:
    """Return an INSERT of so many rows, its parameters by position."""
    marks = ", ".join("?" * (len(columns(statement)) + 1))
    return INSERTED.sub(f"VALUES {', '.join([f'({marks})'] * count)}", statement.sqlite)


def bind(params: dict[str, Any]) -> dict[str, Any]:
    """Turn lists into JSON arrays for ``json_each``."""
    return {name: encode(value).decode() if isinstance(value, list) else value for name, value in params.items()}


def translate(fault: Exception) -> StoreError:
    """Say what a driver's error means for the batch, by its code alone."""
    if not isinstance(fault, sqlite3.Error):
        return BadData(str(fault))
    name = getattr(fault, "sqlite_errorname", "")
    if name in {"SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"}:
        return Collision(str(fault))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Conflict(str(fault))
    if isinstance(
        fault, sqlite3.IntegrityError | sqlite3.DataError | sqlite3.InterfaceError | sqlite3.ProgrammingError
    ):
        return BadData(str(fault))
    return Unavailable(str(fault))
