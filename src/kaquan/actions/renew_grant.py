"""Look a grant of web OAuth up, and give its access token another two hours (spec: auth_and_signatures.md 5.3)."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.errors import Errcode
from kaquan.rules.oauth import Grant, renewed
from kaquan.store import tables
from kaquan.store.tx import Tx

COLUMNS = [tables.oauth_grant.c[name] for name in Grant.__struct_fields__]


def load_grant(tx: Tx, appid: str, grant_id: int, lock: bool = False) -> Grant | None:
    """Return a grant; None when it is gone."""
    table = tables.oauth_grant.c
    wanted = sa.select(*COLUMNS).where((table.appid == appid) & (table.id == grant_id))
    row = tx.one(wanted.with_for_update() if lock else wanted)
    return Grant(*row) if row else None


def renew_grant(tx: Tx, appid: str, grant_id: int, now: int) -> Grant:
    """Return a grant whose access token has its whole life before it, a new one where the last has expired.

    Raises:
        Refusal: 42002, the refresh token has expired.
    """
    grant = load_grant(tx, appid, grant_id, lock=True)
    if grant is None:
        raise Errcode.REFRESH_TOKEN_EXPIRED("expired")
    new = renewed(grant, now)
    table = tables.oauth_grant
    mine = (table.c.appid == appid) & (table.c.id == grant_id)
    tx.run(sa.update(table).where(mine).values(**msgspec.structs.asdict(new)))
    return new


def names_of(tx: Tx, appid: str, openid: str) -> tuple[str, str]:
    """Return a person's id with the company itself, and the nickname."""
    table = tables.person.c
    wanted = sa.select(table.external_id, table.nickname).where((table.appid == appid) & (table.openid == openid))
    row = tx.one(wanted)
    return (row.external_id, row.nickname) if row else ("", "")
