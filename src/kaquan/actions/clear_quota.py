"""Look at an app's quotas and clear them (spec: distribution.md 10.3)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.record import Record
from kaquan.errors import Errcode
from kaquan.rules.quota import CLEARS_A_MONTH, month
from kaquan.store import tables
from kaquan.store.quota import Ask, lease_units
from kaquan.store.tx import Tx

# The clearings of a month are counted as calls of no path are.
CLEARINGS, NO_PATH = "clear", ""


def clear_quota(tx: Tx, appid: str, now: int, record: Record) -> None:
    """Begin every count of an app anew.

    Args:
        now: the app's time, UTC seconds.

    Raises:
        Refusal: 48006 past ten a month of UTC+8.
    """
    first, following = month(now)
    (grant,) = lease_units(tx, appid, NO_PATH, [Ask(CLEARINGS, first, CLEARS_A_MONTH)])
    if not grant.units:
        facts = {"used": grant.used, "allowed": CLEARS_A_MONTH, "resets": following}
        raise Errcode.QUOTA_CLEARS("used_up", appid=appid, **facts)
    table = tables.quota_use.c
    counts = (table.appid == appid) & (table.kind != CLEARINGS)
    # In the order in which leases lock them, so that neither waits for the other.
    tx.all(sa.select(table.used).where(counts).order_by(table.path, table.kind, table.start).with_for_update())
    tx.run(sa.delete(tables.quota_use).where(counts))
    record.change("clear_quota", {"used": grant.used}, now, "")
    record.save(tx, appid)
