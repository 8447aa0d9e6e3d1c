"""A few tickets are remembered after their time, and no more."""

from __future__ import annotations

from kaquan.actions.issue_credential import KEPT_TICKETS, LIFE, stable_token, ticket
from kaquan.store.apps import load_credentials
from support.database import Database
from support.shop import APPID, furnish

NOW = 1_700_000_000


def test_the_last_tickets_of_a_kind_are_remembered(database: Database) -> None:
    database.transact(lambda tx: furnish(tx, {}))
    for number in range(KEPT_TICKETS + 3):
        now = NOW + number * (LIFE + 1)
        for kind in ("wx_card", "jsapi"):
            database.transact(lambda tx, kind=kind, now=now: ticket(tx, APPID, kind, now))  # type: ignore[misc]
        database.transact(lambda tx, now=now: stable_token(tx, APPID, now, force=False))  # type: ignore[misc]
    kept = database.transact(lambda tx: load_credentials(tx, APPID))
    serials = {kind: sorted(one.serial for one in kept if one.kind == kind) for kind in ("wx_card", "jsapi", "stable")}
    last = list(range(4, KEPT_TICKETS + 4))
    assert serials == {"wx_card": last, "jsapi": last, "stable": last[-1:]}
