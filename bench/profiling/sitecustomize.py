"""Profiles every thread of a process that finds this folder on its PYTHONPATH; see :mod:`bench.profile`.

``KAQUAN_BENCH_PROFILE`` names the folder that gets a file per thread.
"""

from __future__ import annotations

import atexit
import cProfile
import os
import threading

FOLDER = os.environ["KAQUAN_BENCH_PROFILE"]


def save(profile: cProfile.Profile, name: str) -> None:
    """Write what a thread did."""
    profile.disable()
    profile.dump_stats(os.path.join(FOLDER, f"{name}.prof"))


def run(thread: threading.Thread, body: object = threading.Thread.run) -> None:
    """Run a thread's body under a profile of its own."""
    assert callable(body)
    profile = cProfile.Profile()
    profile.enable()
    try:
        body(thread)
    finally:
        save(profile, thread.name)


threading.Thread.run = run  # type: ignore[method-assign,assignment]
loop = cProfile.Profile()
atexit.register(save, loop, "loop")
loop.enable()
