"""How the processes behind one socket know of each other: each leaves its samples in a file that all of them read.

A scrape reaches any one of them, and has to tell of all: series that come and go with the process that answers are of
no use. A process has the first number that nobody has, so that one that is started again goes on with its series.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import time
from pathlib import Path

import msgspec

from kaquan.watch.metrics import Samples

PUBLISH_SECONDS = 2.0
# Who has not been heard of for so long is gone.
GONE_SECONDS = 15.0
ALONE = "0"


class Shared:
    """The samples of the processes of one machine.

    Args:
        folder: where they are left; empty for a process that is alone.
    """

    def __init__(self, folder: str = "") -> None:
        self.folder = Path(folder) if folder else None
        self.worker = ALONE
        self._lock = -1

    def join(self) -> None:
        """Take a number; what the kernel locks, it unlocks when the process is killed."""
        for number in itertools.count() if self.folder else ():
            self._lock = os.open(self._path(number, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(self._lock)
                continue
            self.worker = str(number)
            return

    def publish(self, samples: Samples) -> None:
        """Leave this process's samples for the others."""
        if self.folder is not None:
            path = self._path(self.worker, "json")
            fresh = path.with_suffix(".new")
            fresh.write_bytes(msgspec.json.encode(samples))
            fresh.replace(path)

    def others(self) -> dict[str, Samples]:
        """Return number -> samples of the other processes, a few seconds old."""
        if self.folder is None:
            return {}
        found = (path for path in self.folder.glob("*.json") if path.stem != self.worker)
        return {path.stem: samples for path in found if (samples := read(path)) is not None}

    def leave(self) -> None:
        """Give the number back."""
        if self._lock >= 0:
            self._path(self.worker, "json").unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = -1

    def _path(self, worker: int | str, kind: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{worker}.{kind}"


def read(path: Path) -> Samples | None:
    """Return what a process left, None if it is gone."""
    try:
        fresh = time.time() - path.stat().st_mtime < GONE_SECONDS
        return msgspec.json.decode(path.read_bytes(), type=Samples) if fresh else None
    except (OSError, msgspec.DecodeError):
        return None
