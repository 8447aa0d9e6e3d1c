"""Snapshots as their files, and what an app has in the database."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.snapshot import saved_tables
from support.api import Api
from support.database import Database


def save(api: Api) -> bytes:
    """Return the app as a file."""
    status, body = api.http.send("POST", f"/sandbox/save?access_token={api.token}", b"{}")
    assert (status, body[:2]) == (200, b"\x1f\x8b"), body[:200]
    return body


def load(api: Api, file: bytes, **query: Any) -> Any:
    """Return the answer to loading a file."""
    return api.post("/sandbox/load", file, **query)


def rows(database: Database, appid: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return what of an app is saved, without its appid."""
    found = {
        name: sa.select(*columns).where(tables.metadata.tables[name].c.appid == appid)
        for name, columns in saved_tables().items()
    }
    return database.transact(lambda tx: {name: sorted(map(tuple, tx.all(one))) for name, one in found.items()})


@dataclass(frozen=True)
class File:
    """What is in a file: its first line and the others."""

    head: dict[str, Any]
    lines: list[bytes]

    @classmethod
    def of(cls, file: bytes) -> File:
        """Return what is in a file."""
        first, *lines = gzip.decompress(file).splitlines(keepends=True)
        return cls(json.loads(first), lines)

    def sealed(self, *more: bytes, lines: list[bytes] | None = None, **changes: Any) -> bytes:
        """Return a file whose checksum is right, with lines behind the others, or in their place."""
        every = [*(self.lines if lines is None else lines), *more]
        digest = hashlib.sha256(b"".join(every)).hexdigest()
        first = json.dumps({**self.head, "sha256": digest, **changes}).encode() + b"\n"
        return gzip.compress(first) + gzip.compress(b"".join(every))

    def section(self, table: str) -> list[bytes]:
        """Return the line in front of a table's rows, and the first of them."""
        begin = next(n for n, line in enumerate(self.lines) if line.startswith(b'{"table":"%s"' % table.encode()))
        return self.lines[begin : begin + 2]

    def put(self, table: str, column: str, wanted: Any) -> bytes:
        """Return a file with another value in a column of a table's first row."""
        head, first = self.section(table)
        row = json.loads(first)
        row[json.loads(head)["columns"].index(column)] = wanted
        place = self.lines.index(head) + 1
        return self.sealed(lines=[*self.lines[:place], json.dumps(row).encode() + b"\n", *self.lines[place + 1 :]])

    def without(self, table: str, column: str) -> bytes:
        """Return a file as an older version would have written it: its table had no such column."""
        made, place = [], -1
        for line in self.lines:
            value = json.loads(line)
            if isinstance(value, dict):
                place = value["columns"].index(column) if value["table"] == table else -1
                if place >= 0:
                    del value["columns"][place]
            elif place >= 0:
                del value[place]
            made.append(json.dumps(value).encode() + b"\n")
        return self.sealed(lines=made)
