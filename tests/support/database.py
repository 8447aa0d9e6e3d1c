"""Fresh, migrated databases of both kinds, each a copy of one that was migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kaquan.keys import Keys
from kaquan.settings import Settings
from kaquan.store.schema import migrate, open_engine
from kaquan.store.tx import Tx
from support.postgres import Cluster

T = TypeVar("T")
MASTER_KEY = bytes(range(32))
KEYS = Keys(MASTER_KEY)


@dataclass(frozen=True)
class Database:
    """One migrated database.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
        url: as in ``KAQUAN_DATABASE_URL``.
        folder: holds the master key (and SQLite's file); a server is given it as its data folder.
    """

    dialect: str
    url: str
    folder: Path

    @property
    def settings(self) -> Settings:
        """Return settings of a server over this database."""
        return Settings(database_url=self.url, key_file=str(self.folder / "master.key"))

    @property
    def name(self) -> str:
        """Return the name within the PostgreSQL server."""
        return self.url.partition("?")[0].rpartition("/")[2]

    def transact(self, action: Callable[[Tx], T]) -> T:
        """Run an action in one transaction beside whatever else uses the database."""
        engine = open_engine(self.settings)
        try:
            with engine.begin() as connection:
                return action(Tx(connection))
        finally:
            engine.dispose()


class Databases:
    """Makes databases of one kind.

    Args:
        folder: where SQLite files and master keys go.
        cluster: the PostgreSQL server; None for SQLite.
    """

    def __init__(self, folder: Path, cluster: Cluster | None = None) -> None:
        self.dialect = "sqlite" if cluster is None else "postgresql"
        self._folder = folder
        self._cluster = cluster
        self._count = 0
        self._template = self._make("template1", None)
        migrate(self._template.settings, KEYS)

    def create(self) -> Database:
        """Return a fresh, empty, migrated database."""
        return self._make(self._template.name, self._template)

    @contextmanager
    def lent(self) -> Iterator[Database]:
        """Create a database that is deleted again."""
        made = self.create()
        yield made
        if self._cluster is not None:
            self._cluster.drop(made.name)
        shutil.rmtree(made.folder, ignore_errors=True)

    def _make(self, template: str, source: Database | None) -> Database:
        self._count += 1
        folder = self._folder / f"{self.dialect}-{self._count}"
        folder.mkdir()
        (folder / "master.key").write_text(MASTER_KEY.hex())
        if self._cluster is not None:
            return Database(self.dialect, self._cluster.url(self._cluster.create(template)), folder)
        if source is not None:
            shutil.copy(source.folder / "kaquan.db", folder)
        return Database(self.dialect, f"sqlite:///{folder / 'kaquan.db'}", folder)
