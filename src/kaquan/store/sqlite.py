"""The embedded database: one writer thread and one reader thread, never a pool (more readers starve the writer)."""

from __future__ import annotations

import asyncio
import os
import queue
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from kaquan.store.hot import Flow, Take
from kaquan.store.sqlite_flow import read_flow, write_flow
from kaquan.store.turn import Turn
from kaquan.store.tx import Tx
from kaquan.store.vitals import Vitals, flow_name, watch_statements
from kaquan.store.writer_process import Carry, Job, WriterProcess, fail, resolve
from kaquan.tally import Statements

T = TypeVar("T")
BUSY_MILLIS = 10_000
# Hot commands; the log grows by some pages with each.
CHECKPOINT_EVERY = 3000
# The server's writer leaves checkpoints to another thread; this is for when that cannot keep up.
LATE_CHECKPOINT = "PRAGMA wal_autocheckpoint = 64000"
PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MILLIS}",
    "PRAGMA journal_mode = WAL",
    # An acknowledged claim survives a power cut; with batches FULL costs about 5 % against NORMAL.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -65536",
    # In pages, for whoever does not take care of checkpoints: a page that many transactions touch is written once.
    "PRAGMA wal_autocheckpoint = 8000",
    "PRAGMA temp_store = MEMORY",
)


def sqlite_engine(path: str, writes: bool = True, turn: Turn | None = None) -> sa.Engine:
    """Return an engine of one connection; a transaction sees one state, and takes the write lock first if it writes.

    Args:
        path: of the file.
        writes: whether transactions write.
        turn: taken before a transaction begins; None where whoever uses the engine takes it.
    """
    make_folder(path)
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.StaticPool, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        set_up(connection)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if turn is not None:
            turn.take()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def set_up(connection: sqlite3.Connection) -> None:
    """Prepare a new connection; transactions begin where they are said to."""
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(pragma)


def waiting_engine(path: str) -> sa.Engine:
    """Return an engine whose transactions write in their turn among other processes."""
    make_folder(path)
    turn = Turn(path)
    engine = sqlite_engine(path, turn=turn)
    for end in ("commit", "rollback"):
        sa.event.listen(engine, end, lambda _: turn.give())
    sa.event.listen(engine, "engine_disposed", lambda _: turn.close())
    return engine


def make_folder(path: str) -> None:
    """Make the folder of a database, for its owner alone."""
    if folder := os.path.dirname(path):
        os.makedirs(folder, mode=0o700, exist_ok=True)


class Worker:
    """A thread that owns one connection and runs jobs on it in their order; a writer waits for its turn each time."""

    def __init__(self, path: str, name: str, writes: bool, statements: Statements) -> None:
        self._writes = writes
        self._statements = statements
        self.jobs, self.seconds = 0, 0.0
        self._turn = Turn(path) if writes else nullcontext()
        self._jobs: queue.SimpleQueue[tuple[Callable[[sa.Connection], Any], Any, Any] | None] = queue.SimpleQueue()
        self._path = path
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def run(self, job: Callable[[sa.Connection], T]) -> asyncio.Future[T]:
        """Queue a job; its result or exception arrives in the future."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((job, loop, future))
        return future

    @property
    def waiting(self) -> int:
        """Return how many jobs wait."""
        return self._jobs.qsize()

    def stop(self) -> None:
        """Finish what is queued and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        engine = sqlite_engine(self._path, self._writes)
        watch_statements(engine, self._statements)
        with engine.connect() as connection:
            while (task := self._jobs.get()) is not None:
                self._do(connection, *task)
        engine.dispose()

    def _do(self, connection: sa.Connection, job: Callable[[sa.Connection], T], loop: Any, future: Any) -> None:
        try:
            with self._turn:
                begun = time.perf_counter()
                try:
                    result = job(connection)
                finally:
                    self.seconds += time.perf_counter() - begun
        except BaseException as fault:  # noqa: BLE001 - whatever it is belongs to the caller, the thread goes on
            loop.call_soon_threadsafe(fail, future, fault)
        else:
            loop.call_soon_threadsafe(resolve, future, result)
        self.jobs += 1


class SqliteStore:
    """The store over one file; claims, consumes and ordinary actions take turns on its writer thread."""

    dialect = "sqlite"
    # The writer finds the next batch ready when it has committed one, and need not wait for the event loop.
    depth = 2

    def __init__(self, path: str) -> None:
        self._path = path
        self._flows: list[Callable[..., Flow[Any]]] = []
        self._apart: WriterProcess | None = None
        self.statements = Statements()
        self.writers: list[Worker | WriterProcess] = []
        self._written = 0
        self._checkpoint: asyncio.Task[None] | None = None

    async def open(self, apart: bool = False) -> None:
        """Start the threads.

        Args:
            apart: whether hot commands are written by a process of their own; for a process without other threads.
        """
        if apart:
            self._apart = WriterProcess(partial(prepare, self._path, self._flows))
            await self._apart.open()
            self.writers.append(self._apart)
        self._writer = Worker(self._path, "kaquan-writer", True, self.statements)
        self._reader = Worker(self._path, "kaquan-reader", False, self.statements)
        self._keeper = Worker(self._path, "kaquan-keeper", False, self.statements)
        self.writers.append(self._writer)
        await self._writer.run(lambda connection: raw(connection).execute(LATE_CHECKPOINT))

    async def close(self) -> None:
        """Finish what is queued and close the file."""
        if self._apart is not None:
            await self._apart.close()
        for worker in (self._writer, self._keeper, self._reader):
            await asyncio.to_thread(worker.stop)

    @property
    def has_lost_process(self) -> bool:
        """Tell whether the process that wrote for this one has ended before it."""
        return self._apart is not None and self._apart.ended

    def flusher(self, flow: Callable[..., Flow[T]], reads: bool = False) -> Callable[..., Any]:
        """Return the coroutine function that runs one batch of ``flow``; ``reads`` keeps it off the writers.

        A thread takes the commands when it comes to them, so that all that have arrived meanwhile are in, and a process
        of its own when they are sent.
        """
        run, name = read_flow if reads else write_flow, flow_name(flow)

        def job(connection: sa.Connection, take: Take[Any]) -> list[T]:
            appid, commands = take()
            if not commands:
                return []
            with self.statements.timed(name):
                return run(raw(connection), flow(appid, commands))

        async def flush(take: Take[Any]) -> list[T]:
            outcomes: list[T]
            if reads:
                return await self._reader.run(lambda connection: job(connection, take))
            if self._apart is None or self.has_lost_process:
                outcomes = await self._writer.run(lambda connection: job(connection, take))
            else:
                with self.statements.timed(name):
                    outcomes = await self._apart.run(number, take)
            self._count(len(outcomes))
            return outcomes

        number = len(self._flows)
        self._flows.append(flow)
        return flush

    def _count(self, written: int) -> None:
        self._written += written
        if self._written >= CHECKPOINT_EVERY and (self._checkpoint is None or self._checkpoint.done()):
            self._written = 0
            self._checkpoint = asyncio.create_task(self._move())

    async def _move(self) -> None:
        """Move what was written from the log into the file, nearly all of it while the writer goes on."""
        await self._keeper.run(checkpoint)
        # What came meanwhile: only a log that was moved to its end is written from its beginning again.
        await self._writer.run(checkpoint)

    async def vitals(self) -> Vitals:
        """Return how the database stands."""
        return await asyncio.to_thread(vitals, self._path)

    async def write(self, action: Callable[[Tx], T]) -> T:
        """Run an ordinary action in one transaction."""
        return await self._writer.run(lambda connection: write_action(connection, action))

    async def read(self, action: Callable[[Tx], T]) -> T:
        """Run a reading action outside the writer."""
        return await self._reader.run(lambda connection: read_action(connection, action))


def prepare(path: str, flows: list[Callable[..., Flow[Any]]]) -> Carry:
    """Return what makes transactions of these flows in the process that writes."""
    connection, turn = sqlite3.connect(path), Turn(path)
    set_up(connection)
    connection.execute(LATE_CHECKPOINT)

    def carry(job: Job) -> tuple[list[Any], float]:
        number, appid, commands = job
        with turn:
            begun = time.perf_counter()
            outcomes = write_flow(connection, flows[number](appid, commands))
            return outcomes, time.perf_counter() - begun

    return carry


def vitals(path: str) -> Vitals:
    """Return how a database file stands."""
    files = (f"{path}{end}" for end in ("", "-wal"))
    size = sum(os.path.getsize(one) for one in files if os.path.exists(one))
    free = shutil.disk_usage(os.path.dirname(path) or ".").free
    return Vitals(f"SQLite {sqlite3.sqlite_version}", size, free, 0.0)


def checkpoint(connection: sa.Connection) -> None:
    """Move as much of the log into the file as nobody reads or writes just now."""
    raw(connection).execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def write_action(connection: sa.Connection, action: Callable[[Tx], T]) -> T:
    """Run the action and commit, or leave nothing of it."""
    with connection.begin():
        return action(Tx(connection))


def read_action(connection: sa.Connection, action: Callable[[Tx], T]) -> T:
    """Run the action on a committed state; it holds no write lock."""
    try:
        return action(Tx(connection))
    finally:
        connection.rollback()


def raw(connection: sa.Connection) -> sqlite3.Connection:
    """Return the driver's connection, which the hot statements use."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
