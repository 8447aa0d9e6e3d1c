"""Tell beforehand what a claim would be refused for: read as a claim reads it, without locks, and nothing written."""

from __future__ import annotations

from kaquan.actions.claim_card import Batch
from kaquan.errors import Refusal
from kaquan.rules.claim import Claim, foresee
from kaquan.store import statements as sql
from kaquan.store.hot import Flow, Plan, Query

UNLOCKED = {sql.LOCK_STOCK: sql.STOCK, sql.LOCK_QR: sql.QR}


def foresee_claims(appid: str, claims: list[Claim]) -> Flow[Refusal | None]:
    """Return per claim why it would be refused at this moment, None when it would be made.

    Args:
        appid: the app all the claims belong to.
        claims: an openid is empty as long as nobody is signed in; each is decided as if it were the only one.
    """
    batch = Batch(appid, claims, str, int, int)
    queries = batch.queries()
    rows = yield [unlocked(one) for one in queries.values()]
    batch.load(dict(zip(queries, rows, strict=True)))
    if late := batch.late_queries():
        rows = yield list(late.values())
        batch.load_late(dict(zip(late, rows, strict=True)))
    return Plan([foresee(one, batch.seen(one)) for one in claims])


def unlocked(query: Query) -> Query:
    """Return a query without its lock."""
    return Query(UNLOCKED.get(query.statement, query.statement), query.params)
