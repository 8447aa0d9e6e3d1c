"""Folding leaves claims and consumptions most of the time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from kaquan.api.folding import REST, repeat
from support.run import run

STEPS, STEP_SECONDS = 3, 0.01
# The loop's timers are not exact.
LEAST = REST * STEP_SECONDS / 2
pause = asyncio.sleep


def beside(answered_each: int) -> Any:
    """Return what folding needs of a platform, whose hot commands are answered while a step is under way."""
    told = SimpleNamespace(answered=0)

    async def write(step: Callable[[None], bool]) -> bool:
        await pause(STEP_SECONDS)
        told.answered += answered_each
        return step(None)

    # Between two steps nothing is queued, as it is when all callers have just been answered.
    hot = SimpleNamespace(answered=lambda: told.answered, waiting=lambda: 0)
    return SimpleNamespace(store=SimpleNamespace(write=write), hot=hot)


@pytest.mark.parametrize(("answered_each", "least"), [(0, 0.0), (1, LEAST), (64, LEAST)])
def test_a_step_beside_which_somebody_was_answered_is_followed_by_a_rest(
    monkeypatch: pytest.MonkeyPatch, answered_each: int, least: float
) -> None:
    rests: list[float] = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)

    left = iter([True] * STEPS + [False])
    monkeypatch.setattr(asyncio, "sleep", sleep)
    assert run(repeat(beside(answered_each), lambda _: next(left))) is False
    assert len(rests) == STEPS
    assert all(one >= least and bool(one) == bool(least) for one in rests)
