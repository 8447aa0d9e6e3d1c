"""Accept a gift: the code changes hands, once, whoever else tries at the same moment (spec: codes.md 10.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kaquan.actions.event_time import next_event_time
from kaquan.actions.give_code import card_of
from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.actions.return_gift import end_gift, load_gift, lock_gift, of_gift
from kaquan.errors import Errcode
from kaquan.events.catalogue import UserGetCard
from kaquan.rules import code as code_rule
from kaquan.rules import gift as rule
from kaquan.rules.card_tables import FIX_TIME_RANGE
from kaquan.rules.gift import Gift
from kaquan.store import tables
from kaquan.store.tx import Tx

# A code of 12 digits that is drawn is nearly always new.
DRAWS = 20
ORIGIN = "gift"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where another code comes from.

    Args:
        new_code: gives a random 12-digit code.
        pick: from where on a deposited code is taken, a random 63-bit number.
        merchant_too: a merchant's code becomes another one too.
    """

    new_code: Callable[[], str]
    pick: int
    merchant_too: bool


def accept_gift(tx: Tx, appid: str, gift_id: str, openid: str, sources: Sources, now: int, record: Record) -> str:
    """Give the code to who accepts it, push user_get_card in the gift's form and return it.

    A code that the platform made becomes another one, and what the giver had is void. Validity, channel and what is
    said of a ticket stay; stock and limits are not touched.

    Raises:
        Refusal: 40073 no such gift or taken back, 45033 somebody else has it, 40079 too late, 40003 the giver's own,
            40127 expired, 40078 not approved.
    """
    named = load_gift(tx, appid, gift_id)
    # Whoever takes a deposited code holds the lock of its stock, and gets it before that of a code.
    card = load_card(tx, appid, named.card_id, lock=sources.merchant_too and bool(named.scope))
    gift = lock_gift(tx, appid, gift_id)
    row = tx.one(sa.select(tables.code).where(of_gift(appid, gift)))
    refused = rule.accept_refusal(wish_of(tx, appid, gift, card, row, openid, now))
    if refused is not None:
        raise refused
    assert row is not None
    at = next_event_time(tx, appid, openid, now)
    received: dict[str, Any] = {"openid": openid, "status": code_rule.NORMAL, "origin": ORIGIN}
    received |= {"claim_time": now, "event_time": at, "status_time": now}
    code = _hand_over(tx, gift, dict(row._mapping), received, _others(tx, appid, gift, card, sources))
    end_gift(tx, appid, gift_id, rule.ACCEPTED, now, taker=openid, new_code=code)
    event = UserGetCard.by_gift(gift.card_id, code, gift.openid, gift.code, row.outer_str)
    record.event("gift_accept", event, openid, at, gift.card_id, code)
    record.save(tx, appid)
    return code


def wish_of(tx: Tx, appid: str, gift: Gift, card: Any, row: Any, openid: str, now: int) -> rule.Accept:
    """Return a person's wish to have a gift, with what decides it.

    Args:
        tx, appid, gift, openid, now: whose wish for what, and when.
        card: the card's row.
        row: the row of the giver's code; None when it has another text by now, so that the gift has ended.
    """
    ranged = card.date_type == FIX_TIME_RANGE
    end_time = card.end_time if ranged or row is None else row.end_time
    return rule.Accept(gift, card_of(card), end_time, openid, _is_tester(tx, appid, openid), now)


def _is_tester(tx: Tx, appid: str, openid: str) -> bool:
    table = tables.whitelist.c
    return tx.one(sa.select(table.openid).where((table.appid == appid) & (table.openid == openid))) is not None


def _others(tx: Tx, appid: str, gift: Gift, card: Any, sources: Sources) -> Iterable[str] | None:
    """Return what the code may become, to be tried one by one; None where it stays what it is."""
    if gift.scope and not sources.merchant_too:
        return None
    if card.deposit:
        return _deposited(tx, appid, card, sources.pick)
    return (sources.new_code() for _ in range(DRAWS))


def _deposited(tx: Tx, appid: str, card: Any, pick: int) -> list[str] | None:
    """Take a deposited code that no stock was raised for, so that the stock is not touched; None without one."""
    if card.deposited <= card.total_quantity:
        return None
    pool, stock = tables.pool, tables.stock
    mine = (pool.c.appid == appid) & (pool.c.card_id == card.card_id)
    free = sa.select(pool.c.code).where(mine & tables.FREE).order_by(pool.c.pick).limit(1)
    row = tx.one(free.where(pool.c.pick >= pick)) or tx.one(free)
    if row is None:
        return None
    tx.run(sa.update(pool).where(mine & (pool.c.code == row.code)).values(taken=True))
    # One more code is in somebody's hands, and as many as before are left.
    of_card = (stock.c.appid == appid) & (stock.c.card_id == card.card_id)
    tx.run(sa.update(stock).where(of_card).values(total_quantity=stock.c.total_quantity + 1))
    return [str(row.code)]


def _hand_over(tx: Tx, gift: Gift, row: dict[str, Any], received: dict[str, Any], others: Iterable[str] | None) -> str:
    """Write the code into the receiver's hands, leave a line of it with the giver, and return its text."""
    left = {"status": code_rule.GIFT_SUCC, "status_time": received["status_time"], "ticket": ""}
    table = tables.code
    mine = sa.update(table).where(of_gift(row["appid"], gift))
    if others is None:
        # The giver's line keeps what was claimed and told, under a name that no code has.
        tx.run(mine.values(received))
        tx.run(sa.insert(table).values({**row, **left, "code": gift.gift_id, "reason": gift.code}))
        return gift.code
    for code in others:
        if tx.run_unless_taken(sa.insert(table).values({**row, **received, "code": code})):
            tx.run(mine.values(left))
            return code
    raise Errcode.SYSTEM_ERROR("database")
