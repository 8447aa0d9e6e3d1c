"""The transaction an ordinary action works in."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


class Tx:
    """One open transaction; statements are SQLAlchemy Core.

    Args:
        connection: the connection the transaction runs on.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""
        return self._connection.dialect.name

    def all(self, statement: sa.Executable) -> list[Any]:
        """Return every row of a statement."""
        return list(self._connection.execute(statement).all())

    def one(self, statement: sa.Executable) -> Any | None:
        """Return the first row, or None."""
        return self._connection.execute(statement).first()

    def run(self, statement: sa.Executable, rows: list[dict[str, Any]] | None = None) -> int:
        """Run a writing statement, over many rows if given, and return how many rows it touched."""
        return self._connection.execute(statement, rows).rowcount if rows is None or rows else 0

    def add(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Insert the rows whose keys are not there yet."""
        if rows:
            insert = postgresql.insert(table) if self.dialect == "postgresql" else sqlite.insert(table)
            self._connection.execute(insert.on_conflict_do_nothing(), rows)
