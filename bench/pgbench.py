"""PostgreSQL's own load generator with the conventional claim: what the database does without batching."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import psycopg

from support.postgres import ADMIN, Cluster, find_binaries

SCRIPT = Path(__file__).with_name("claim.pgbench.sql")
CLIENTS = 64
STOCK = 100_000_000
# With codes issued before: plans made for an empty table would be a poor rival.
SCHEMA = """
CREATE TABLE bench_card (card_id text PRIMARY KEY, quantity bigint NOT NULL, get_limit bigint NOT NULL);
CREATE TABLE bench_code (code text PRIMARY KEY, card_id text NOT NULL, openid text NOT NULL,
    claim_time bigint NOT NULL);
CREATE INDEX ON bench_code (openid, card_id);
CREATE TABLE bench_event (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, card_id text NOT NULL,
    openid text NOT NULL, code text NOT NULL, create_time bigint NOT NULL);
INSERT INTO bench_card VALUES ('hot', 100000000, 1000);
INSERT INTO bench_code SELECT 'before' || i, 'hot', 'o' || i % 100000, 0 FROM generate_series(1, 100000) AS i;
ANALYZE bench_card, bench_code, bench_event;
"""
COUNTS = (
    "SELECT (SELECT count(*) FROM bench_code WHERE claim_time > 0), (SELECT count(*) FROM bench_event), quantity "
    "FROM bench_card"
)


class Pgbench:
    """Conventional claims on tables of their own.

    Args:
        cluster: the running server.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._folder = cluster.folder
        self._database = cluster.create()
        self._url = cluster.url(self._database)
        self._reported = 0
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(SCHEMA.encode())

    def claims(self, seconds: float) -> float:
        """Claim for so long (whole seconds, at least one) with 64 clients on one card; return claims per second."""
        options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(max(1, round(seconds)))]
        where = ["-h", str(self._folder), "-U", ADMIN, self._database]
        # Where only some programs are linked into a folder of the PATH, pgbench is beside what the links lead to.
        program = str((find_binaries() / "initdb").resolve().with_name("pgbench"))
        command = [program, *options, "-f", str(SCRIPT), *where]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - arguments of our own
        if done.returncode:
            raise RuntimeError(done.stderr)
        self._reported += int(_number(r"actually processed: (\d+)", done.stdout))
        return _number(r"tps = ([\d.]+)", done.stdout)

    def check(self) -> dict[str, bool]:
        """Return the invariants of its tables."""
        with psycopg.connect(self._url) as connection:
            row = connection.execute(COUNTS).fetchone()
        assert row is not None
        codes, events, quantity = row
        return {
            "pgbench: codes = transactions = events = stock taken": codes
            == events
            == STOCK - quantity
            == self._reported
        }


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(text)
    return float(found.group(1))
