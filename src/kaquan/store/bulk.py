"""Many rows at once, outside the hot path: SQL of one database where the other has no like of it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kaquan.store.tx import Tx

POOL_POSTGRESQL = """
INSERT INTO pool (appid, card_id, code, pick, taken)
SELECT a.appid, %(card_id)s, r.code, r.pick, false
FROM app a, unnest(%(codes)s::text[], %(picks)s::bigint[]) AS r(code, pick)
WHERE a.appid = %(appid)s ON CONFLICT DO NOTHING
"""
POOL_SQLITE = "INSERT INTO pool (appid, card_id, code, pick, taken) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING"

ANALYZE_POOL = sa.text("ANALYZE pool")


def analyze_pool(tx: Tx) -> None:
    """Renew PostgreSQL's statistics of the pool; SQLite needs none."""
    if tx.dialect == "postgresql":
        tx.run(ANALYZE_POOL)


def insert_pool(tx: Tx, appid: str, card_id: str, codes: Sequence[str], picks: Sequence[int]) -> int:
    """Put codes into a card's pool unless they were there before, and return how many are new.

    Args:
        codes: each may be new, known, or twice in here.
        picks: a random number for each.
    """
    if tx.dialect == "postgresql":
        columns = {"appid": appid, "card_id": card_id, "codes": list(codes), "picks": list(picks)}
        return tx.drive(POOL_POSTGRESQL, columns)
    return tx.drive(POOL_SQLITE, [(appid, card_id, *pair) for pair in zip(codes, picks, strict=True)])
