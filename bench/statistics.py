"""``python -m bench.statistics``: what daily figures cost over millions of codes, and how fast journals are folded."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from rich.console import Console

from bench.place import place
from bench.shop import CARD
from kaquan.actions.close_days import SLICE, close_days
from kaquan.actions.fold_journal import LINES, fold_journal
from kaquan.rules.statistics import COLUMNS, date_of, day_of
from kaquan.sources import wall_clock
from kaquan.store.schema import open_engine, open_store
from kaquan.store.tx import Tx
from support.api import Api
from support.database import Database
from support.run import run
from support.server import Server
from support.worker import worker

DAYS, CARDS, CHANNELS, STORES = 60, 200, 30, 20
PORTION = 500_000
TURNS = 20
HOUR = 3600.0
ANY_ID = 2**63 - 1
console = Console(width=None if sys.stdout.isatty() else 200)

NUMBERED = "CREATE TEMPORARY TABLE numbered (place bigint PRIMARY KEY, card_id text NOT NULL)"
NUMBER = "INSERT INTO numbered SELECT row_number() OVER (ORDER BY card_id) - 1, card_id FROM card WHERE appid = :appid"
# Each card is claimed by people in turn, five codes each; a third is redeemed the day after.
CODES = """
INSERT INTO code (appid, code, scope, card_id, openid, status, origin, begin_time, end_time,
    claim_time, event_time, status_time, outer_str, reason)
SELECT :appid, CAST(100000000000 + (i * 7654321987) % 900000000000 AS text), '', n.card_id,
    'oBench' || lpad(CAST(i % :people AS text), 22, '0'), CASE i % 3 WHEN 0 THEN 'CONSUMED' ELSE 'NORMAL' END, 'claim',
    at.day * 86400 - 28800, (at.day + 30) * 86400 - 28801, at.day * 86400, at.day * 86400, (at.day + 1) * 86400,
    'channel ' || (i % :channels), ''
FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS i
JOIN numbered n ON n.place = i % :cards CROSS JOIN LATERAL (SELECT :today - 1 - i / :cards % :days AS day) AS at
"""
DAY = "claim_time / 86400"
SHAPES = {"card_id": "card_id, ", "'api'": "", "''": ""}
FIGURES = """
INSERT INTO stat_day (appid, day, cards, {columns})
SELECT :appid, {day}, {cards}, 5 * count(*), count(*), count(*), count(DISTINCT openid),
    count(CASE status WHEN 'CONSUMED' THEN 1 END), count(DISTINCT CASE status WHEN 'CONSUMED' THEN openid END),
    count(*) / 50, count(*) / 50, count(*) / 20, count(*) / 20
FROM code WHERE appid = :appid GROUP BY {by}{day}
"""
NAMED = """
INSERT INTO stat_named (appid, day, cards, what, name, receive_cnt, verify_cnt)
SELECT :appid, d.day, d.cards, :what, :what || ' ' || n, d.receive_cnt / :names, d.verify_cnt / :names
FROM stat_day d CROSS JOIN generate_series(1, :names) AS n WHERE d.appid = :appid
"""
FOLD = """
INSERT INTO stat_fold (appid, folded, closed, closing, scan_code, scan_scope)
VALUES (:appid, :folded, :closed, 0, '', '')
ON CONFLICT (appid) DO UPDATE SET folded = excluded.folded, closed = excluded.closed
"""
# Lines of a journal, as so many claims by a tenth of as many people leave them.
JOURNAL = r"""
INSERT INTO journal (appid, id, kind, event, create_time, openid, card_id, code, fields)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :lines)
SELECT :appid, n.i, 'claim', 'user_get_card', :now, 'oBench' || CAST(n.i * 7919 % (:lines / 10) AS text), :card_id,
    CAST(n.i AS text), '{"CardId"\:"' || :card_id || '","IsGiveByFriend"\:0,"UserCardCode"\:"123456789012",' ||
    '"FriendUserName"\:"","OuterId"\:0,"OuterStr"\:"channel ' || (n.i % 30) || '"}'
FROM n
"""


def main(
    codes: Annotated[int, typer.Option(help="codes in the database whose figures are read")] = 1_000_000,
    lines: Annotated[int, typer.Option(help="lines of the journals that are folded")] = 100_000,
) -> None:
    """Measure folding on both kinds of database, then the page and the calls on PostgreSQL."""
    for dialect in ("sqlite", "postgresql"):
        with place(dialect) as here:
            fold(here.databases.create(), lines)
    with place("postgresql") as here:
        measure(here.databases.create(), codes)


@dataclass
class Steps:
    """How long each of several transactions took.

    Args:
        database: where.
    """

    database: Database
    took: list[float] = field(default_factory=list)

    def repeat(self, step: Callable[[Tx], Any]) -> float:
        """Take a step, a transaction each, as long as there is another, and return how long it took in all."""
        return run(self._repeat(step), HOUR)

    async def _repeat(self, step: Callable[[Tx], Any]) -> float:
        store: Any = open_store(self.database.settings)
        await store.open()
        begun, more = time.perf_counter(), True
        while more:
            started = time.perf_counter()
            more = bool(await store.write(step))
            self.took.append(time.perf_counter() - started)
        seconds = time.perf_counter() - begun
        await store.close()
        return seconds

    @property
    def median(self) -> float:
        """Return the median in milliseconds."""
        return statistics.median(self.took) * 1e3


def fold(database: Database, lines: int) -> None:
    """Fold a journal."""
    with Server(database) as server:
        api = server.new_app()
        card_id = api.create_card(CARD)
    write(database, JOURNAL, appid=api.appid, lines=lines, card_id=card_id, now=wall_clock())
    steps = Steps(database)
    seconds = steps.repeat(lambda tx: fold_journal(tx, api.appid, ANY_ID) == LINES)
    say(f"{database.dialect} fold: {lines / seconds:,.0f} lines a second, {steps.median:.1f} ms for {LINES} lines")


def measure(database: Database, codes: int) -> None:
    """Fill a database, then read its figures and end a day."""
    with Server(database) as server:
        api = server.new_app()
        for _ in range(CARDS):
            api.create_card(CARD)
        fill(database, api.appid, codes)
        today = day_of(wall_clock())
        with timed(f"{codes:,} codes"):
            read(server, api, today)
    steps = Steps(database)
    write(database, "UPDATE stat_fold SET closed = closed - 1 WHERE appid = :appid", appid=api.appid)
    seconds = steps.repeat(lambda tx: close_days(tx, api.appid, ANY_ID, wall_clock()))
    say(f"end of a day: {seconds:.0f} s over {codes:,} codes, {steps.median:.1f} ms for {SLICE}")


def read(server: Server, api: Api, today: int) -> None:
    """Ask for the page and make both calls, again and again."""
    one, days = worker(server, api), {"begin_date": date_of(today - 62), "end_date": date_of(today - 1)}
    page = f"/console/{api.appid}/statistics?days="
    card_id = api.post("/card/batchget", {"offset": 0, "count": 1})["card_id_list"][0]
    body = {**days, "cond_source": 1}
    lines: dict[str, Callable[[], Any]] = {
        "page, 7 days": lambda: one.get(f"{page}7&compare=1"),
        "page, 30 days": lambda: one.get(f"{page}30&compare=1"),
        "page, 30 days of a card": lambda: one.get(f"{page}30&compare=1&cards={card_id}"),
        "days.csv": lambda: one.get(f"/console/{api.appid}/statistics/days.csv?days=30"),
        "getcardbizuininfo, 62 days": lambda: answered(api, "getcardbizuininfo", body),
        "getcardcardinfo, a card": lambda: answered(api, "getcardcardinfo", {**body, "card_id": card_id}),
        "getcardcardinfo, all cards": lambda: answered(api, "getcardcardinfo", body),
    }
    for name, ask in lines.items():
        first = ask()
        assert first in {200, DAYS, DAYS * CARDS}, (name, first)
        times = [once(ask) for _ in range(TURNS)]
        say(f"{name}: {statistics.median(times):.0f} ms, at most {max(times):.0f} ms")


def answered(api: Api, name: str, body: dict[str, Any]) -> int:
    """Return how many rows a call is answered with."""
    path = f"/datacube/{name}?access_token={api.token}"
    return api.http.send("POST", path, json.dumps(body).encode())[1].count(b'"ref_date"')


def once(ask: Callable[[], Any]) -> float:
    """Return how many milliseconds a question takes."""
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1e3


def fill(database: Database, appid: str, codes: int) -> None:
    """Write codes of each card over the days, and the figures that their claims have."""
    facts: dict[str, Any] = {"appid": appid, "people": max(codes // 5, 1), "cards": CARDS, "days": DAYS}
    facts |= {"channels": CHANNELS, "today": day_of(wall_clock())}
    engine = open_engine(database.settings)
    with timed(f"{codes:,} codes written"), engine.connect() as connection:
        for text in (NUMBERED, NUMBER):
            execute(connection, text, facts)
        for first in range(0, codes, PORTION):
            execute(connection, CODES, {**facts, "first": first, "last": min(first + PORTION, codes) - 1})
    engine.dispose()
    with timed("figures written"):
        for cards, by in SHAPES.items():
            write(database, FIGURES.format(columns=", ".join(COLUMNS), cards=cards, day=DAY, by=by), appid=appid)
        for what, names in (("channel", CHANNELS), ("store", STORES)):
            write(database, NAMED, appid=appid, what=what, names=names)
        write(database, FOLD, appid=appid, folded=ANY_ID, closed=facts["today"])
    write(database, "ANALYZE")


def write(database: Database, text: str, **facts: Any) -> None:
    """Run a statement in a transaction of its own."""
    engine = open_engine(database.settings)
    with engine.connect() as connection:
        execute(connection, text, facts)
    engine.dispose()


def execute(connection: sa.Connection, text: str, facts: dict[str, Any]) -> None:
    """Run a statement with what it needs of these facts, and commit."""
    statement = sa.text(text)
    wanted = {name: facts[name] for name in statement.compile().params}
    connection.execute(statement, wanted)
    connection.commit()


@contextmanager
def timed(what: str) -> Any:
    """Say how long something took."""
    started = time.perf_counter()
    yield
    say(f"{what}: {time.perf_counter() - started:.0f} s")


def say(text: str) -> None:
    """Print a line."""
    console.print(text, highlight=False)


if __name__ == "__main__":
    typer.run(main)
