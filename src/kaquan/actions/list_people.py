"""Who the account knows (spec: endpoints.csv, area user)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.errors import Errcode
from kaquan.rules.text import mask_openid
from kaquan.store import tables
from kaquan.store.tx import Tx

PAGE = 10_000


def load_people(tx: Tx, appid: str, openids: list[str]) -> list[Any]:
    """Return the row of each person, in this order.

    Raises:
        Refusal: 40003, the account does not know one of them.
    """
    table = tables.person.c
    rows = tx.all(sa.select(tables.person).where((table.appid == appid) & table.openid.in_(set(openids))))
    known = {row.openid: row for row in rows}
    stranger = next((openid for openid in openids if openid not in known), None)
    if stranger is not None:
        raise Errcode.INVALID_OPENID("stranger", openid=mask_openid(stranger))
    return [known[openid] for openid in openids]


def list_people(tx: Tx, appid: str, after: str) -> tuple[list[str], int]:
    """Return the openids behind ``after``, at most 10,000, in their order, and how many people there are."""
    table = tables.person.c
    page = sa.select(table.openid).where((table.appid == appid) & (table.openid > after)).order_by(table.openid)
    total = tx.one(sa.select(sa.func.count()).select_from(tables.person).where(table.appid == appid))
    return [row.openid for row in tx.all(page.limit(PAGE))], total[0] if total else 0
