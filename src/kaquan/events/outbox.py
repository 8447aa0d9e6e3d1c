"""What the delivery needs of the outbox, wherever it is kept."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

ATTEMPTS = 4


class CallbackConfig(msgspec.Struct, frozen=True):
    """Where an app's events go (spec: events.md 1).

    Args:
        appid: the app.
        gh_id: the account's gh_ id, which is the events' ToUserName.
        url: where they are posted.
        token: shared secret of the signatures, 3 to 32 letters and digits.
        aes_key: EncodingAESKey, 43 characters; empty in plain mode.
        mode: ``plain``, ``compatible`` or ``safe``.
        format: ``xml`` or ``json``.
    """

    appid: str
    gh_id: str
    url: str
    token: str
    aes_key: str
    mode: str
    format: str


class Pushed(msgspec.Struct, frozen=True):
    """One event on its way.

    Args:
        id: its journal id; ids of one person's events increase in the order in which they arrive.
        openid: whom it is about: the FromUserName.
        event: its name on the wire.
        create_time: its CreateTime, UTC seconds.
        fields: what follows the head, in wire order; texts and integers.
        attempts: how often it has been tried.
        last: the number of the attempt after which it is given up.
    """

    id: int
    openid: str
    event: str
    create_time: int
    fields: dict[str, Any]
    attempts: int
    last: int = ATTEMPTS


class Tried(msgspec.Struct, frozen=True):
    """How one attempt ended.

    Args:
        id: the event's.
        openid: the event's.
        attempt: number of the attempt, from 1.
        delivered: the merchant has it.
        status: HTTP status of the answer; 0 without one.
        millis: milliseconds until the answer, or until it was given up.
        answer: the beginning of the answer, or why there is none.
        next_time: when it is tried again, UTC seconds; None = it is not.
    """

    id: int
    openid: str
    attempt: int
    delivered: bool
    status: int
    millis: int
    answer: str
    next_time: int | None


class Outbox(Protocol):
    """Leases events and keeps how their delivery went. Several processes may share one."""

    async def due_appids(self, now: int) -> list[str]:
        """Return the apps with a callback and a due event."""
        ...

    async def lease(self, appid: str, now: int, limit: int) -> list[Pushed]:
        """Return up to ``limit`` due events, the oldest first, that nobody else gets for the next minute.

        An event is not among them while an earlier one of its person waits for a retry or is leased elsewhere.
        """
        ...

    async def settle(self, appid: str, tried: list[Tried], given_back: list[int], now: int) -> None:
        """Keep how the attempts ended, and give back the events with these ids, which were not tried."""
        ...

    async def callback(self, appid: str) -> CallbackConfig | None:
        """Return where the app's events go; None = nowhere."""
        ...
