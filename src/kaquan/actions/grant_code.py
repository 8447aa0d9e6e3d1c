"""Give a person's consent its code, which the app exchanges for tokens (spec: auth_and_signatures.md 5.1)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.list_people import load_people
from kaquan.actions.record import Record
from kaquan.keys import hash_secret
from kaquan.rules.oauth import CODE_LIFE
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx


def grant_code(tx: Tx, app: App, openid: str, scope: str, code: str, now: int, record: Record) -> str:
    """Keep the digest of a code and return the code.

    Args:
        openid: a person the app knows.
        scope: one of ``rules.oauth.SCOPES``.
        code: random, 32 characters.
        now: the app's time, UTC seconds.

    Raises:
        Refusal: 40003, the app does not know the person.
    """
    load_people(tx, app.appid, [openid])
    row = {"openid": openid, "scope": scope, "used": False, "expire_time": now + CODE_LIFE}
    tx.run(sa.insert(tables.oauth_code).values(appid=app.appid, digest=hash_secret(code), **row))
    record.change("oauth_code", {"openid": openid, "scope": scope}, now, "")
    record.save(tx, app.appid)
    return code
