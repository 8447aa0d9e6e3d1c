"""The head of an answer leaves with its body, and nothing waits longer than its step of the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import uvloop

from kaquan.cli.protocol import Joining


class Sending:
    """A transport of which only what it was given is looked at."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def sent_by(step: Callable[[Any], None]) -> tuple[list[bytes], list[bytes], bool]:
    """Return what has been sent when a step of the loop ends, what after it, and whether the connection is closed."""

    async def scenario() -> tuple[list[bytes], list[bytes], bool]:
        below = Sending()
        joining: Any = Joining(below, asyncio.get_running_loop())  # type: ignore[arg-type]
        step(joining)
        at_its_end = below.sent[:]
        await asyncio.sleep(0)
        return at_its_end, below.sent, joining.is_closing()

    return uvloop.run(scenario())


def write(*parts: bytes) -> Callable[[Any], None]:
    """Return a step that writes these, one after the other."""

    def step(joining: Any) -> None:
        for part in parts:
            joining.write(part)

    return step


@pytest.mark.parametrize(
    ("parts", "at_its_end", "after_it"),
    [
        ([b"head ", b"body"], [b"head body"], [b"head body"]),
        ([b"100 continue"], [], [b"100 continue"]),
        ([b"head ", b"some ", b"more"], [b"head some "], [b"head some ", b"more"]),
        ([b"head ", b"", b"next"], [b"head "], [b"head ", b"next"]),
        ([b"", b"a"], [], [b"a"]),
    ],
)
def test_two_writes_of_a_step_leave_as_one(parts: list[bytes], at_its_end: list[bytes], after_it: list[bytes]) -> None:
    assert sent_by(write(*parts)) == (at_its_end, after_it, False)


def test_what_is_held_leaves_before_the_connection_is_closed() -> None:
    def step(joining: Any) -> None:
        joining.write(b"head")
        joining.close()

    assert sent_by(step) == ([b"head"], [b"head"], True)


def test_what_is_held_is_dropped_where_the_connection_is_gone() -> None:
    def step(joining: Any) -> None:
        joining.write(b"head")
        joining.abort()

    assert sent_by(step) == ([], [], True)
