"""PostgreSQL: asynchronous pipelined connections for the hot flows, a pool in threads for ordinary actions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog

from kaquan.store.hot import BadData, Collision, Conflict, Flow, Plan, Query, Statement, Take, Unavailable
from kaquan.store.pipeline import Failed, Lost, Pipeline
from kaquan.store.tx import Tx
from kaquan.store.vitals import Vitals, flow_name, watch_statements
from kaquan.tally import Statements

T = TypeVar("T")
THREADS = 8
SETTINGS = {
    # A plan cached while a table is empty stays ten times slower as it fills.
    "enable_seqscan": "off",
    # Every statement is over in milliseconds; one that is believed to be long would be compiled and shared out first.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "synchronous_commit": "on",
    "lock_timeout": "5s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",
}
OPTIONS = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())

UNIQUE_VIOLATION = "23505"
# Serialization failure, deadlock: what was done is undone and can be done again.
UNDONE = frozenset({"40001", "40P01"})
# A lock timeout as well: a batch has waited for others of its kind.
RETRIED = UNDONE | {"55P03"}
# An ordinary action runs again as often as this.
RETRIES = 3
# The session's prepared statements are gone, or stem from before a migration: a new connection has none.
STALE = frozenset({"26000", "0A000"})
BAD_DATA = ("22", "23")
BEGIN, COMMIT, ROLLBACK = (Query(Statement(word.lower(), word, word), {}) for word in ("BEGIN", "COMMIT", "ROLLBACK"))
# Statistics of a young table mislead the planner; it is told of the first thousand rows and of each doubling.
ANALYZE_FROM = 1000
# How far the clocks are apart is asked for itself: no row is made of it.
VITALS = sa.text(
    "SELECT current_setting('server_version'), pg_database_size(current_database()),"
    " extract(epoch FROM clock_timestamp())"
)
ANALYZE = sa.text("ANALYZE code, journal, outbox, pool")

log = structlog.get_logger(__name__)


def postgres_engine(url: str, options: str = "") -> sa.Engine:
    """Return the pooled engine of ordinary actions."""
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    return sa.create_engine(
        address,
        pool_size=THREADS,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": options},
    )


class HotConnection:
    """One connection for one kind of hot command, opened again when it breaks."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pipeline: Pipeline | None = None

    async def write(self, flow: Flow[T]) -> list[T]:
        """Run a flow in one transaction and return its outcomes after the commit.

        Raises:
            Collision, BadData, Conflict: nothing was written.
            Unavailable: the database is out of reach, and nothing is known of what was written.
        """
        plan: Plan[T] | None = None
        try:
            pipeline = await self._open()
            plan = await drive(pipeline, flow, [BEGIN])
            await pipeline.run([*plan.writes, COMMIT])
        except Lost as fault:
            if plan is not None and await self._committed(plan):
                return plan.outcomes
            raise Conflict(str(fault)) from fault
        except BaseException as fault:
            await self._roll_back(fault)
            raise translate(fault) from fault
        return plan.outcomes

    async def read(self, flow: Flow[T]) -> list[T]:
        """Run a flow that only reads, outside a transaction.

        Raises:
            StoreError: it could not be read.
        """
        try:
            plan = await drive(await self._open(), flow, [])
        except (Lost, Failed, ValueError) as fault:
            raise translate(fault) from fault
        return plan.outcomes

    async def close(self) -> None:
        """Close the connection."""
        if self._pipeline is not None:
            await self._pipeline.close()

    async def _open(self) -> Pipeline:
        if self._pipeline is None or self._pipeline.closed:
            self._pipeline = await Pipeline.connect(self._url, OPTIONS)
        return self._pipeline

    async def _roll_back(self, fault: BaseException) -> None:
        pipeline = self._pipeline
        if pipeline is None or pipeline.closed:
            return
        try:
            if isinstance(fault, Failed) and fault.sqlstate in STALE:
                await pipeline.close()
            else:
                await pipeline.run([ROLLBACK])
        except (Lost, Failed):
            await pipeline.close()

    async def _committed(self, plan: Plan[T]) -> bool:
        if not plan.proof:
            return False
        try:
            pipeline = await self._open()
            rows = await pipeline.run([BEGIN, *plan.proof, COMMIT])
        except (Lost, Failed) as fault:
            raise Unavailable(str(fault)) from fault
        committed = bool(rows[-2])
        log.warning("connection lost at commit", committed=committed)
        return committed


async def drive(pipeline: Pipeline, flow: Flow[T], first: list[Query]) -> Plan[T]:
    """Answer the flow's groups of queries, one round trip each, until it ends; ``first`` goes before the first."""
    try:
        queries = next(flow)
        while True:
            rows = await pipeline.run([*first, *queries])
            queries = flow.send(rows[len(first) :])
            first = []
    except StopIteration as end:
        plan: Plan[T] = end.value
        return plan


def translate(fault: BaseException) -> BaseException:
    """Say what a fault means for the batch, by its SQLSTATE alone; what is no fault of the database stays itself."""
    if isinstance(fault, ValueError):
        return BadData(str(fault))
    if isinstance(fault, Lost):
        return Unavailable(str(fault))
    if not isinstance(fault, Failed):
        return fault
    if fault.sqlstate == UNIQUE_VIOLATION:
        return Collision(str(fault))
    if fault.sqlstate in RETRIED | STALE:
        return Conflict(str(fault))
    return BadData(str(fault)) if fault.sqlstate.startswith(BAD_DATA) else Unavailable(str(fault))


class PostgresStore:
    """The store over one PostgreSQL (or Citus) database, shared by any number of processes."""

    dialect = "postgresql"
    # A second batch would wait for the first one's locks, and be small.
    depth = 1

    def __init__(self, url: str) -> None:
        self._url = url
        self.statements = Statements()
        # Nobody takes turns to write here.
        self.writers: list[Any] = []
        self._hot: list[HotConnection] = []
        self._written = 0
        self._analyze_at = ANALYZE_FROM
        self._analyzing: asyncio.Task[int] | None = None

    async def open(self, apart: bool = False) -> None:
        """Prepare the pool of ordinary actions; what is written is written ``apart`` anyhow, by PostgreSQL."""
        self._engine = postgres_engine(self._url, OPTIONS)
        watch_statements(self._engine, self.statements)
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
        run, name = connection.read if reads else connection.write, flow_name(flow)

        async def flush(take: Take[Any]) -> list[T]:
            with self.statements.timed(name):
                outcomes = await run(flow(*take()))
            if not reads:
                self._count(len(outcomes))
            return outcomes

        return flush

    def _count(self, written: int) -> None:
        self._written += written
        if self._written >= self._analyze_at:
            self._analyze_at = 2 * self._written
            self._analyzing = asyncio.create_task(self.write(lambda tx: tx.run(ANALYZE)))

    async def vitals(self) -> Vitals:
        """Return how the database stands."""
        asked = time.time()
        version, size, clock = await self.read(lambda tx: tx.all(VITALS)[0])
        return Vitals(f"PostgreSQL {version}", size, None, float(clock) - (asked + time.time()) / 2)

    async def write(self, action: Callable[[Tx], T]) -> T:
        """Run an ordinary action in one transaction, in another one where the first was picked to end a deadlock."""
        return await self._in_thread(action, "READ COMMITTED")

    async def read(self, action: Callable[[Tx], T]) -> T:
        """Run a reading action, all of whose queries see one state."""
        return await self._in_thread(action, "REPEATABLE READ")

    async def _in_thread(self, action: Callable[[Tx], T], isolation: str) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transact, action, isolation)

    def _transact(self, action: Callable[[Tx], T], isolation: str) -> T:
        for _ in range(RETRIES):
            try:
                return self._try(action, isolation)
            except sa.exc.DBAPIError as fault:
                if getattr(fault.orig, "sqlstate", None) not in UNDONE:
                    raise
        return self._try(action, isolation)

    def _try(self, action: Callable[[Tx], T], isolation: str) -> T:
        with self._engine.connect() as connection:
            connection.execution_options(isolation_level=isolation)
            with connection.begin():
                return action(Tx(connection))
