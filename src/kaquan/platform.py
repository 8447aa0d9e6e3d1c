"""The parts a server process is made of, put together once (see app.py)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import msgspec

from kaquan.actions.claim_card import Claimed
from kaquan.actions.consume_code import Consume
from kaquan.actions.count_views import Views
from kaquan.actions.find_code import Find
from kaquan.actions.keep_call import FailedCall
from kaquan.actions.keep_choices import Choices
from kaquan.actions.record import Record
from kaquan.errors import Refusal
from kaquan.keys import Keys
from kaquan.rules.claim import Claim
from kaquan.rules.code import Code
from kaquan.rules.throttle import CLAIM_ADDRESS, CLAIM_PERSON, FRAME_WORKER, Buckets
from kaquan.settings import Settings
from kaquan.sources import Ids
from kaquan.store.apps import App, AppCache
from kaquan.store.batch import Batcher
from kaquan.store.quota import Quotas
from kaquan.tally import Tally
from kaquan.tokens import Tokens


class Hot(msgspec.Struct):
    """The batched commands."""

    claims: Batcher[Claim, Claimed]
    consumes: Batcher[Consume, Code]
    finds: Batcher[Find, Code]
    calls: Batcher[FailedCall, None]
    foresights: Batcher[Claim, Refusal | None]

    def waiting(self) -> int:
        """Return how many claims, consumptions and look-ups are queued."""
        return self.claims.waiting + self.consumes.waiting + self.finds.waiting

    def answered(self) -> int:
        """Return how many claims, consumptions and look-ups were answered so far."""
        return self.claims.answered + self.consumes.answered + self.finds.answered

    def batchers(self) -> tuple[Batcher[Any, Any], ...]:
        """Return all of them."""
        return self.claims, self.consumes, self.finds, self.foresights, self.calls

    async def drain(self) -> None:
        """Wait until every queued command has been answered."""
        for batcher in self.batchers():
            await batcher.drain()


class Bell:
    """Wakes a task that would otherwise look for work now and then."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Say that there is work."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Wait until there is work, or so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)
        self._rung.clear()


class Platform(msgspec.Struct):
    """What handlers work with."""

    settings: Settings
    keys: Keys
    store: Any
    apps: AppCache
    tokens: Tokens
    hot: Hot
    ids: Ids
    quotas: Quotas
    choices: Choices
    delivery: Any = None
    watch: Any = None
    tally: Tally = msgspec.field(default_factory=Tally)
    code_files: Bell = msgspec.field(default_factory=Bell)
    claims_by_address: Buckets = msgspec.field(default_factory=lambda: Buckets(CLAIM_ADDRESS))
    claims_by_person: Buckets = msgspec.field(default_factory=lambda: Buckets(CLAIM_PERSON))
    views: Views = msgspec.field(default_factory=Views)
    frames_by_worker: Buckets = msgspec.field(default_factory=lambda: Buckets(FRAME_WORKER))

    def record(self) -> Record:
        """Return an empty journal for one ordinary action."""
        return Record(self.ids)

    def wake(self, app: App) -> None:
        """Tell the delivery that the app may have events, if they are pushed anywhere."""
        if app.callback:
            self.delivery.wake()
