"""A snapshot as bytes: two gzip members, the first of one line that tells about the second.

The second has lines of JSON: an object names a table and its columns, the arrays behind it are its rows. Bytes of a
column are base64.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from kaquan.errors import Errcode, Refusal
from kaquan.rules.picture import FORMATS
from kaquan.rules.snapshot import FORMAT, MOST_BYTES, MOST_PLAIN_BYTES, Head
from kaquan.store.snapshot import saved_tables

BATCH = 500
LEVEL = 6
LONGEST_LINE = 32 << 20
SMALL, LARGE = range(-(2**31), 2**31), range(-(2**63), 2**63)
# What is served as it stands has to be what it says; everything else is shown escaped.
SERVED = {("image", "media_type"): frozenset(FORMATS.values())}

Take = Callable[[Any], Any]
encode = msgspec.json.Encoder().encode
decode = msgspec.json.decode


class Section(msgspec.Struct):
    """The line in front of a table's rows."""

    table: str
    columns: list[str]


class Block(NamedTuple):
    """Some rows of a table: by column, each value as the database takes it."""

    table: str
    rows: list[dict[str, Any]]


class Writer:
    """Takes the rows of an app, table by table, and makes the file.

    Args:
        limit: bytes of the file.
    """

    def __init__(self, limit: int = MOST_BYTES) -> None:
        self._limit = limit
        self._out = io.BytesIO()
        self._gzip = gzip.GzipFile(fileobj=self._out, mode="wb", compresslevel=LEVEL, mtime=0)
        self._digest = hashlib.sha256()
        self.rows: Counter[str] = Counter()

    def table(self, name: str, columns: list[str], rows: Iterator[Any]) -> None:
        """Write a table.

        Raises:
            Refusal: 40097, the file is larger than one that can be loaded.
        """
        self._line(Section(name, columns))
        self.rows[name] = 0
        for row in rows:
            self._line(list(row))
            self.rows[name] += 1
            self._check(self._out.tell())

    def finish(self, **head: Any) -> bytes:
        """Return the file.

        Raises:
            Refusal: 40097, it is larger than one that can be loaded.
        """
        self._gzip.close()
        made = Head(format=FORMAT, rows=dict(self.rows), sha256=self._digest.hexdigest(), **head)
        body = gzip.compress(encode(made) + b"\n", mtime=0) + self._out.getvalue()
        self._check(len(body))
        return body

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise too_large(size, self._limit)

    def _line(self, value: Any) -> None:
        line = encode(value) + b"\n"
        self._digest.update(line)
        self._gzip.write(line)


def head_of(body: bytes, revisions: frozenset[str]) -> Head:
    """Return what a file says of itself.

    Args:
        body: the file.
        revisions: those of the tables that this version knows.

    Raises:
        Refusal: 40097, it is no snapshot, its beginning is missing, or a newer version made it.
    """
    try:
        line = _opened(body).readline(LONGEST_LINE)
        made = decode(line, type=dict[str, Any])
    except EOFError as fault:
        raise Errcode.INVALID_ARGS("snapshot_cut") from fault
    except (OSError, zlib.error, msgspec.DecodeError) as fault:
        raise Errcode.INVALID_ARGS("snapshot_foreign") from fault
    version = made.get("kaquan_snapshot")
    if not isinstance(version, int):
        raise Errcode.INVALID_ARGS("snapshot_foreign")
    if version > FORMAT or made.get("schema") not in revisions:
        raise Errcode.INVALID_ARGS("snapshot_newer", version=version, schema=str(made.get("schema"))[:40])
    try:
        return msgspec.convert(made, Head)
    except msgspec.ValidationError as fault:
        raise broken(f"its first line: {fault}") from fault


def check_file(body: bytes, head: Head) -> None:
    """Go on only if everything in a file is what its head says, and what this version's tables take.

    Raises:
        Refusal: 40097 cut short, changed, too large, or of tables that this version does not have or has more of.
    """
    counted: Counter[str] = Counter()
    digest = hashlib.sha256()
    for block in blocks(body, digest):
        counted[block.table] += len(block.rows)
    rows = {name: count for name, count in head.rows.items() if count}
    if any(counted[name] < count for name, count in rows.items()):
        raise Errcode.INVALID_ARGS("snapshot_cut")
    if digest.hexdigest() != head.sha256 or rows != +counted:
        raise broken("its checksum")


def blocks(body: bytes, digest: Any = None) -> Iterator[Block]:
    """Yield the rows of a file, some at a time; ``digest`` is told of every line.

    Raises:
        Refusal: as :func:`check_file`, as far as it is read.
    """
    table, columns, takes = "", list[sa.Column[Any]](), list[Take]()
    rows: list[dict[str, Any]] = []
    for line in _lines(body):
        if digest is not None:
            digest.update(line)
        value = _decoded(line)
        if isinstance(value, dict) or len(rows) == BATCH:
            yield from _filled(table, rows)
            rows = []
        if isinstance(value, dict):
            table, columns = _section(value)
            takes = [_take(table, column) for column in columns]
        else:
            rows.append(_row(table, columns, takes, value))
    yield from _filled(table, rows)


def _filled(table: str, rows: list[dict[str, Any]]) -> Iterator[Block]:
    if rows:
        yield Block(table, rows)


def _opened(body: bytes) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=io.BytesIO(body))


def _lines(body: bytes) -> Iterator[bytes]:
    file, size = _opened(body), 0
    try:
        file.readline(LONGEST_LINE)
        while line := file.readline(LONGEST_LINE):
            size += len(line)
            if size > MOST_PLAIN_BYTES or len(line) == LONGEST_LINE:
                raise too_large(size, MOST_PLAIN_BYTES)
            yield line
    except EOFError as fault:
        raise Errcode.INVALID_ARGS("snapshot_cut") from fault
    except (OSError, zlib.error) as fault:
        raise broken("its compression") from fault


def _decoded(line: bytes) -> Any:
    try:
        return decode(line)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise broken("a line of it") from fault


def _section(value: dict[str, Any]) -> tuple[str, list[sa.Column[Any]]]:
    """Return the table and the columns of the rows that follow."""
    try:
        section = msgspec.convert(value, Section)
    except msgspec.ValidationError as fault:
        raise broken("a line of it") from fault
    known = {column.name: column for column in saved_tables().get(section.table, ())}
    strange = next((name for name in section.columns if name not in known), None if known else section.table)
    if strange is not None:
        raise Errcode.INVALID_ARGS("snapshot_newer", version=FORMAT, schema=f"{section.table}.{strange}"[:80])
    said = set(section.columns)
    missing = [name for name, column in known.items() if name not in said and column.server_default is None]
    if missing:
        raise Errcode.INVALID_ARGS("snapshot_older", column=f"{section.table}.{missing[0]}")
    return section.table, [known[name] for name in section.columns]


def _row(table: str, columns: list[sa.Column[Any]], takes: list[Take], value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or len(value) != len(columns):
        raise broken("a line of it")
    made = {}
    for column, take, one in zip(columns, takes, value, strict=True):
        made[column.name] = taken = take(one)
        if taken is None:
            raise broken(f"{table}.{column.name}")
    return made


def _take(table: str, column: sa.Column[Any]) -> Take:
    """Return what makes a value of a column as the database takes it, None of one that it does not."""
    served = SERVED.get((table, column.name))
    if served is not None:
        return lambda value: value if isinstance(value, str) and value in served else None
    return TAKES[type(column.type)]


def _bytes(value: Any) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except (ValueError, TypeError):
        return None


TAKES: dict[type, Take] = {
    sa.Text: lambda value: value if isinstance(value, str) and "\0" not in value else None,
    sa.Boolean: lambda value: value if isinstance(value, bool) else None,
    sa.Integer: lambda value: value if type(value) is int and value in SMALL else None,
    sa.BigInteger: lambda value: value if type(value) is int and value in LARGE else None,
    sa.LargeBinary: _bytes,
}


def broken(part: str) -> Refusal:
    """Return the refusal of a file with something in it that was not written so."""
    return Errcode.INVALID_ARGS("snapshot_broken", part=part[:120])


def too_large(size: int, limit: int) -> Refusal:
    """Return the refusal of a file that is larger than can be loaded, in bytes."""
    return Errcode.INVALID_ARGS("snapshot_large", size=size, limit=limit)
