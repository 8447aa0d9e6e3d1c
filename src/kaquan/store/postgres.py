"""PostgreSQL: asynchronous pipelined connections for the hot flows, a pool in threads for ordinary actions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec
import psycopg
import sqlalchemy as sa
import structlog
from psycopg import errors as pg

from kaquan.store.hot import BadData, Collision, Conflict, Flow, Plan, Query, Rows, StoreError, Unavailable
from kaquan.store.tx import Tx

T = TypeVar("T")
THREADS = 8
SETTINGS = {
    # A plan cached while a table is empty stays ten times slower as it fills.
    "enable_seqscan": "off",
    "synchronous_commit": "on",
    "lock_timeout": "5s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",
}
OPTIONS = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())

log = structlog.get_logger(__name__)


def postgres_engine(url: str, options: str = "") -> sa.Engine:
    """Return the pooled engine of ordinary actions."""
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    return sa.create_engine(
        address, pool_size=THREADS, max_overflow=0, pool_pre_ping=True, connect_args={"options": options}
    )


class HotConnection:
    """One connection for one kind of hot command, opened again when it breaks."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def write(self, flow: Flow[T]) -> list[T]:
        """Run a flow in one transaction and return its outcomes after the commit.

        Raises:
            Collision, BadData, Conflict: nothing was written.
            Unavailable: the database is out of reach; nothing is known to be written.
        """
        connection = await self._open()
        plan: Plan[T] | None = None
        try:
            plan = await drive(connection, flow, begin=True)
            await commit(connection, plan)
        except psycopg.Error as fault:
            if connection.closed and plan is not None and await self._committed(plan):
                return plan.outcomes
            await self._recover(connection)
            raise translate(fault) from fault
        except BaseException:
            await self._recover(connection)
            raise
        return plan.outcomes

    async def read(self, flow: Flow[T]) -> list[T]:
        """Run a flow that only reads, outside a transaction."""
        connection = await self._open()
        try:
            plan = await drive(connection, flow, begin=False)
        except psycopg.Error as fault:
            await self._recover(connection)
            raise translate(fault) from fault
        return plan.outcomes

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _open(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            try:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, prepare_threshold=0, options=OPTIONS, connect_timeout=5
                )
            except psycopg.Error as fault:
                raise Unavailable(str(fault)) from fault
        return self._connection

    async def _recover(self, connection: psycopg.AsyncConnection[Any]) -> None:
        try:
            if not connection.closed:
                await connection.execute("ROLLBACK")
        except psycopg.Error:
            await connection.close()

    async def _committed(self, plan: Plan[T]) -> bool:
        connection = await self._open()
        rows: Rows = []
        async with connection.transaction():
            for query in plan.proof:
                rows = await (await execute(connection, query)).fetchall()
        log.warning("connection lost at commit", committed=bool(rows))
        return bool(rows)


async def drive(connection: psycopg.AsyncConnection[Any], flow: Flow[T], begin: bool) -> Plan[T]:
    """Answer the flow's groups of queries, one round trip each, until it ends."""
    try:
        queries = next(flow)
        while True:
            rows = await round_trip(connection, queries, begin)
            begin = False
            queries = flow.send(rows)
    except StopIteration as end:
        plan: Plan[T] = end.value
        return plan


async def round_trip(connection: psycopg.AsyncConnection[Any], queries: list[Query], begin: bool) -> list[Rows]:
    """Send the queries together and return the rows of each."""
    async with connection.pipeline():
        if begin:
            await connection.execute("BEGIN")
        cursors = [await execute(connection, query) for query in queries]
        return [await cursor.fetchall() for cursor in cursors]


async def commit(connection: psycopg.AsyncConnection[Any], plan: Plan[T]) -> None:
    """Send the plan's writes and the COMMIT together."""
    async with connection.pipeline():
        for query in plan.writes:
            await execute(connection, query)
        await connection.execute("COMMIT")


async def execute(connection: psycopg.AsyncConnection[Any], query: Query) -> psycopg.AsyncCursor[Any]:
    """Queue one query; its rows come with the round trip."""
    params = query.params
    if query.rows is not None:
        params = {**params, "rows": msgspec.json.encode(query.rows).decode()}
    return await connection.execute(query.statement.postgresql, params, prepare=True)


def translate(fault: psycopg.Error) -> StoreError:
    """Say what a driver's error means for the batch, by its SQLSTATE alone."""
    state = fault.sqlstate or ""
    if state == pg.UniqueViolation.sqlstate:
        return Collision(str(fault))
    if state in {"40001", "40P01", "55P03"}:
        return Conflict(str(fault))
    if state.startswith(("22", "23")) or isinstance(fault, psycopg.DataError):
        return BadData(str(fault))
    return Unavailable(str(fault))


class PostgresStore:
    """The store over one PostgreSQL (or Citus) database, shared by any number of processes."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url
        self._hot: list[HotConnection] = []

    async def open(self) -> None:
        """Prepare the pool of ordinary actions."""
        self._engine = postgres_engine(self._url, OPTIONS)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="kaquan-action")

    async def close(self) -> None:
        """Close every connection."""
        for connection in self._hot:
            await connection.close()
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def flusher(self, flow: Callable[..., Flow[T]], reads: bool = False) -> Callable[..., Any]:
        """Return the coroutine function that runs one batch of ``flow`` on a connection of its own."""
        connection = HotConnection(self._url)
        self._hot.append(connection)
        run = connection.read if reads else connection.write

        async def flush(*args: Any) -> list[T]:
            return await run(flow(*args))

        return flush

    async def write(self, action: Callable[[Tx], T]) -> T:
        """Run an ordinary action in one transaction."""
        return await self._in_thread(action)

    async def read(self, action: Callable[[Tx], T]) -> T:
        """Run a reading action."""
        return await self._in_thread(action)

    async def _in_thread(self, action: Callable[[Tx], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transact, action)

    def _transact(self, action: Callable[[Tx], T]) -> T:
        with self._engine.begin() as connection:
            return action(Tx(connection))
