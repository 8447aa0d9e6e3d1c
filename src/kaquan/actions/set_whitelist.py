"""Replace the list of people who may claim cards before their approval (spec: cards.md 12)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.tx import Tx


def set_whitelist(tx: Tx, appid: str, openids: list[str], usernames: list[str]) -> tuple[list[str], list[str]]:
    """Make these people the testers, and return the openids and the names that took effect.

    Names are the external ids of the account's people; an unknown name is left out.
    """
    table, person = tables.whitelist, tables.person
    known = sa.select(person.c.external_id, person.c.openid)
    names = tx.all(known.where((person.c.appid == appid) & person.c.external_id.in_(usernames))) if usernames else []
    testers = dict.fromkeys([*openids, *(row.openid for row in names)])
    tx.run(sa.delete(table).where(table.c.appid == appid))
    tx.run(sa.insert(table), [{"appid": appid, "openid": openid} for openid in testers])
    return list(dict.fromkeys(openids)), [row.external_id for row in names]


def list_whitelist(tx: Tx, appid: str) -> list[str]:
    """Return the openids of the testers."""
    table = tables.whitelist.c
    return [row.openid for row in tx.all(sa.select(table.openid).where(table.appid == appid).order_by(table.openid))]
