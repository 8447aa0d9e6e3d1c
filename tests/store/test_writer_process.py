"""The process that writes: what crosses to it and back, and what becomes of those who wait when it ends."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kaquan.rules.ids import TAG_BITS
from kaquan.sources import Ids
from kaquan.store.hot import Collision, StoreError, Take, Unavailable
from kaquan.store.writer_process import Carry, Job, WriterProcess
from support.run import run

# The tests' process has threads, a server that forks has none.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")

UPPER, FAIL, END, DRAW = range(4)
IDS = Ids()
Scenario = Callable[[WriterProcess], Awaitable[None]]


def prepare() -> Carry:
    """Return what carries out jobs by doing what their number says."""

    def carry(job: Job) -> tuple[list[Any], float]:
        number, appid, commands = job
        if number == FAIL:
            raise commands[0]
        if number == END:
            os.kill(os.getpid(), signal.SIGKILL)
        return [IDS() if number == DRAW else f"{appid} {one.upper()}" for one in commands], 0.25

    return carry


def beside(scenario: Scenario) -> None:
    """Run a scenario beside a process that writes, which is gone behind it."""
    started: list[WriterProcess] = []

    async def all_of_it() -> None:
        process = WriterProcess(prepare)
        started.append(process)
        await process.open()
        try:
            await scenario(process)
        finally:
            await process.close()

    run(all_of_it())
    with pytest.raises(ChildProcessError):
        os.waitpid(started[0]._pid, os.WNOHANG)


def taking(*commands: Any) -> Take[Any]:
    """Return what gives these commands."""
    return lambda: ("wx", list(commands))


def test_outcomes_come_in_order_and_the_seconds_they_took_are_counted() -> None:
    async def scenario(process: WriterProcess) -> None:
        wanted = [process.run(UPPER, taking(one, f"{one}2")) for one in "abc"]
        assert process.waiting == 2
        assert await asyncio.gather(*wanted) == [[f"wx {one}", f"wx {one}2"] for one in "ABC"]
        assert (process.jobs, process.seconds, process.waiting) == (3, 0.75, 0)

    beside(scenario)


def test_commands_are_taken_when_it_is_free_and_nothing_is_sent_where_none_are_left() -> None:
    async def scenario(process: WriterProcess) -> None:
        left = ["a"]

        def take() -> tuple[str, list[str]]:
            taken = left[:]
            left.clear()
            return "wx", taken

        wanted = [process.run(UPPER, take) for _ in range(3)]
        left += ["b", "c"]
        assert await asyncio.gather(*wanted) == [["wx A"], ["wx B", "wx C"], []]
        assert process.jobs == 2

    beside(scenario)


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [(Collision("code"), Collision), (KeyError("bug"), Unavailable), (RecursionError(), Unavailable)],
)
def test_what_left_nothing_of_a_job_arrives_and_the_next_is_carried_out(
    fault: Exception, arrives: type[StoreError]
) -> None:
    async def scenario(process: WriterProcess) -> None:
        with pytest.raises(arrives):
            await process.run(FAIL, taking(fault))
        assert await process.run(UPPER, taking("a")) == ["wx A"]

    beside(scenario)


def test_a_command_that_cannot_be_sent_fails_alone() -> None:
    async def scenario(process: WriterProcess) -> None:
        first, odd, last = (process.run(UPPER, taking(one)) for one in ("a", lambda: None, "b"))
        found = await asyncio.gather(first, odd, last, return_exceptions=True)
        assert [found[0], found[2]] == [["wx A"], ["wx B"]]
        assert isinstance(found[1], Exception)

    beside(scenario)


def test_ids_that_it_draws_have_another_tag_than_those_of_its_server() -> None:
    async def scenario(process: WriterProcess) -> None:
        theirs = await process.run(DRAW, taking("a", "b"))
        mine, tag = [IDS(), IDS()], (1 << TAG_BITS) - 1
        assert {one & tag for one in theirs}.isdisjoint(one & tag for one in mine)
        assert [*theirs, *mine] == sorted({*theirs, *mine})

    beside(scenario)


def test_where_it_ends_nobody_waits_for_ever() -> None:
    async def scenario(process: WriterProcess) -> None:
        wanted = [process.run(number, taking("a")) for number in (UPPER, END, UPPER)]
        done, *lost = await asyncio.gather(*wanted, return_exceptions=True)
        assert (done, [type(one) for one in lost]) == (["wx A"], [Unavailable] * 2)
        assert process.ended

    beside(scenario)
