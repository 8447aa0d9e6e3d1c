"""Everything that is compared on one kind of database, alternating, in one run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from bench.generator import Generator, Load
from bench.machine import Meter
from bench.peer import Peer
from bench.pgbench import Pgbench
from bench.place import place
from bench.sample import Sample, sample
from bench.shop import Shop
from bench.sink import Sink

CLAIMS = "claims, 64 connections"
CLAIMS_ONE = "claims, 1 connection"
CLAIMS_MANY = "claims, 256 connections"
CLAIMS_EMPTY = "claims from an empty install, 64"
CLAIMS_CALLBACK = "claims with a callback set, 64"
CONSUMES = "consumptions, 64"
GETS = "look-ups (/card/code/get), 64"
CHEAPEST = "cheapest endpoint (/healthz), 64"
PGBENCH = "pgbench, conventional claim, 64"
PEER = "FastAPI + ORM claim, 64"
DELIVERIES = "events delivered meanwhile"

Line = Callable[[], Sample]


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Args:
        rounds: how often each line has its turn.
        seconds: that one turn is counted.
        warm: seconds before counting begins.
        filled: codes claimed before.
        people: who claim in turn where codes were claimed before.
        newcomers: who claim in turn from an empty install.
    """

    rounds: int = 5
    seconds: float = 2.0
    warm: float = 0.3
    filled: int = 200_000
    people: int = 200_000
    newcomers: int = 20_000


class Stage:
    """The contestants on one kind of database.

    Args:
        dialect: ``sqlite`` or ``postgresql``.
        plan: how much is measured.
        generator: sends the load.
    """

    def __init__(self, dialect: str, plan: Plan, generator: Generator) -> None:
        self._plan = plan
        self._generator = generator
        self._fresh = 0
        self._open = ExitStack()
        self.checks: dict[str, bool] = {}
        try:
            self._build(dialect)
        except BaseException:
            self._open.close()
            raise

    def _build(self, dialect: str) -> None:
        self._place = self._open.enter_context(place(dialect))
        self._shop = self._start_shop("shop", self._plan.people)
        self._shop.fill(self._plan.filled)
        self._pgbench = Pgbench(self._place.cluster) if self._place.cluster else None
        self._peer = Peer(self._place.bare_url(), self._generator, self._shop.people, self._place.roots)
        self._open.callback(self._peer.stop)

    def _start_shop(self, name: str, people: int) -> Shop:
        shop = Shop(name, self._place.databases.create(), self._generator, people, self._place.roots)
        self._open.callback(shop.stop)
        return shop

    def lines(self) -> dict[str, Line]:
        """Return what takes turns, in its order."""
        shop = self._shop
        lines: dict[str, Line] = {
            CHEAPEST: self._after_rest(self._loaded(shop.cheapest, 64)),
            PEER: self._loaded(self._peer.claims, 64),
        }
        if self._pgbench:
            lines[PGBENCH] = partial(self._conventional, self._pgbench)
        # Behind those that they are compared with, which would share the processors with the figures of the claims.
        lines |= {
            CLAIMS: self._loaded(shop.claims, 64),
            CLAIMS_EMPTY: self._from_empty,
            CONSUMES: self._loaded(shop.consumes, 64),
            GETS: self._loaded(shop.gets, 64),
            CLAIMS_ONE: self._loaded(shop.claims, 1),
            CLAIMS_MANY: self._loaded(shop.claims, 256),
        }
        return lines

    def _after_rest(self, line: Line) -> Line:
        def rested() -> Sample:
            self._shop.settle()
            return line()

        return rested

    def _loaded(self, run: Callable[[int, float, float], Load], connections: int) -> Line:
        return lambda: sample(run(connections, self._plan.warm, self._plan.seconds))

    def _conventional(self, pgbench: Pgbench) -> Sample:
        meter = Meter(self._place.roots)
        meter.start()
        rate = pgbench.claims(self._plan.seconds)
        spent = meter.stop()
        return Sample(rate, cores={name: spent[name] / spent["wall"] for name in ("database", "others")})

    def _from_empty(self) -> Sample:
        """Claim from a fresh install on, which is when planners know nothing; no warming up."""
        self._fresh += 1
        shop = self._start_shop(f"fresh {self._fresh}", self._plan.newcomers)
        found = sample(shop.claims(64, 0.0, self._plan.seconds))
        self._note(shop.check(), "from empty: ")
        shop.stop()
        return found

    def with_callback(self, sink: Sink) -> tuple[Sample, Sample]:
        """Return claims, and events delivered meanwhile, of a merchant who is told of them."""
        shop = self._start_shop("callback", self._plan.newcomers)
        shop.fill(self._plan.filled)
        shop.set_callback(sink.port)
        before = sink.taken
        load = shop.claims(64, self._plan.warm, 2 * self._plan.seconds)
        delivered = (sink.taken - before) / load.cpu["wall"]
        self._note(shop.check(), "with a callback: ")
        shop.stop()
        return sample(load), Sample(delivered)

    def finish(self) -> None:
        """Check what the runs left behind."""
        self._note(self._shop.check(), "")
        self._note(self._peer.check(), "")
        if self._pgbench:
            self._note(self._pgbench.check(), "")

    def _note(self, checks: dict[str, bool], prefix: str) -> None:
        for name, holds in checks.items():
            self.checks[prefix + name] = holds and self.checks.get(prefix + name, True)

    def close(self) -> None:
        """Stop every process and delete everything."""
        self._open.close()
