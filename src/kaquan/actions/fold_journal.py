"""Bring the daily figures up to the journal, some lines at a time and behind the changes themselves.

A transaction adds lines to the figures and moves the account's cursor past them, so that whatever ends it, each line is
counted once. Ids of lines follow the clock, but lines are committed in another order: ``until`` is an id that no
transaction still under way has lines below (:mod:`kaquan.store.settled`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from kaquan.actions.count_acts import count_acts, lock_fold
from kaquan.rules.statistics import act_of
from kaquan.rules.validity import DAY, UTC_PLUS_8
from kaquan.store import tables
from kaquan.store.tx import Tx

# Lines of one transaction: SQLite has one writer, and claims wait for it that long.
LINES = 500


class Due(NamedTuple):
    """An app whose figures are behind.

    Args:
        appid: its id.
        offset: the seconds its clock is ahead.
        is_over: whether a day has ended.
    """

    appid: str
    offset: int
    is_over: bool


def due_apps(tx: Tx, until: int, now: int) -> list[Due]:
    """Return the apps whose figures are behind, without locks.

    Args:
        until: lines of the journal up to this id are to be counted.
        now: the wall clock up to which days are over, UTC seconds.
    """
    app, fold, journal = tables.app.c, tables.stat_fold.c, tables.journal.c
    folded = sa.func.coalesce(fold.folded, 0)
    closed = sa.func.coalesce(fold.closed, (app.create_time + UTC_PLUS_8) // DAY)
    lines = sa.exists().where((journal.appid == app.appid) & (journal.id > folded) & (journal.id <= until))
    over = closed * DAY <= app.clock_offset + (now + UTC_PLUS_8 - DAY)
    every = sa.select(app.appid, app.clock_offset, over)
    behind = every.outerjoin_from(tables.app, tables.stat_fold, app.appid == fold.appid).where(over | lines)
    return [Due(appid, offset, bool(is_over)) for appid, offset, is_over in tx.all(behind)]


def fold_journal(tx: Tx, appid: str, until: int, most: int = LINES) -> int:
    """Count the next lines of an account's journal up to an id, and return how many there were.

    None are counted while another process changes the account's figures.
    """
    fold = lock_fold(tx, appid, waits=False)
    rows = tx.all(lines_ahead(appid, fold.folded, until).limit(most)) if fold else []
    if rows:
        acts = (act_of(*row[1:]) for row in rows)
        count_acts(tx, appid, [act for act in acts if act is not None])
        tx.run(sa.update(tables.stat_fold).where(tables.stat_fold.c.appid == appid).values(folded=rows[-1].id))
    return len(rows)


def lines_ahead(appid: str, folded: int, until: int) -> sa.Select[Any]:
    """Return the query for the lines behind one id, up to another, in their order."""
    journal = tables.journal.c
    columns = (journal.id, journal.kind, journal.create_time, journal.openid, journal.card_id, journal.fields)
    ahead = (journal.appid == appid) & (journal.id > folded) & (journal.id <= until)
    return sa.select(*columns).where(ahead).order_by(journal.id)
