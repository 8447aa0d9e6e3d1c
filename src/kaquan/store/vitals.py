"""How a database stands, and how long its statements take."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.tally import Statements


class Vitals(msgspec.Struct, frozen=True):
    """How a database stands.

    Args:
        version: which it is.
        size: bytes that it takes.
        free: bytes free where it lies, None where that is not known.
        skew: seconds its clock is ahead of this machine's.
    """

    version: str
    size: int
    free: int | None
    skew: float


def watch_statements(engine: sa.Engine, statements: Statements) -> None:
    """Time each ordinary statement of an engine."""

    @sa.event.listens_for(engine, "before_cursor_execute")
    def begin(connection: sa.Connection, *_: object) -> None:
        connection.info["began"] = time.perf_counter()

    @sa.event.listens_for(engine, "after_cursor_execute")
    def end(connection: sa.Connection, _: object, text: str, *__: object) -> None:
        statements.took(text, time.perf_counter() - connection.info["began"])


def flow_name(flow: Any) -> str:
    """Return what a flow is called."""
    return str((flow.func if isinstance(flow, partial) else flow).__name__)
