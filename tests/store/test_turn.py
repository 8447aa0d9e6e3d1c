"""Turns of writers over one embedded database."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

from kaquan.store.turn import Turn


def hog(path: str, begun: object) -> None:
    """Take turn after turn without a pause."""
    turn = Turn(path)
    while True:
        with turn:
            begun.set()  # type: ignore[attr-defined]
            time.sleep(0.02)


def test_whoever_waits_is_not_kept_out_by_a_writer_that_begins_again_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    others = [context.Process(target=hog, args=(path, begun), daemon=True) for _ in range(2)]
    for one in others:
        one.start()
    assert begun.wait(20)
    turn, started = Turn(path), time.monotonic()
    for _ in range(20):
        with turn:
            pass
    waited = time.monotonic() - started
    for one in others:
        one.kill()
        one.join()
    # Each turn waits for the one under way and at most for one of each other writer.
    assert waited < 20 * 0.02 * 3 + 2


def test_the_turn_of_a_killed_writer_is_free(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    other = context.Process(target=hog, args=(path, begun), daemon=True)
    other.start()
    assert begun.wait(20)
    other.kill()
    other.join()
    with Turn(path):
        pass
