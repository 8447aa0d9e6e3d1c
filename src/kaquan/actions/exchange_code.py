"""Exchange an OAuth code for a grant, once (spec: auth_and_signatures.md 5.2)."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.actions.record import Record
from kaquan.keys import hash_secret
from kaquan.rules.oauth import USED_KEPT, Grant, bad_code, new_grant
from kaquan.store import tables
from kaquan.store.tx import Tx


def exchange_code(tx: Tx, appid: str, code: str, grant_id: int, now: int, record: Record) -> Grant:
    """Use a code up and return the new grant; of several calls with one code the first gets it.

    Args:
        grant_id: a new id.
        now: the app's time, UTC seconds.

    Raises:
        Refusal: 40029 unknown or expired, 40163 exchanged before.
    """
    table = tables.oauth_code
    mine = (table.c.appid == appid) & (table.c.digest == hash_secret(code))
    fresh = mine & ~table.c.used & (table.c.expire_time > now)
    won = tx.run(sa.update(table).where(fresh).values(used=True, expire_time=now + USED_KEPT))
    row = tx.one(sa.select(table).where(mine))
    if not won or row is None:
        raise bad_code(row.used if row else None, row.expire_time if row else 0, now)
    grant = new_grant(grant_id, row.openid, row.scope, now)
    tx.run(sa.insert(tables.oauth_grant).values(appid=appid, **msgspec.structs.asdict(grant)))
    record.change("oauth_grant", {"id": grant.id, "openid": grant.openid, "scope": grant.scope}, now, "")
    record.save(tx, appid)
    return grant


def forget_grants(tx: Tx, appid: str, now: int) -> None:
    """Delete an app's codes and grants that are good for nothing any more."""
    codes, grants = tables.oauth_code.c, tables.oauth_grant.c
    tx.run(sa.delete(tables.oauth_code).where((codes.appid == appid) & (codes.expire_time <= now)))
    tx.run(sa.delete(tables.oauth_grant).where((grants.appid == appid) & (grants.refresh_ends_at <= now)))
