"""Look into the journal for what happened to one code, and what became of the events of it.

Nothing is indexed for this: claims would pay for it. A short journal is read by code; of a long one those seconds are,
in which the rows say that something happened.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.change_code import COLUMNS
from kaquan.actions.keep_audit import Entry
from kaquan.rules.code import Code
from kaquan.rules.code_trace import RENAME, Kept, Known, Line, Span
from kaquan.rules.gift import Gift
from kaquan.rules.ids import LAST_ID
from kaquan.store import tables
from kaquan.store.tx import Tx

# A journal of so few lines is always looked through.
SHORT = 5000
# Lines that are read in one go where all are looked through: some ten milliseconds.
SLICE = 20_000
# Lines of one moment that are read at the most.
MOST_LINES = 100_000
DESK_ACTIONS = ("code.", "till.")


class Waiting(msgspec.Struct, frozen=True):
    """A code that was deposited and that nobody has claimed."""

    code: str
    card_id: str


class Push(msgspec.Struct, frozen=True):
    """What became of an event: ``state`` is ``delivered``, ``waiting``, ``dead`` or ``not_sent``."""

    state: str
    tries: list[Any]


def find_kept(tx: Tx, appid: str, code: str, card_id: str = "") -> list[Kept]:
    """Return the issued codes of a text, of one card if it is named."""
    table = tables.code.c
    wanted = (table.code == code) & ((table.card_id == card_id) if card_id else sa.true())
    return _kept(tx, appid, wanted)


def find_known(tx: Tx, appid: str, kept: Kept) -> Known:
    """Return what the rows know of a code."""
    table, code = tables.gift.c, kept.code
    mine = (table.appid == appid) & (table.code == code.code) & (table.scope == code.scope)
    columns = [table[name] for name in Gift.__struct_fields__]
    gifts = [Gift(**row._mapping) for row in tx.all(sa.select(*columns).where(mine).order_by(table.create_time))]
    names = [one.gift_id for one in gifts if one.new_code == one.code]
    row = tables.code.c
    left = _kept(tx, appid, row.code.in_(names) & (row.scope == code.scope)) if names else []
    return Known(kept, left, gifts)


def _kept(tx: Tx, appid: str, wanted: sa.ColumnElement[bool]) -> list[Kept]:
    code, card = tables.code.c, tables.card.c
    joined = (code.appid == appid) & (card.appid == appid) & (card.card_id == code.card_id)
    more = (code.origin, code.claim_time, code.reason, card.shown, card.content)
    rows = tx.all(sa.select(*COLUMNS, *more).where(joined & wanted).order_by(code.claim_time, code.scope))
    return [Kept(Code(*row[: len(COLUMNS)]), *row[len(COLUMNS) :]) for row in rows]


def next_span(tx: Tx, appid: str, after: int, size: int = SLICE) -> Span:
    """Return the span of the next ``size`` lines from an id on; where there are no more, it ends at the last id."""
    table = tables.journal.c
    behind = sa.select(table.id).where((table.appid == appid) & (table.id >= after)).order_by(table.id)
    row = tx.one(behind.offset(size).limit(1))
    return after, row.id if row else LAST_ID


def find_lines(tx: Tx, appid: str, texts: Collection[str], card_id: str, span: Span) -> list[Line]:
    """Return the lines about a card's codes of these texts, and those that gave a code of the card another text.

    Args:
        tx, appid: where.
        texts: of the code.
        card_id: its card, empty for any.
        span: ids; of a span with more than 100,000 lines only the first ones are read.
    """
    lines = _slice(appid, span).c
    wanted = (lines.code != "") & (lines.code.in_(texts) | (lines.kind == RENAME))
    wanted &= (lines.card_id == card_id) if card_id else sa.true()
    columns = [lines[name] for name in Line.__struct_fields__]
    rows = tx.all(sa.select(*columns).where(wanted).order_by(lines.id))
    return [Line(**{**row._mapping, "fields": msgspec.json.decode(row.fields)}) for row in rows]


def _slice(appid: str, span: Span) -> sa.Subquery:
    table = tables.journal.c
    columns = (table.id, table.kind, table.event, table.create_time, table.openid, table.code, table.card_id)
    within = (table.appid == appid) & (table.id >= span[0]) & (table.id < span[1])
    return sa.select(*columns, table.fields).where(within).order_by(table.id).limit(MOST_LINES).subquery()


def find_audit(tx: Tx, appid: str, texts: Collection[str], span: Span) -> list[Entry]:
    """Return what people at a desk did to codes of these texts."""
    table = tables.audit.c
    within = (table.appid == appid) & (table.id >= span[0]) & (table.id < span[1])
    by_desk = sa.or_(*(table.action.startswith(one) for one in DESK_ACTIONS))
    columns = [table[name] for name in Entry.__struct_fields__]
    rows = tx.all(sa.select(*columns).where(within & by_desk & table.target.in_(texts)).order_by(table.id))
    return [Entry(**row._mapping) for row in rows]


def find_pushes(tx: Tx, appid: str, ids: Collection[int]) -> dict[int, Push]:
    """Return what became of the events of these lines."""
    table = tables.delivery.c
    wanted = (table.appid == appid) & table.id.in_(ids)
    tries: dict[int, list[Any]] = {}
    for row in tx.all(sa.select(tables.delivery).where(wanted).order_by(table.id, table.attempt)):
        tries.setdefault(row.id, []).append(row)
    states = {
        row.id: state
        for source, state in ((tables.dead_letter, "dead"), (tables.outbox, "waiting"))
        for row in tx.all(sa.select(source.c.id).where((source.c.appid == appid) & source.c.id.in_(ids)))
    }
    return {one: Push(states.get(one) or _sent(tries.get(one, [])), tries.get(one, [])) for one in ids}


def _sent(tries: list[Any]) -> str:
    return "delivered" if any(200 <= one.status < 300 for one in tries) else "not_sent"


def find_waiting(tx: Tx, appid: str, code: str) -> list[Waiting]:
    """Return where a text waits to be claimed."""
    pool, card = tables.pool.c, tables.card.c
    deposits = sa.select(card.card_id).where((card.appid == appid) & card.deposit)
    wanted = (pool.appid == appid) & pool.card_id.in_(deposits) & (pool.code == code) & ~pool.taken
    return [Waiting(row.code, row.card_id) for row in tx.all(sa.select(pool.code, pool.card_id).where(wanted))]


def nicknames(tx: Tx, appid: str, openids: Collection[str]) -> dict[str, str]:
    """Return the nicknames of people that have one."""
    table = tables.person.c
    wanted = (table.appid == appid) & table.openid.in_(openids) & (table.nickname != "")
    return {row.openid: row.nickname for row in tx.all(sa.select(table.openid, table.nickname).where(wanted))}
