"""Changes of one issued code outside the hot path: made void by the merchant, deleted by its holder."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.actions.record import Record
from kaquan.errors import Errcode, Refusal
from kaquan.events.catalogue import UserDelCard
from kaquan.rules import code as rule
from kaquan.rules.code import Code
from kaquan.store import tables
from kaquan.store.tx import Tx


def void_code(tx: Tx, appid: str, code: str, card_id: str | None, reason: str, now: int, record: Record) -> None:
    """Make a code void for good; nobody is told (spec: codes.md 6).

    Raises:
        Refusal: 40056, 40099, 40127, 41012.
    """
    found = load_code(tx, appid, code, card_id)
    _change(tx, appid, found, "unavailable", rule.UNAVAILABLE, now, reason=reason)
    record.change("unavailable", {"reason": reason}, now, found.card_id, found.code)
    record.save(tx, appid)


def delete_code(tx: Tx, appid: str, openid: str, code: str, card_id: str, now: int, record: Record) -> None:
    """Take a code out of its holder's wallet and push user_del_card (spec: events.md 6.4).

    Raises:
        Refusal: 40056 no such code in this person's wallet, 40127 in a state that cannot be deleted.
    """
    found = load_code(tx, appid, code, card_id)
    if found.openid != openid:
        raise Errcode.INVALID_SERIAL_CODE("other_holder", code=code, card_id=card_id)
    at = _next_event_time(tx, appid, openid, now)
    _change(tx, appid, found, "delete", rule.DELETE, now, event_time=at)
    record.event("delete", UserDelCard(CardId=found.card_id, UserCardCode=code), openid, at, found.card_id, code)
    record.save(tx, appid)


def load_code(tx: Tx, appid: str, code: str, card_id: str | None) -> Code:
    """Return the code meant by its text and card, locked until the commit.

    Raises:
        Refusal: 40056 unknown, 41012 the card is needed.
    """
    table = tables.code.c
    columns = [table[name] for name in Code.__struct_fields__ if name in table]
    rows = tx.all(sa.select(*columns).where((table.appid == appid) & (table.code == code)).with_for_update())
    found = rule.pick([Code(**row._mapping, card_type="", use_limit=0) for row in rows], code, card_id)
    if isinstance(found, Refusal):
        raise found
    return found


def _change(tx: Tx, appid: str, code: Code, call: str, status: str, now: int, **values: Any) -> None:
    refused = rule.refusal(call, code, now)
    if refused is not None:
        raise refused
    table = tables.code
    mine = (table.c.appid == appid) & (table.c.code == code.code) & (table.c.scope == code.scope)
    changed = tx.run(
        sa.update(table).where(mine & (table.c.status == code.status)).values(status=status, status_time=now, **values)
    )
    if not changed:
        raise Errcode.SYSTEM_ERROR("database")


def _next_event_time(tx: Tx, appid: str, openid: str, now: int) -> int:
    table = tables.code.c
    row = tx.one(sa.select(sa.func.max(table.event_time)).where((table.appid == appid) & (table.openid == openid)))
    return max(now, (row[0] or 0) + 1 if row else now)
