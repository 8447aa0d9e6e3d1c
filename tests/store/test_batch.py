"""Batches: who goes first, how much may wait, and what becomes of commands when batches fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kaquan.errors import Errcode, Refusal
from kaquan.store.batch import RETRIES, Batcher, Lanes, outcome
from kaquan.store.hot import BadData, Collision, Conflict, Take, Unavailable
from support.run import run

APPID = "wx1"
Run = Callable[[str, list[str]], Awaitable[list[Any]]]


def upper(appid: str, commands: list[str]) -> list[str]:
    return [command.upper() for command in commands]


class Database:
    """Runs batches in memory, after raising what it is told to, and keeps what it was asked."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.batches: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, take: Take[str]) -> list[Any]:
        appid, commands = take()
        self.batches.append(commands)
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        if "bad" in commands:
            raise BadData("bad")
        return upper(appid, commands)


def brief(result: Any) -> Any:
    return (int(result.errcode), result.cause) if isinstance(result, Refusal) else result


async def together(batcher: Batcher[str, Any], *commands: str, lane: str = "") -> list[Any]:
    waiting = [batcher.submit(APPID, lane, command) for command in commands]
    return [brief(await one) for one in waiting]


def test_commands_that_arrive_while_a_batch_runs_form_the_next() -> None:
    async def scenario() -> list[list[str]]:
        database = Database()
        database.gate.clear()
        batcher: Batcher[str, Any] = Batcher("test", database, 10, 100)
        first = batcher.submit(APPID, "", "a")
        await asyncio.sleep(0)
        others = [batcher.submit(APPID, "", command) for command in "bc"]
        database.gate.set()
        assert await asyncio.gather(first, *others) == ["A", "B", "C"]
        return database.batches

    assert run(scenario()) == [["a"], ["b", "c"]]


class Turns:
    """A database whose transactions take turns, and their commands when their turn has come."""

    def __init__(self) -> None:
        self.taken: list[list[str]] = []
        self._turn = asyncio.Lock()

    async def __call__(self, take: Take[str]) -> list[str]:
        """Run a transaction."""
        async with self._turn:
            appid, commands = take()
            self.taken.append(commands)
            await asyncio.sleep(0.01)
            return upper(appid, commands)


def test_a_second_flush_stands_ready_and_takes_what_has_come_when_it_begins() -> None:
    async def scenario() -> list[list[str]]:
        database = Turns()

        batcher: Batcher[str, Any] = Batcher("test", database, 10, 100, depth=2)
        waiting = [batcher.submit(APPID, "", "a")]
        await asyncio.sleep(0)
        for command in "bcd":
            waiting.append(batcher.submit(APPID, "", command))
            await asyncio.sleep(0)
        assert await asyncio.gather(*waiting) == list("ABCD")
        await batcher.drain()
        return [commands for commands in database.taken if commands]

    assert run(scenario()) == [["a"], ["b", "c", "d"]]


@pytest.mark.parametrize(
    ("depth", "sizes"),
    [(1, [40, 40]), (2, [20, 20, 20, 20])],
)
def test_each_of_two_flushes_takes_half_of_those_who_wait_for_an_answer(depth: int, sizes: list[int]) -> None:
    async def scenario() -> list[int]:
        database = Turns()

        async def caller() -> None:
            for _ in range(2):
                await batcher.submit(APPID, "", "a")

        batcher: Batcher[str, Any] = Batcher("test", database, 100, 100, depth=depth)
        await asyncio.gather(*(caller() for _ in range(40)))
        await batcher.drain()
        return [len(commands) for commands in database.taken if commands]

    assert run(scenario()) == sizes


def test_a_batch_holds_one_app_and_no_more_than_the_limit() -> None:
    async def scenario() -> list[list[str]]:
        database = Database()
        batcher: Batcher[str, Any] = Batcher("test", database, 2, 100)
        waiting = [batcher.submit(appid, "", command) for appid, command in zip("xyxyx", "abcde", strict=True)]
        assert await asyncio.gather(*waiting) == list("ABCDE")
        return database.batches

    assert run(scenario()) == [["a", "c"], ["b", "d"], ["e"]]


def test_a_hot_card_leaves_room_for_the_others() -> None:
    async def scenario() -> list[Any]:
        lanes: Lanes[str] = Lanes()
        future = asyncio.get_running_loop().create_future
        for number in range(100):
            lanes.put("hot", f"h{number}", future())
        for number in range(3):
            lanes.put("cold", f"c{number}", future())
        return [[command for command, _ in lanes.take(10)] for _ in range(2)] + [lanes.size]

    hot = [f"h{number}" for number in range(17)]
    assert run(scenario()) == [[*hot[:5], "c0", "c1", "c2", *hot[5:7]], hot[7:], 83]


def test_a_full_queue_answers_busy_at_once_and_serves_those_who_wait() -> None:
    async def scenario() -> None:
        database = Database()
        database.gate.clear()
        batcher: Batcher[str, Any] = Batcher("test", database, 10, 3)
        running = batcher.submit(APPID, "", "a")
        await asyncio.sleep(0)
        waiting = [batcher.submit(APPID, "", command) for command in "bcd"]
        with pytest.raises(Refusal) as caught:
            batcher.submit(APPID, "", "e")
        assert (caught.value.errcode, caught.value.cause) == (Errcode.SYSTEM_ERROR, "busy")
        database.gate.set()
        assert await asyncio.gather(running, *waiting) == list("ABCD")
        assert batcher.waiting == 0

    run(scenario())


def test_bad_data_fails_alone() -> None:
    async def scenario() -> list[list[str]]:
        database = Database()
        batcher: Batcher[str, Any] = Batcher("test", database, 10, 100)
        assert await together(batcher, "a", "b", "bad", "c", "d") == ["A", "B", (-1, "bad_data"), "C", "D"]
        return database.batches

    halves = [["a", "b"], ["bad", "c", "d"], ["bad"], ["c", "d"]]
    assert run(scenario()) == [["a", "b", "bad", "c", "d"], *halves]


@pytest.mark.parametrize("fault", [Collision("code"), Conflict("40001")])
def test_what_may_succeed_next_time_is_run_again(fault: Exception) -> None:
    async def scenario() -> list[list[str]]:
        database = Database(fault, fault)
        batcher: Batcher[str, Any] = Batcher("test", database, 10, 100)
        assert await together(batcher, "a", "b") == ["A", "B"]
        return database.batches

    assert run(scenario()) == [["a", "b"]] * 3


def test_what_never_succeeds_is_given_up() -> None:
    async def scenario() -> list[list[str]]:
        database = Database(*[Conflict("40001")] * 100)
        batcher: Batcher[str, Any] = Batcher("test", database, 10, 100)
        assert await together(batcher, "a", "b") == [(-1, "database")] * 2
        return database.batches

    assert run(scenario()) == [["a", "b"]] * RETRIES


def test_an_unreachable_database_refuses_the_batch_and_serves_the_next() -> None:
    async def scenario() -> None:
        batcher: Batcher[str, Any] = Batcher("test", Database(Unavailable("gone")), 10, 100)
        assert await together(batcher, "a", "b") == [(-1, "database")] * 2
        assert await together(batcher, "c") == ["C"]

    run(scenario())


def test_who_hangs_up_while_waiting_is_not_served_and_disturbs_nobody() -> None:
    async def scenario() -> list[list[str]]:
        database = Database()
        database.gate.clear()
        batcher: Batcher[str, Any] = Batcher("test", database, 10, 100)
        first = batcher.submit(APPID, "", "a")
        await asyncio.sleep(0)
        second, third = (batcher.submit(APPID, "", command) for command in "bc")
        second.cancel()
        first.cancel()
        database.gate.set()
        assert await third == "C"
        return database.batches

    assert run(scenario()) == [["a"], ["c"]]


def test_draining_waits_until_all_are_answered() -> None:
    async def scenario() -> list[Any]:
        batcher: Batcher[str, Any] = Batcher("test", Database(), 2, 100)
        waiting = [batcher.submit(APPID, "", command) for command in "abcde"]
        await batcher.drain()
        return [one.result() for one in waiting if one.done()]

    assert run(scenario()) == list("ABCDE")


def test_an_outcome_is_a_result_or_raised() -> None:
    assert outcome("A") == "A"
    with pytest.raises(Refusal):
        outcome(Errcode.SYSTEM_ERROR("busy"))
