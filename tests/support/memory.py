"""Where files go that have nothing to outlive: into memory, which no slow or busy disk holds up."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
# What the suites take is a fraction of this; containers are often given 64 MB.
ROOM_BYTES = 2 << 30


def place() -> Path | None:
    """Return the folder that is kept in memory; None where there is none or it is small."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    return MEMORY if roomy else None


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder, in memory if there is room, and delete it afterwards."""
    with tempfile.TemporaryDirectory(prefix="kaquan-", dir=place(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)
