"""End the days of an account: count what expired on them, and forget who is behind the figures of the days before.

The codes are looked through once for all the days that have ended, slice by slice in the order of their primary key,
which needs no index on when they end; where the next slice begins is kept in the transaction that counts the last one.
What is looked for stays as it is meanwhile: a code that has expired can neither be spent nor given, and of one that is
thrown away or made void the time tells that it expired first.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.actions.count_acts import count_acts, lock_fold
from kaquan.actions.fold_journal import lines_ahead
from kaquan.rules import code as code_rule
from kaquan.rules.card_tables import FIX_TIME_RANGE
from kaquan.rules.statistics import EXPIRE, KEPT_DAYS, Act, day_of, start_of
from kaquan.store import tables
from kaquan.store.tx import Tx

# Codes of a transaction, and persons that one forgets.
SLICE = 2000
UNUSED = (code_rule.NORMAL, code_rule.GIFTING, code_rule.GIFT_TIMEOUT)
THROWN = (code_rule.DELETE, code_rule.UNAVAILABLE)


def close_days(tx: Tx, appid: str, until: int, now: int, most: int = SLICE) -> bool:
    """Take a step towards the end of the days before today, and tell whether there is another.

    None is taken while another process changes the account's figures, or has lines of the journal left to count.

    Args:
        until: lines of the journal up to this id have to be counted.
        now: the app's time when that id was drawn, UTC seconds.
        most: codes that one step looks at.
    """
    fold, today = lock_fold(tx, appid, waits=False), day_of(now)
    if fold is None or fold.closed >= today or tx.one(lines_ahead(appid, fold.folded, until).limit(1)):
        return False
    closing = fold.closing or today
    last = last_of_slice(tx, appid, fold, most)
    count_acts(tx, appid, [act_of(row) for row in expired(tx, appid, fold, closing, last)])
    if last is not None:
        values = {"closing": closing, "scan_code": last.code, "scan_scope": last.scope}
    else:
        values = {"closing": 0, "closed": closing, "scan_code": "", "scan_scope": ""}
    tx.run(sa.update(tables.stat_fold).where(tables.stat_fold.c.appid == appid).values(values))
    return last is not None or closing < today


def last_of_slice(tx: Tx, appid: str, fold: Any, most: int) -> Any | None:
    """Return the key of the last code of the next slice; None when the slice is the last one."""
    code = tables.code.c
    ahead = (code.appid == appid) & (sa.tuple_(code.code, code.scope) > sa.tuple_(fold.scan_code, fold.scan_scope))
    keys = sa.select(code.code, code.scope).where(ahead).order_by(code.code, code.scope)
    return tx.one(keys.offset(most - 1).limit(1))


def expired(tx: Tx, appid: str, fold: Any, closing: int, last: Any | None) -> list[Any]:
    """Return holder, card and end of the slice's codes that ended unused before a day, and were not counted yet.

    Of a card with a range of days the end is the card's, which can be moved after codes were claimed.
    """
    code, card = tables.code.c, tables.card.c
    end = sa.case((card.date_type == FIX_TIME_RANGE, card.end_time), else_=code.end_time)
    mine = (code.appid == appid) & (card.appid == appid)
    slice_ = mine & (sa.tuple_(code.code, code.scope) > sa.tuple_(fold.scan_code, fold.scan_scope))
    if last is not None:
        slice_ &= sa.tuple_(code.code, code.scope) <= sa.tuple_(last.code, last.scope)
    unused = code.status.in_(UNUSED) | (code.status.in_(THROWN) & (code.status_time > end))
    ended = (end >= start_of(fold.closed)) & (end < start_of(closing))
    of_card = (card.appid == code.appid) & (card.card_id == code.card_id)
    codes = sa.select(code.openid, code.card_id, end.label("end")).join_from(tables.code, tables.card, of_card)
    return tx.all(codes.where(slice_ & unused & ended))


def act_of(row: Any) -> Act:
    """Return the end of a code as what happened to its holder."""
    return Act(day_of(row.end), EXPIRE, row.openid, row.card_id)


def forget_persons(tx: Tx, appid: str) -> bool:
    """Forget some of who is behind figures that cannot grow any more, and tell whether there are more of them."""
    fold, person = lock_fold(tx, appid, waits=False), tables.stat_person
    if fold is None:
        return False
    old = (person.c.appid == appid) & (person.c.day < fold.closed - KEPT_DAYS)
    keys = [person.c[name] for name in ("day", "kind", "openid", "card_id")]
    last = tx.one(sa.select(*keys).where(old).order_by(*keys).offset(SLICE - 1).limit(1))
    if last is not None:
        old &= sa.tuple_(*keys) <= sa.tuple_(*last)
    tx.run(sa.delete(person).where(old))
    return last is not None
