"""Calls of the apps that want more of them than an answer: faults that strike, and a log of those that succeed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from kaquan.api.call import Call
from kaquan.api.failed import keep_success
from kaquan.api.rehearsal import rehearse
from kaquan.store.apps import ALL


async def watch(call: Call, carry_out: Callable[[], Awaitable[Any]]) -> Any:
    """Return what a call of a watched app is answered.

    Args:
        call: with its app, its body read.
        carry_out: makes the answer.

    Raises:
        Refusal: of the call itself, or the one that was planned.
        Dropped: the planned loss of the answer.
    """
    started = time.perf_counter()
    answer = await rehearse(call, carry_out) if call.app.faults else await carry_out()
    if call.app.log_calls == ALL:
        keep_success(call, answer, started)
    return answer
