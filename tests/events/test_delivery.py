"""The way from the outbox to the callbacks."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from aiohttp import web

from events.memory import SETTINGS, MemoryOutbox, delivery, until
from events.merchant import merchant, success
from events.samples import config, pushed
from kaquan.events.batch import Batch
from kaquan.events.delivery import BATCH, REST
from kaquan.events.outbox import Tried
from kaquan.events.post import open_session

NOW = 1700000000


def person(number: int) -> str:
    """Return an openid."""
    return f"oTEST0OpenId{number:016d}"


def answers(*statuses: int) -> Callable[[web.Request, dict[str, str]], Awaitable[web.StreamResponse]]:
    """Return a merchant that gives these statuses one after the other, the last one for ever."""
    left = list(statuses)

    async def answer(_request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
        return web.Response(status=left.pop(0) if len(left) > 1 else left[0])

    return answer


def story(tried: list[Tried]) -> list[tuple[int, int, bool, int, int | None]]:
    """Return what of the attempts does not depend on the clock."""
    return [(one.id, one.attempt, one.delivered, one.status, one.next_time) for one in tried]


def test_an_event_is_tried_until_it_is_delivered() -> None:
    async def run() -> MemoryOutbox:
        async with merchant(answers(500, 404, 302, 200)) as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)})
            outbox.put("wx1", pushed(1))
            await delivered(outbox)
        return outbox

    assert story(asyncio.run(run()).tried) == [
        (1, 1, False, 500, NOW),
        (1, 2, False, 404, NOW),
        (1, 3, False, 302, NOW),
        (1, 4, True, 200, None),
    ]


async def delivered(outbox: MemoryOutbox, appid: str = "wx1") -> None:
    """Deliver until an app has no event left."""
    running = delivery(outbox)
    await running.start()
    await until(lambda: not outbox.left(appid))
    await running.stop()


def test_an_event_is_given_up_after_three_retries_and_the_next_one_of_its_person_follows() -> None:
    async def run() -> MemoryOutbox:
        async with merchant(answers(500, 500, 500, 500, 200)) as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)})
            outbox.put("wx1", pushed(1), pushed(2))
            await delivered(outbox)
        return outbox

    assert story(asyncio.run(run()).tried) == [
        *((1, attempt, False, 500, NOW) for attempt in (1, 2, 3)),
        (1, 4, False, 500, None),
        (2, 1, True, 200, None),
    ]


def test_a_retry_waits_for_the_pause() -> None:
    async def run() -> tuple[list[Tried], int]:
        async with merchant(answers(500)) as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)})
            outbox.put("wx1", pushed(1))
            running = delivery(outbox, msgspec.structs.replace(SETTINGS, delivery_retry_seconds=5.0))
            await running.start()
            await until(lambda: outbox.tried)
            await asyncio.sleep(0.2)
            await running.stop()
            return outbox.tried, len(receiver.requests)

    tried, requests = asyncio.run(run())
    assert (story(tried), requests) == ([(1, 1, False, 500, NOW + 5)], 1)


def test_a_retry_is_signed_anew_over_the_same_event() -> None:
    async def run() -> tuple[set[str], set[str]]:
        async with merchant(answers(500, 200)) as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)})
            outbox.put("wx1", pushed(1))
            await delivered(outbox)
            requests = receiver.requests
            return {one.query["nonce"] for one in requests}, {str(sorted(one.items())) for one in receiver.events}

    nonces, events = asyncio.run(run())
    assert (len(nonces), len(events)) == (2, 1)


def test_events_of_a_person_arrive_in_order_whatever_fails_in_between() -> None:
    people, each = 7, 12

    async def run() -> dict[str, list[str]]:
        seen: Counter[str] = Counter()
        taken: dict[str, list[str]] = {person(number): [] for number in range(people)}

        async def moody(_request: web.Request, fields: dict[str, str]) -> web.StreamResponse:
            code = fields["UserCardCode"]
            seen[code] += 1
            await asyncio.sleep(int(code) % 3 / 1000)
            if seen[code] <= int(code) % 4:
                return web.Response(status=503)
            taken[fields["FromUserName"]].append(code)
            return web.Response()

        async with merchant(moody) as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)})
            outbox.put("wx1", *(pushed(one, person(one % people), str(one)) for one in range(people * each)))
            await delivered(outbox)
        return taken

    expected = {person(one): [str(number) for number in range(one, people * each, people)] for one in range(people)}
    assert asyncio.run(run()) == expected


def test_a_slow_merchant_does_not_hold_up_a_fast_one() -> None:
    async def run() -> tuple[int, int]:
        release = asyncio.Event()

        async def hang(_request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
            await release.wait()
            return web.Response()

        async with merchant(hang) as slow, merchant() as fast:
            outbox = MemoryOutbox({"slow": config(url=slow.url), "fast": config(url=fast.url)})
            for appid in ("slow", "fast"):
                outbox.put(appid, *(pushed(number, person(number)) for number in range(600)))
            running = delivery(outbox)
            await running.start()
            await until(lambda: not outbox.left("fast"))
            held = len(slow.requests)
            release.set()
            await running.stop()
            return held, len(fast.requests)

    assert asyncio.run(run()) == (32, 600)


def test_a_hanging_merchant_keeps_few_places_and_is_tried_on() -> None:
    async def run() -> list[int]:
        async def hang(_request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
            await asyncio.sleep(1.2)
            return web.Response(status=500)

        async with merchant(hang) as slow:
            outbox = MemoryOutbox({"wx1": config(url=slow.url)})
            outbox.put("wx1", *(pushed(number, person(number)) for number in range(100)))
            running = delivery(outbox)
            await running.start()
            await until(lambda: len(outbox.leases) > 1)
            await running.stop()
            assert 100 - 36 <= len(outbox.given_back) <= 100 - 32
            return [len(lease) for lease in outbox.leases]

    assert asyncio.run(run()) == [100, 4]


def test_stopping_waits_for_what_is_under_way_and_gives_back_the_rest() -> None:
    async def run() -> MemoryOutbox:
        release = asyncio.Event()

        async def hang(_request: web.Request, _fields: dict[str, str]) -> web.StreamResponse:
            await release.wait()
            return web.Response()

        async with merchant(hang) as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)})
            outbox.put("wx1", *(pushed(number, person(number)) for number in range(40)))
            running = delivery(outbox)
            await running.start()
            await until(lambda: len(receiver.requests) == 32)
            stopping = asyncio.create_task(running.stop())
            await asyncio.sleep(0.02)
            release.set()
            await stopping
        return outbox

    outbox = asyncio.run(run())
    assert [one.id for one in outbox.tried if one.delivered] == list(range(32))
    assert outbox.given_back == outbox.left("wx1") == list(range(32, 40))


def test_two_processes_deliver_each_event_once() -> None:
    async def run() -> list[str]:
        async with merchant() as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)})
            outbox.put("wx1", *(pushed(number, person(number % 50), str(number)) for number in range(1000)))
            both = [delivery(outbox), delivery(outbox)]
            for one in both:
                await one.start()
            await until(lambda: not outbox.left("wx1"))
            for one in both:
                await one.stop()
            return receiver.codes()

    assert sorted(asyncio.run(run()), key=int) == [str(number) for number in range(1000)]


def test_a_new_event_goes_out_at_once_when_the_loop_is_woken() -> None:
    async def run() -> float:
        async with merchant() as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)})
            running = delivery(outbox, poll_seconds=60)
            await running.start()
            await until(lambda: outbox.looks)
            outbox.put("wx1", pushed(1))
            begun = time.monotonic()
            running.wake()
            await until(lambda: receiver.requests)
            took = time.monotonic() - begun
            await running.stop()
            return took

    assert asyncio.run(run()) < 0.5


def test_the_loop_outlives_faults_of_the_outbox() -> None:
    async def run() -> list[str]:
        async with merchant() as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)}, faults=["due_appids", "lease", "due_appids"])
            outbox.put("wx1", pushed(1))
            await delivered(outbox)
            return outbox.faults

    assert asyncio.run(run()) == []


def test_what_could_not_be_settled_stays_leased_and_others_go_on() -> None:
    async def run() -> tuple[list[int], int]:
        async with merchant() as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)}, faults=["settle"])
            outbox.put("wx1", pushed(1, person(1)))
            running = delivery(outbox)
            await running.start()
            await until(lambda: not outbox.faults)
            outbox.put("wx1", pushed(2, person(2)))
            await until(lambda: outbox.tried)
            await running.stop()
            return outbox.left("wx1"), len(receiver.requests)

    assert asyncio.run(run()) == ([1], 2)


def test_an_event_that_cannot_be_encrypted_is_a_failed_attempt_and_not_the_end() -> None:
    async def run() -> tuple[list[Tried], list[str]]:
        async with merchant() as receiver:
            broken = config("safe", url=receiver.url, aes_key="short")
            outbox = MemoryOutbox({"broken": broken, "wx1": config(url=receiver.url)})
            outbox.put("broken", pushed(1))
            outbox.put("wx1", pushed(2))
            await delivered(outbox, "broken")
            return [one for one in outbox.tried if one.id == 1], receiver.codes()

    tried, codes = asyncio.run(run())
    text = "the event cannot be put into the form of this callback"
    assert ([(one.status, one.answer) for one in tried], len(codes)) == ([(0, text)] * 4, 1)


def test_without_a_callback_events_stay_where_they_are() -> None:
    async def run() -> MemoryOutbox:
        outbox = MemoryOutbox({})
        outbox.put("wx1", pushed(1))
        running = delivery(outbox)
        await running.start()
        await until(lambda: outbox.looks > 2)
        await running.stop()
        return outbox

    assert asyncio.run(run()).left("wx1") == [1]


def test_a_callback_that_vanishes_between_look_and_lease_leases_nothing() -> None:
    async def run() -> MemoryOutbox:
        outbox = MemoryOutbox({"wx1": config()})
        outbox.put("wx1", pushed(1))
        running = delivery(outbox)
        await running.start()
        assert not await running._deliver_batch("wx2")
        outbox.callbacks.clear()
        await running.stop()
        return outbox

    assert asyncio.run(run()).leases == []


@pytest.mark.parametrize(("waiting", "rests"), [(0, 0), (1, 2)])
def test_while_claims_are_queued_batches_are_followed_by_a_rest(
    waiting: int, rests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> list[float]:
        async with merchant() as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)})
            outbox.put("wx1", *(pushed(number, person(number)) for number in range(2 * BATCH)))
            running = delivery(outbox, waiting=lambda: waiting)
            pauses: list[float] = []
            pause = running._pause

            async def noted(seconds: float) -> None:
                pauses.append(seconds)
                await pause(0)

            monkeypatch.setattr(running, "_pause", noted)
            begun = time.perf_counter()
            await running.start()
            await until(lambda: not outbox.left("wx1"))
            took = time.perf_counter() - begun
            await running.stop()
            assert sum(pauses) < took * REST + 1
            return [one for one in pauses if one > 0.02]

    assert len(asyncio.run(run())) == rests


def test_what_waits_behind_a_retry_is_not_asked_for_at_every_commit() -> None:
    async def run() -> int:
        async with merchant(answers(500)) as receiver:
            outbox = MemoryOutbox({"wx1": config(url=receiver.url)})
            outbox.put("wx1", pushed(1), pushed(2))
            running = delivery(outbox, msgspec.structs.replace(SETTINGS, delivery_retry_seconds=5.0), poll_seconds=60)
            await running.start()
            await until(lambda: outbox.tried)
            for _ in range(20):
                running.wake()
                await asyncio.sleep(0.03)
            await running.stop()
            return len(outbox.leases)

    assert asyncio.run(run()) <= 3


def test_a_batch_begins_no_attempt_when_its_lease_is_about_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaquan.events.batch.BATCH_SECONDS", 0.0)

    async def run() -> Batch:
        async with merchant(success) as receiver, open_session(allow_private=True) as session:
            batch = Batch(
                config(url=receiver.url),
                [pushed(1), pushed(2)],
                session,
                allow_private=True,
                retry_seconds=5.0,
                places=asyncio.Semaphore(1),
                stopping=asyncio.Event(),
                clock=lambda: NOW,
            )
            await batch.run(1)
            return batch

    batch = asyncio.run(run())
    assert (batch.tried, batch.given_back) == ([], [1, 2])
