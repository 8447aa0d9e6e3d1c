"""The usual way to claim, started beside ours and loaded by the same generator."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import sqlalchemy as sa

from bench.generator import Generator, Job, Load, post
from bench.machine import Meter, owner_of_port

STOCK = 100_000_000
GET_LIMIT = 1000
START_SECONDS = 30.0
CARD = "hot"


class Peer:
    """FastAPI + ORM + FOR UPDATE over one database.

    Args:
        url: ``sqlite:///PATH`` or ``postgresql://...``; an empty database.
        generator: sends the load.
        people: openids that claim in turn.
        roots: further processes to measure.
    """

    def __init__(self, url: str, generator: Generator, people: list[str], roots: dict[str, int]) -> None:
        self._url = url
        self._generator = generator
        self._acknowledged = 0
        command = [sys.executable, "-m", "bench.peers.fastapi_orm", url, CARD, str(STOCK), str(GET_LIMIT)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
        assert self._process.stdout is not None
        self._port = int(json.loads(self._process.stdout.readline())["port"])
        self._wait()
        self._meter = Meter({"server": self._process.pid, **roots})
        bodies = (json.dumps({"card_id": CARD, "openid": openid}).encode() for openid in people)
        generator.feed("peer", [post("/claim", body) for body in bodies], repeat=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while owner_of_port(self._port) != self._process.pid:
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("the peer does not listen")
            time.sleep(0.05)

    def claims(self, connections: int, warm: float, seconds: float) -> Load:
        """Claim for so long."""
        job = Job(self._port, "peer", connections, warm, seconds, b'{"errcode":0,')
        load = self._generator.run(job, self._meter)
        if load.refused:
            raise RuntimeError(f"peer: {load.refused[0].decode()}")
        self._acknowledged += load.good
        return load

    def check(self) -> dict[str, bool]:
        """Return the invariants of its tables."""
        address = sa.make_url(self._url)
        if address.get_backend_name() == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        engine = sa.create_engine(address)
        counts = "SELECT (SELECT count(*) FROM peer_code), (SELECT count(*) FROM peer_event), quantity FROM peer_card"
        with engine.connect() as connection:
            codes, events, quantity = connection.execute(sa.text(counts)).one()
        engine.dispose()
        return {
            "peer: codes = acknowledged = events = stock taken": codes
            == events
            == STOCK - quantity
            == self._acknowledged
        }

    def stop(self) -> None:
        """Stop the server."""
        self._process.terminate()
        self._process.wait(START_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()
