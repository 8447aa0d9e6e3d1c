"""One run: a server of its own, many requests, and the verdict over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuzz.drive import Answer, drive
from fuzz.judge import (
    broken_invariants,
    fault_of,
    kept_faults,
    life_of_a_coupon,
    log_faults,
    memory,
    rid_of,
)
from fuzz.request import Maker
from fuzz.shop import abroad, open_shop
from kaquan.app import load_endpoints
from support.database import Database
from support.server import Server

# The part of a run after which the server has seen every kind of request, and how far it may grow from there on.
WARM = 0.25
GROWTH_BYTES = 64 << 20
# An account's tokens end when newer ones are given out, which requests do.
RENEWED_EVERY = 1000
MERCHANT = {
    "sandbox": False,
    "card_function": "granted",
    "profile": "lenient",
    "permissions": "balance,bonus,custom_code,custom_url,issue,member_card,pay",
}


@dataclass
class Verdict:
    """What came of a run.

    Args:
        faults: each with how to send its request again.
        errcodes: how often each was answered, by path.
        growth: bytes the server has grown by after it was warm.
    """

    faults: list[str] = field(default_factory=list)
    errcodes: Counter[tuple[str, Any]] = field(default_factory=Counter)
    growth: int = 0


class Run:
    """Sends requests to one server.

    Args:
        server: running, over a database of its own.
        seed: any text.
        folder: where large bodies of failed requests are written.
        tick: called once per answer.
    """

    def __init__(self, server: Server, seed: str, folder: Path, tick: Callable[[], None] = lambda: None) -> None:
        load_endpoints()
        self.verdict = Verdict()
        self._server = server
        self._folder = folder
        self.tick = tick
        self._rids: dict[str, Answer] = {}
        self.shops = [open_shop(server), open_shop(server, **MERCHANT), open_shop(server)]
        abroad(self.shops[0], self.shops[1])
        abroad(self.shops[1], self.shops[0])
        self.maker = Maker(seed, self.shops[:2], self.shops[2])

    def send(self, count: int, only: int | None = None) -> Verdict:
        """Send this many requests, or the one of a number, and judge."""
        numbers = [only] if only is not None else list(range(count))
        warm = int(len(numbers) * WARM)
        self._send(numbers[:warm])
        before = memory(self._server.group)
        self._send(numbers[warm:])
        self.verdict.growth = memory(self._server.group) - before
        self._judge()
        return self.verdict

    def _send(self, numbers: list[int]) -> None:
        for begin in range(0, len(numbers), RENEWED_EVERY):
            for shop in self.shops:
                shop.api.renew()
            part = numbers[begin : begin + RENEWED_EVERY]
            drive(self._server.base_url, self.maker, part, self._seen)

    def _seen(self, answer: Answer) -> None:
        if fault := fault_of(answer):
            self._found(answer, fault)
        elif rid := rid_of(answer):
            self._rids[rid] = answer
        said = answer.body.partition(b'"errcode":')[2].partition(b",")[0].decode("latin-1")
        self.verdict.errcodes[answer.request.path, said] += 1
        self.tick()

    def _found(self, answer: Answer, fault: str) -> None:
        request = answer.request
        line = request.curl(self._server.base_url, self._folder)
        said = answer.body[:300].decode("utf-8", "replace")
        self.verdict.faults.append(f"request {request.number}, {request.path}: {fault}\n  {said}\n  {line}")

    def _judge(self) -> None:
        for answer, fault in kept_faults(self._server.database, self._rids):
            self._found(answer, fault)
        faults = self.verdict.faults
        faults += log_faults(self._server.log)
        faults += self._server.database.transact(lambda tx: list(broken_invariants(tx)))
        if self.verdict.growth > GROWTH_BYTES:
            faults.append(
                f"the server grew by {self.verdict.growth >> 20} MB, at most {GROWTH_BYTES >> 20} are allowed"
            )
        life_of_a_coupon(self._server)


@contextmanager
def running(database: Database) -> Iterator[Server]:
    """Run a server over a database."""
    with Server(database, KAQUAN_ALLOW_PRIVATE_CALLBACKS="true") as server:
        yield server
