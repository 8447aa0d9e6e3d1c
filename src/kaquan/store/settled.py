"""Up to which time everything that was written is there to be read, for who follows a table by the ids in it.

Ids follow the clock of the process that draws them, but a line is seen when its transaction commits: one of a later id
may be there first. Whoever goes on from the last id it has seen has to stay behind all that may still come.
"""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.store.tx import Tx

BEHIND = 5
"""Seconds that are always left out: by so much clocks may differ, and so long may a transaction have ids in hand before
it has locked or written anything."""
# Whoever has locked or written a row has an xid until the end of the transaction.
OLDEST = sa.text(
    "SELECT floor(extract(epoch FROM min(xact_start))) FROM pg_stat_activity "
    "WHERE datname = current_database() AND backend_xid IS NOT NULL"
)


def settled_until(tx: Tx, now: int) -> int:
    """Return the UTC second before which no transaction can write any more.

    SQLite has one writer at a time, who draws its ids when its turn has come. PostgreSQL is asked since when the oldest
    writing transaction of this database has been under way: one that hangs holds the answer back for as long.

    Args:
        now: the wall clock, UTC seconds.
    """
    oldest = tx.one(OLDEST) if tx.dialect == "postgresql" else None
    since = now if oldest is None or oldest[0] is None else min(now, int(oldest[0]))
    return since - BEHIND
