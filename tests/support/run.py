"""Runs a test's coroutine, and ends one that hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")
PATIENCE_SECONDS = 60.0


def run(scenario: Coroutine[Any, Any, T], seconds: float = PATIENCE_SECONDS) -> T:
    """Return the result of a coroutine.

    Raises:
        TimeoutError: it took longer than ``seconds``.
    """
    return uvloop.run(asyncio.wait_for(scenario, seconds))
