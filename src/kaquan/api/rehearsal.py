"""Faults that a sandbox app rehearses: carried out here, planned by ``/sandbox/fault``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from kaquan.actions.rehearse_fault import strike
from kaquan.api.call import Call
from kaquan.errors import Refusal
from kaquan.rules.fault import Fault, rehearsed

T = TypeVar("T")


class Dropped(Exception):
    """The connection is to be closed without an answer."""


async def rehearse(call: Call, carry_out: Callable[[], Awaitable[T]]) -> T:
    """Return what a call is answered, unless it is one that is to go wrong.

    Args:
        call: with its app, its body read.
        carry_out: makes the answer.

    Raises:
        Refusal: of the call itself, or the one that was planned.
        Dropped: the planned loss of the answer.
    """
    planned = [one for one in call.app.faults if one.path == call.path]
    struck = await call.write(lambda tx: strike(tx, call.appid, planned)) if planned else None
    if struck is None:
        return await carry_out()
    fault, number = struck
    if fault.kind == "hang":
        return await late(fault, carry_out)
    if fault.after_call:
        # Lost is the answer, whatever it would have been.
        with suppress(Refusal):
            await carry_out()
    if fault.kind == "drop":
        raise Dropped
    raise rehearsed(fault, call.appid, call.path, number)


async def counted(call: Call, carry_out: Callable[[], Awaitable[T]]) -> T:
    """Return the answer of a call whose app is known without a token, counted and rehearsed as those with one.

    Raises:
        Refusal: 45009 or 45011, or a rehearsed fault.
        Dropped: the planned loss of the answer.
    """
    await call.count()
    return await rehearse(call, carry_out)


async def late(fault: Fault, carry_out: Callable[[], Awaitable[T]]) -> T:
    """Return the answer after the planned wait, which comes before or after the call itself."""
    if not fault.after_call:
        await asyncio.sleep(fault.value)
        return await carry_out()
    try:
        return await carry_out()
    finally:
        await asyncio.sleep(fault.value)


async def hang_up(receive: Callable[[], Awaitable[dict[str, Any]]], send: Any) -> None:
    """Close a request's connection without an answer.

    ASGI has no message for it, and a request that ends without an answer is given a 500; so the server's own cycle is
    asked for its transport, and the request ends once the server knows that the connection is gone.
    """
    send.__self__.transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
