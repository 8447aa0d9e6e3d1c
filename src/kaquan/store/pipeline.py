"""One PostgreSQL connection in pipeline mode: the statements of a group go out together and come back together.

The hot flushes drive libpq through :mod:`psycopg.pq`: a cursor per statement would cost more than the statement.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any

import msgspec
import psycopg
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus

from kaquan.store.hot import Query, Rows, Statement

NAMED = re.compile(r"%\((\w+)\)s")
SPECIAL = re.compile(r'(["\\])')
# A statement that hangs is ended by the server, a network that does by these.
PATIENCE: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
}
BOOLEAN, BIGINT, SMALLINT, INTEGER = 16, 20, 21, 23
# uvloop stops watching a socket that has an error and tells its reader nothing: awaited answers are looked for as well.
LOOK_SECONDS = 0.2
CONVERTERS: dict[int, Callable[[bytes], Any]] = {
    BOOLEAN: lambda value: value == b"t",
    BIGINT: int,
    SMALLINT: int,
    INTEGER: int,
}


class Lost(Exception):
    """The connection broke; whether what was sent took effect is not known."""


class Failed(Exception):
    """A statement failed; the transaction has to be rolled back.

    Args:
        sqlstate: PostgreSQL's code, five characters.
        message: what it said, for the log.
    """

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(sqlstate, message)
        self.sqlstate = sqlstate


@lru_cache
def numbered(statement: Statement) -> tuple[str, tuple[str, ...]]:
    """Return a statement with numbered parameters, and their names in that order."""
    names = tuple(dict.fromkeys(NAMED.findall(statement.postgresql)))
    return NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", statement.postgresql), names


def bind(query: Query) -> list[bytes]:
    """Return a query's parameters as the protocol wants them."""
    rows = msgspec.json.encode(query.rows) if query.rows is not None else b""
    return [rows if name == "rows" else value(query.params[name]) for name in numbered(query.statement)[1]]


def value(given: Any) -> bytes:
    """Return a parameter in text form.

    Raises:
        ValueError: NUL, which the protocol would take for the end of the text.
    """
    text = array(given) if isinstance(given, list) else str(given)
    if "\0" in text:
        raise ValueError("text with NUL")
    return text.encode()


def array(texts: list[str]) -> str:
    """Return an array of texts as PostgreSQL reads it."""
    if SPECIAL.search("".join(texts)):
        texts = [SPECIAL.sub(r"\\\1", one) for one in texts]
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"


class Pipeline:
    """Runs groups of statements, one group at a time.

    Args:
        connection: freshly connected, in autocommit; owned from now on.
    """

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._libpq.enter_pipeline_mode()
        self._loop = asyncio.get_running_loop()
        # libpq closes its socket itself when the server hangs up.
        self._socket = self._libpq.socket
        self._loop.add_reader(self._socket, self._readable)
        self._known: set[Statement] = set()
        self._results: list[Any] = []
        self._answer: asyncio.Future[list[Any]] | None = None
        self.closed = False
        self._look()

    @classmethod
    async def connect(cls, url: str, options: str) -> Pipeline:
        """Return a new pipeline.

        Raises:
            Lost: the server cannot be reached.
        """
        try:
            return cls(await psycopg.AsyncConnection.connect(url, autocommit=True, options=options, **PATIENCE))
        except psycopg.Error as fault:
            raise Lost(str(fault)) from fault

    async def run(self, queries: list[Query]) -> list[Rows]:
        """Send the queries together and return the rows of each.

        Raises:
            Failed: the first that failed; those behind it were not run.
            Lost: the connection broke.
            ValueError: a parameter holds NUL; nothing was sent.
        """
        values = [bind(query) for query in queries]
        await self._prepare([query.statement for query in queries])
        results = await self._round_trip(
            partial(self._libpq.send_query_prepared, query.statement.name.encode(), bound)
            for query, bound in zip(queries, values, strict=True)
        )
        check(results)
        return [rows_of(result) for result in results]

    async def close(self) -> None:
        """Close the connection."""
        if not self.closed:
            self.closed = True
            self._looking.cancel()
            self._forget_socket()
            await self._connection.close()

    async def _prepare(self, statements: list[Statement]) -> None:
        # Apart from what uses them: behind a statement that fails none is prepared any more.
        new = [one for one in dict.fromkeys(statements) if one not in self._known]
        if not new:
            return
        results = await self._round_trip(
            partial(self._libpq.send_prepare, one.name.encode(), numbered(one)[0].encode()) for one in new
        )
        done = {one for one, result in zip(new, results, strict=True) if result.status == ExecStatus.COMMAND_OK}
        self._known |= done
        check(results)

    async def _round_trip(self, commands: Iterable[Callable[[], None]]) -> list[Any]:
        self._results = []
        self._answer = self._loop.create_future()
        try:
            for command in commands:
                command()
            self._libpq.pipeline_sync()
            self._flush()
            return await self._answer
        except psycopg.Error as fault:
            await self.close()
            raise Lost(str(fault)) from fault

    def _flush(self) -> None:
        if self._libpq.flush():
            self._loop.add_writer(self._socket, self._writable)

    def _writable(self) -> None:
        self._loop.remove_writer(self._socket)
        try:
            self._flush()
        except psycopg.Error as fault:
            self._end(fault)

    def _look(self) -> None:
        self._looking = self._loop.call_later(LOOK_SECONDS, self._look)
        if self._answer is not None and not self._answer.done():
            self._readable()

    def _readable(self) -> None:
        try:
            self._libpq.consume_input()
            self._collect()
        except psycopg.Error as fault:
            self._end(fault)
        else:
            if self._libpq.status == ConnStatus.BAD:
                self._end(psycopg.OperationalError("the server closed the connection"))

    def _collect(self) -> None:
        ended = False
        while not self._libpq.is_busy():
            result = self._libpq.get_result()
            if result is None:
                # The first None ends a statement's results, the second says that nothing more has come.
                if ended:
                    return
                ended = True
                continue
            ended = False
            if result.status == ExecStatus.PIPELINE_SYNC:
                self._end(None)
                return
            self._results.append(result)

    def _end(self, fault: Exception | None) -> None:
        if fault is not None:
            # A broken socket stays readable for ever.
            self._forget_socket()
        if self._answer is None or self._answer.done():
            return
        if fault is None:
            self._answer.set_result(self._results)
        else:
            self._answer.set_exception(fault)

    def _forget_socket(self) -> None:
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)


def check(results: list[Any]) -> None:
    """Go on only if nothing failed.

    Raises:
        Failed: the first fault.
    """
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            sqlstate = result.error_field(DiagnosticField.SQLSTATE) or b""
            raise Failed(sqlstate.decode(), result.get_error_message())


def rows_of(result: Any) -> Rows:
    """Return a result's rows; none of the columns is ever NULL."""
    columns = [(number, CONVERTERS.get(result.ftype(number), bytes.decode)) for number in range(result.nfields)]
    get = result.get_value
    return [tuple([convert(get(row, number)) for number, convert in columns]) for row in range(result.ntuples)]
