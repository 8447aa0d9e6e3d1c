"""The transaction an ordinary action works in."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

# SQLAlchemy forgets how many rows an INSERT touched unless it is told to keep the number.
COUNTED = {"preserve_rowcount": True}
AT_A_TIME = 1000
encode = msgspec.json.Encoder().encode


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

    def stream(self, statement: sa.Executable) -> Iterator[Any]:
        """Yield the rows of a statement, some of them in memory at a time."""
        yield from self._connection.execute(statement, execution_options={"yield_per": AT_A_TIME})

    def all_of(self, query: sa.Select[Any], column: sa.ColumnElement[str], texts: Collection[str]) -> list[Any]:
        """Return a query's rows for each of many texts in a column, the text behind what is selected.

        The texts are one parameter, so that the statement is the same for any number of them. PostgreSQL is made to
        look up one after the other: of a table that it knows little of it believes that a look through all rows of the
        rest of the query is as good.
        """
        if self.dialect != "postgresql":
            listed = sa.func.json_each(encode(list(texts)).decode()).table_valued("value")
            return self.all(query.add_columns(column).where(column.in_(sa.select(listed.c.value))))
        asked = sa.func.unnest(sa.cast(list(texts), postgresql.ARRAY(sa.Text))).table_valued("text")
        # An offset keeps the inner query from being joined in another order.
        found = query.where(column == asked.c.text).offset(0).lateral()
        return self.all(sa.select(*found.c, asked.c.text).select_from(asked.join(found, sa.true())))

    def one(self, statement: sa.Executable) -> Any | None:
        """Return the first row, or None."""
        return self._connection.execute(statement).first()

    def run(self, statement: sa.Executable, rows: list[dict[str, Any]] | None = None) -> int:
        """Run a writing statement, over many rows if given, and return how many rows it touched."""
        return self._connection.execute(statement, rows).rowcount if rows is None or rows else 0

    def drive(self, text: str, rows: dict[str, Any] | list[tuple[Any, ...]]) -> int:
        """Run a statement in the words of the driver, over many rows if given, and return how many rows it touched."""
        return self._connection.exec_driver_sql(text, rows, execution_options=COUNTED).rowcount

    def run_unless_taken(self, statement: sa.Executable) -> bool:
        """Run a writing statement; where a unique key is taken, nothing of it stays and the answer is false."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(statement)
        except sa.exc.IntegrityError:
            return False
        return True

    def add(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Insert the rows whose keys are not there yet."""
        if rows:
            self._connection.execute(self._new(table), rows)

    def add_one(self, table: sa.Table, row: dict[str, Any]) -> bool:
        """Insert a row unless its key is there already, and tell whether it was not."""
        return self._connection.execute(self._new(table), row, execution_options=COUNTED).rowcount == 1

    def add_up(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows of numbers, or add their numbers to those that stand under their keys already."""
        if rows:
            insert, keys = self._insert(table), table.primary_key.columns
            sums = {one.name: one + insert.excluded[one.name] for one in table.c if one.name not in keys}
            self._connection.execute(insert.on_conflict_do_update(index_elements=list(keys), set_=sums), rows)

    def _new(self, table: sa.Table) -> sa.Executable:
        insert: sa.Executable = self._insert(table).on_conflict_do_nothing()
        return insert

    def _insert(self, table: sa.Table) -> Any:
        return postgresql.insert(table) if self.dialect == "postgresql" else sqlite.insert(table)
