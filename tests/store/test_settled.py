"""Who follows the journal by its ids does not run past a line that is committed late."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from kaquan.actions.fold_journal import fold_journal
from kaquan.rules.statistics import EVERY, day_of
from kaquan.sources import Ids, last_id_before, wall_clock
from kaquan.store import tables
from kaquan.store.schema import open_engine
from kaquan.store.settled import BEHIND, settled_until
from kaquan.store.tx import Tx
from support.database import Database
from support.figures import stored
from support.shop import APPID, CARD, furnish

# As if so much time had passed since.
LATER = 3600


@pytest.fixture
def engine(database: Database) -> Iterator[sa.Engine]:
    """Connections to a database with one shop."""
    database.transact(lambda tx: furnish(tx, {}))
    made = open_engine(database.settings)
    yield made
    made.dispose()


@pytest.fixture
def on_postgres(postgres_database: Database) -> Iterator[sa.Engine]:
    """The same on PostgreSQL."""
    postgres_database.transact(lambda tx: furnish(tx, {}))
    made = open_engine(postgres_database.settings)
    yield made
    made.dispose()


def claim(connection: sa.Connection, id_: int) -> None:
    """Write that somebody claimed."""
    line = {"appid": APPID, "id": id_, "kind": "claim", "event": "", "create_time": wall_clock(), "openid": f"p{id_}"}
    connection.execute(sa.insert(tables.journal).values(**line, card_id=CARD, code="", fields="{}"))


def claims(engine: sa.Engine) -> int:
    """Return how many claims were counted."""
    with engine.begin() as connection:
        figures = stored(Tx(connection), APPID).get((day_of(wall_clock()), EVERY), {})
        return figures.get("receive_cnt", 0)


def follow(engine: sa.Engine) -> None:
    """Count what is settled, an hour later by the clock."""
    with engine.begin() as connection:
        until = last_id_before(settled_until(Tx(connection), wall_clock() + LATER))
    with engine.begin() as connection:
        fold_journal(Tx(connection), APPID, until)


def test_what_was_written_a_while_ago_is_settled(engine: sa.Engine) -> None:
    new_id, now = Ids(), wall_clock()
    with engine.begin() as connection:
        claim(connection, new_id())
        assert settled_until(Tx(connection), now) <= now - BEHIND
    assert last_id_before(now) < new_id() <= last_id_before(now + 2)
    follow(engine)
    assert claims(engine) == 1


def test_a_transaction_that_hangs_is_waited_for(on_postgres: sa.Engine) -> None:
    engine, slow, fast = on_postgres, Ids(), Ids()
    with engine.connect() as hanging:
        claim(hanging, slow())
        with engine.begin() as connection:
            claim(connection, fast())
        time.sleep(0.01)
        follow(engine)
        assert claims(engine) == 0
        hanging.commit()
    follow(engine)
    assert claims(engine) == 2


def test_a_transaction_that_only_reads_is_not_waited_for(on_postgres: sa.Engine) -> None:
    engine, new_id = on_postgres, Ids()
    with engine.connect() as reading:
        reading.execute(sa.select(tables.app.c.name).where(tables.app.c.appid == APPID))
        with engine.begin() as connection:
            claim(connection, new_id())
        follow(engine)
        assert claims(engine) == 1


def test_of_several_who_count_at_once_one_counts_each_line(on_postgres: sa.Engine) -> None:
    new_id, lines = Ids(), 150
    with on_postgres.begin() as connection:
        for _ in range(lines):
            claim(connection, new_id())

    def count(_: int) -> None:
        while claims(on_postgres) < lines:
            with on_postgres.begin() as connection:
                fold_journal(Tx(connection), APPID, 2**63 - 1, 10)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(count, range(3)))
    assert claims(on_postgres) == lines
