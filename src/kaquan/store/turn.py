"""Whose turn it is to write to an embedded database, first come, first served.

SQLite lets whoever waits ask again and again, so that a busy writer, which begins its next transaction at once, would
keep the others out. Two file locks make a turnstile: who waits holds the first, and whoever wrote last stands behind.
"""

from __future__ import annotations

import fcntl
import os
from types import TracebackType
from typing import Self


class Turn:
    """The right to write to one database; what the kernel locks, it unlocks when the process is killed.

    Args:
        path: of the database; the locks stand beside it.
    """

    def __init__(self, path: str) -> None:
        self._gate, self._field = (_open(f"{path}-{name}") for name in ("gate", "turn"))

    def take(self) -> None:
        """Wait until nobody else of those who take turns writes."""
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        fcntl.flock(self._field, fcntl.LOCK_EX)
        fcntl.flock(self._gate, fcntl.LOCK_UN)

    def give(self) -> None:
        """Let the next one write."""
        fcntl.flock(self._field, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the lock files."""
        os.close(self._gate)
        os.close(self._field)

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        self.give()


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
