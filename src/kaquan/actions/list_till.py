"""What a till needs to know: the stores it may stand in, how often a card was used, what was redeemed at it today."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.actions.keep_audit import Entry
from kaquan.actions.list_card_stores import ShownStore
from kaquan.rules.code import CONSUMED, Code
from kaquan.rules.ids import first_id
from kaquan.rules.store import APPROVED
from kaquan.store import tables
from kaquan.store.tx import Tx

MOST_STORES = 200
MOST_TODAY = 200
REDEEMED = "till.consume"
_stores = msgspec.json.Decoder(ShownStore)


def till_stores(tx: Tx, appid: str) -> dict[int, str]:
    """Return poi_id -> name of the account's approved stores, the oldest first."""
    table = tables.poi.c
    wanted = (table.appid == appid) & (table.status == APPROVED)
    query = sa.select(table.poi_id, table.content).where(wanted).order_by(table.create_time, table.poi_id)
    return {row.poi_id: _stores.decode(row.content).name for row in tx.all(query.limit(MOST_STORES))}


def count_consumed(tx: Tx, appid: str, code: Code) -> int:
    """Return how many codes of the same card the holder of a code has used."""
    table = tables.code.c
    mine = (table.appid == appid) & (table.openid == code.openid) & (table.card_id == code.card_id)
    row = tx.one(sa.select(sa.func.count()).select_from(tables.code).where(mine & (table.status == CONSUMED)))
    return int(row[0]) if row else 0


def redeemed_since(tx: Tx, appid: str, account_id: str, since: int) -> list[Entry]:
    """Return what somebody redeemed at a till since a time, the newest first, at most 200.

    Args:
        since: UTC seconds of the wall clock.
    """
    table = tables.audit.c
    wanted = (table.appid == appid) & (table.account_id == account_id) & (table.id >= first_id(since))
    columns = [table[name] for name in Entry.__struct_fields__]
    query = sa.select(*columns).where(wanted & (table.action == REDEEMED)).order_by(table.id.desc())
    return [Entry(**row._mapping) for row in tx.all(query.limit(MOST_TODAY))]
