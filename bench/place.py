"""A place of our own for the databases of one run, gone with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.database import Databases
from support.postgres import Cluster

# What the tests set lower.
DEFAULTS = {"shared_buffers": "128MB"}


class DefaultCluster(Cluster):
    """A cluster as it is by default, fsync and synchronous_commit on."""

    def __init__(self) -> None:
        super().__init__(durable=True)
        self._settings = self._settings | DEFAULTS


@dataclass(frozen=True)
class Place:
    """Where one kind of database lives.

    Args:
        folder: temporary, on a real disk.
        databases: makes fresh, migrated ones.
        cluster: PostgreSQL, as durable as it is by default; None for SQLite.
    """

    folder: Path
    databases: Databases
    cluster: Cluster | None

    @property
    def roots(self) -> dict[str, int]:
        """Return the process all others of the cluster descend from."""
        if self.cluster is None:
            return {}
        return {"database": int((self.cluster.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])}

    def bare_url(self) -> str:
        """Return the address of an empty database without any table."""
        if self.cluster is None:
            return f"sqlite:///{self.folder / 'bare.db'}"
        return self.cluster.url(self.cluster.create())


@contextmanager
def place(dialect: str) -> Iterator[Place]:
    """Make a place for ``sqlite`` or ``postgresql``."""
    cluster = DefaultCluster() if dialect == "postgresql" else None
    with tempfile.TemporaryDirectory(prefix="kaquan-bench-") as folder:
        try:
            if cluster:
                cluster.start()
            yield Place(Path(folder), Databases(Path(folder), cluster), cluster)
        finally:
            if cluster:
                cluster.remove()
