"""Changes of one issued code outside the hot path: made void or renamed by the merchant, deleted by its holder."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.actions.event_time import next_event_time
from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.actions.return_gift import back_if_over
from kaquan.errors import Errcode, Refusal
from kaquan.events.catalogue import UserDelCard
from kaquan.rules import code as rule
from kaquan.rules.card_tables import FIX_TIME_RANGE
from kaquan.rules.code import Code
from kaquan.store import tables
from kaquan.store.tx import Tx


def _column(name: str) -> sa.ColumnElement[Any]:
    code, card = tables.code.c, tables.card.c
    if name in {"begin_time", "end_time"}:
        # A range of days can be widened after codes were claimed.
        return sa.case((card.date_type == FIX_TIME_RANGE, card[name]), else_=code[name]).label(name)
    return card[name] if name in {"card_type", "use_limit"} else code[name]


COLUMNS = [_column(name) for name in Code.__struct_fields__]
"""What a code is, of its row and of its card's."""


def void_code(tx: Tx, appid: str, code: str, card_id: str | None, reason: str, now: int, record: Record) -> None:
    """Make a code void for good; nobody is told (spec: codes.md 6).

    Raises:
        Refusal: 40056, 40099, 40127, 41012.
    """
    found = back_if_over(tx, appid, load_code(tx, appid, code, card_id), now, record)
    _change(tx, appid, found, "unavailable", rule.UNAVAILABLE, now, reason=reason)
    record.change("unavailable", {"reason": reason}, now, found.card_id, found.code)
    record.save(tx, appid)


def update_code(tx: Tx, appid: str, code: str, card_id: str | None, new_code: str, now: int, record: Record) -> None:
    """Give a custom code another text; all else about it stays (spec: codes.md 5).

    Raises:
        Refusal: 40073 unknown card, 40056, 41012, 40127, 40150 a platform-made code, 40116 the new code is taken.
    """
    # Claims of the card wait until the commit, so that none takes the new code meanwhile.
    deposit = card_id is not None and load_card(tx, appid, card_id, lock=True).deposit
    found = back_if_over(tx, appid, load_code(tx, appid, code, card_id), now, record)
    if not found.scope:
        raise Errcode.INVALID_CARD_PARAMETERS("platform_code", code=code, card_id=found.card_id)
    refused = rule.refusal("update", found, now)
    if refused is not None:
        raise refused
    if new_code != code:
        _rename(tx, appid, found, new_code, deposit)
        record.change("update", {"new_code": new_code}, now, found.card_id, code)
    record.save(tx, appid)


def _rename(tx: Tx, appid: str, found: Code, new_code: str, deposit: bool) -> None:
    facts = {"card_id": found.card_id, "code": new_code}
    # Kept among the deposited codes, though never deposited, so that none of its text can be handed out later.
    kept = {"appid": appid, "card_id": found.card_id, "code": new_code, "pick": 0, "taken": True}
    if deposit and not tx.add_one(tables.pool, kept):
        raise Errcode.INVALID_CODE("deposited", **facts)
    table = tables.code
    mine = (table.c.appid == appid) & (table.c.code == found.code) & (table.c.scope == found.scope)
    if not tx.run_unless_taken(sa.update(table).where(mine).values(code=new_code)):
        raise Errcode.INVALID_CODE("taken", **facts)


def delete_code(tx: Tx, appid: str, openid: str, code: str, card_id: str, now: int, record: Record) -> None:
    """Take a code out of its holder's wallet and push user_del_card (spec: events.md 6.4).

    Raises:
        Refusal: 40056 no such code in this person's wallet, 40127 in a state that cannot be deleted.
    """
    found = load_code(tx, appid, code, card_id)
    if found.openid != openid:
        raise Errcode.INVALID_SERIAL_CODE("other_holder", code=code, card_id=card_id)
    found = back_if_over(tx, appid, found, now, record)
    at = next_event_time(tx, appid, openid, now)
    _change(tx, appid, found, "delete", rule.DELETE, now, event_time=at)
    record.event("delete", UserDelCard(CardId=found.card_id, UserCardCode=code), openid, at, found.card_id, code)
    record.save(tx, appid)


def load_code(tx: Tx, appid: str, code: str, card_id: str | None, lock: bool = True) -> Code:
    """Return the code meant by its text and card, locked until the commit unless it is only looked at.

    Raises:
        Refusal: 40056 unknown, 41012 the card is needed.
    """
    table, card = tables.code.c, tables.card.c
    mine = (table.appid == appid) & (card.appid == appid) & (card.card_id == table.card_id) & (table.code == code)
    meant = sa.select(*COLUMNS).where(mine)
    rows = tx.all(meant.with_for_update(of=tables.code) if lock else meant)
    found = rule.pick([Code(**row._mapping) for row in rows], code, card_id)
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
