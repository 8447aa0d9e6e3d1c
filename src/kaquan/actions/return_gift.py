"""Bring a gift back to its giver: taken back, or since nobody accepted it in time (spec: events.md 6.3)."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.event_time import next_event_time
from kaquan.actions.record import Record
from kaquan.errors import Errcode
from kaquan.events.catalogue import UserGiftingCard
from kaquan.rules import code as code_rule
from kaquan.rules import gift as rule
from kaquan.rules.code import Code
from kaquan.rules.gift import Gift
from kaquan.store import tables
from kaquan.store.tx import Tx

# Gifts of one transaction, so that the locks of their codes are held briefly.
MOST = 50
# Written out, as the index over them is: a parameter would not be seen to mean the same.
IS_OPEN = tables.gift.c.status == sa.literal_column("'open'")


def load_gift(tx: Tx, appid: str, gift_id: str) -> Gift:
    """Return a gift as it is stored.

    Raises:
        Refusal: 40073, there is none of this name.
    """
    table = tables.gift.c
    columns = [table[name] for name in Gift.__struct_fields__]
    row = tx.one(sa.select(*columns).where((table.appid == appid) & (table.gift_id == gift_id)))
    if row is None:
        raise Errcode.INVALID_CARD_ID("gift_unknown", card_id="")
    return Gift(**row._mapping)


def lock_gift(tx: Tx, appid: str, gift_id: str) -> Gift:
    """Return a gift as it is once its code is locked; nothing ends it until the commit.

    Raises:
        Refusal: 40073, there is none of this name.
    """
    gift, code = load_gift(tx, appid, gift_id), tables.code
    tx.one(sa.select(code.c.code).where(of_gift(appid, gift)).with_for_update())
    # Only what is read behind the lock has seen what its last holder did.
    return load_gift(tx, appid, gift_id)


def of_gift(appid: str, gift: Gift) -> sa.ColumnElement[bool]:
    """Return what the row of the giver's code satisfies."""
    table = tables.code.c
    return (table.appid == appid) & (table.code == gift.code) & (table.scope == gift.scope)


def end_gift(tx: Tx, appid: str, gift_id: str, status: str, now: int, **values: Any) -> None:
    """Write down how a gift ended."""
    table = tables.gift
    mine = (table.c.appid == appid) & (table.c.gift_id == gift_id)
    tx.run(sa.update(table).where(mine & IS_OPEN).values(status=status, end_time=now, **values))


def take_back_gift(tx: Tx, appid: str, gift_id: str, openid: str, now: int, record: Record) -> None:
    """Give a code back to its giver before anybody accepted it; nothing happens where it is back already.

    Raises:
        Refusal: 40073 no such gift, 40003 not the giver's, 45033 accepted.
    """
    gift = lock_gift(tx, appid, gift_id)
    refused = rule.take_back_refusal(gift, openid, now)
    if refused is not None:
        raise refused
    if gift.status == rule.OPEN:
        late = rule.standing(gift, now) == rule.TIMED_OUT
        return_gift(tx, appid, gift, rule.TIMED_OUT if late else rule.TAKEN_BACK, now, record)
        record.save(tx, appid)


def return_gift(tx: Tx, appid: str, gift: Gift, status: str, now: int, record: Record) -> None:
    """Make the code of an open gift, which is locked, usable for its giver again, and tell the merchant."""
    at = next_event_time(tx, appid, gift.openid, now)
    given = of_gift(appid, gift) & (tables.code.c.status == code_rule.GIFTING)
    back = {"status": code_rule.GIFT_TIMEOUT, "status_time": now, "event_time": at}
    tx.run(sa.update(tables.code).where(given).values(back))
    end_gift(tx, appid, gift.gift_id, status, now)
    record.event("gift_return", returned(gift), gift.openid, at, gift.card_id, gift.code)


def returned(gift: Gift) -> UserGiftingCard:
    """Return the event of a gift that comes back; it names whom it was given to, as the first one did."""
    return UserGiftingCard(
        CardId=gift.card_id,
        UserCardCode=gift.code,
        IsReturnBack=1,
        FriendUserName=gift.receiver,
        IsChatRoom=int(gift.chat_room),
    )


def back_if_over(tx: Tx, appid: str, code: Code, now: int, record: Record) -> Code:
    """Return a code, which is locked, as it is once a gift that was not accepted in time has come back."""
    if not code_rule.gift_over(code, now):
        return code
    table = tables.gift.c
    mine = (table.appid == appid) & (table.code == code.code) & (table.scope == code.scope) & IS_OPEN
    for row in tx.all(sa.select(table.gift_id).where(mine)):
        return_gift(tx, appid, load_gift(tx, appid, row.gift_id), rule.TIMED_OUT, now, record)
    return msgspec.structs.replace(code, status=code_rule.GIFT_TIMEOUT, status_time=now)


def return_due(tx: Tx, appid: str, now: int, record: Record) -> int:
    """Bring back gifts that were not accepted in time, some of them at once, and return how many were due."""
    table = tables.gift.c
    due = sa.select(table.gift_id).where((table.appid == appid) & IS_OPEN & (table.due_time <= now))
    # In the order in which consumptions lock codes too, so that neither waits for the other in turn.
    rows = tx.all(due.order_by(table.code, table.scope).limit(MOST))
    for row in rows:
        gift = lock_gift(tx, appid, row.gift_id)
        if gift.status == rule.OPEN:
            return_gift(tx, appid, gift, rule.TIMED_OUT, now, record)
    record.save(tx, appid)
    return len(rows)


def due_appids(tx: Tx, now: int) -> list[tuple[str, int]]:
    """Return the apps with gifts that are to come back, with the seconds their clocks are ahead; without locks.

    Args:
        now: the wall clock, UTC seconds.
    """
    app, gift = tables.app.c, tables.gift.c
    due = sa.exists().where((gift.appid == app.appid) & IS_OPEN & (gift.due_time <= app.clock_offset + now))
    return [(row.appid, row.clock_offset) for row in tx.all(sa.select(app.appid, app.clock_offset).where(due))]


def find_open_gift(tx: Tx, appid: str, card_id: str, code: str) -> str:
    """Return the name of the gift that a code is in.

    Raises:
        Refusal: 40073, it is not given away.
    """
    table = tables.gift.c
    mine = (table.appid == appid) & (table.card_id == card_id) & (table.code == code) & IS_OPEN
    row = tx.one(sa.select(table.gift_id).where(mine))
    if row is None:
        raise Errcode.INVALID_CARD_ID("gift_unknown", card_id="")
    return str(row.gift_id)


def find_taker(tx: Tx, appid: str, card_id: str, code: str) -> tuple[str, str]:
    """Return who accepted a code and the code they got; empty where nobody did."""
    table = tables.gift.c
    mine = (table.appid == appid) & (table.card_id == card_id) & (table.code == code)
    row = tx.one(sa.select(table.taker, table.new_code).where(mine & (table.status == rule.ACCEPTED)))
    return (row.taker, row.new_code) if row else ("", "")
