"""List the messages a person got."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.rules.message import DELETED
from kaquan.store import tables
from kaquan.store.tx import Tx


def list_messages(tx: Tx, appid: str, openid: str, before: int, count: int) -> list[dict[str, Any]]:
    """Return up to ``count`` messages, the newest first; those that were withdrawn are left out.

    Args:
        tx: the transaction.
        appid: the account.
        openid: whose messages.
        before: id of the last message of the page before, 0 for the first page.
        count: at most so many.
    """
    own, mass = tables.message.c, tables.mass.c
    mine = (own.appid == appid) & (own.openid == openid)
    if before:
        mine &= own.id < before
    told = (sa.func.coalesce(mass.kind, own.kind), sa.func.coalesce(mass.content, own.content))
    joined = tables.message.outerjoin(
        tables.mass, (mass.appid == own.appid) & (mass.msg_id == own.msg_id) & (mass.appid == appid)
    )
    standing = mass.status.is_(None) | (mass.status != DELETED)
    rows = tx.all(
        sa.select(own.id, own.create_time, *told)
        .select_from(joined)
        .where(mine & standing)
        .order_by(own.id.desc())
        .limit(count)
    )
    return [_shown(*row) for row in rows]


def _shown(number: int, create_time: int, kind: str, content: str) -> dict[str, Any]:
    # A 63-bit number would be rounded by clients that know only floats.
    return {"id": str(number), "create_time": create_time, "msgtype": kind, kind: msgspec.json.decode(content)}
