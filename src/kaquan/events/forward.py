"""Send events once to an address of one's choice, beside the app's callback and without a word about it on the tape."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from kaquan.events.outbox import CallbackConfig, Pushed
from kaquan.events.post import TIME_LIMIT, open_session, push
from kaquan.sources import wall_clock

# Whoever waits for the answer waits no longer than this and one attempt.
FORWARD_SECONDS = 30.0
# An address that gives no answer so many times in a row is not asked any more.
SILENT = 3


class Sent(msgspec.Struct, frozen=True):
    """What came of one event.

    Args:
        id: the event's.
        delivered: the address took it.
        status: HTTP status of the answer; 0 without one.
        millis: milliseconds it took.
        answer: the beginning of the answer, or why there is none.
        tried: false where the address was given up before.
    """

    id: int
    delivered: bool = False
    status: int = 0
    millis: int = 0
    answer: str = ""
    tried: bool = False


async def forward(
    config: CallbackConfig,
    events: list[Pushed],
    allow_private: bool,
    *,
    clock: Callable[[], int] = wall_clock,
    time_limit: float = TIME_LIMIT,
) -> list[Sent]:
    """Post events in their order, one at a time, and return what came of each.

    Args:
        config: where to, and how: the app's own with another address, or one made for the purpose.
        events: those to send.
        allow_private: the operator lets callbacks go to loopback and private addresses.
        clock: gives UTC seconds.
        time_limit: seconds for one event.
    """
    sent: list[Sent] = []
    over, silent = time.monotonic() + FORWARD_SECONDS, 0
    async with open_session(allow_private, time_limit) as session:
        for event in events:
            if silent >= SILENT or time.monotonic() > over:
                sent.append(Sent(event.id))
                continue
            answer = await push(session, config, event, clock(), allow_private)
            silent = 0 if answer.status else silent + 1
            sent.append(Sent(event.id, answer.delivered, answer.status, answer.millis, answer.text, tried=True))
    return sent
