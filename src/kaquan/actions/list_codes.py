"""Lists of issued codes: those claimed last, one person's, and all of an account in pieces that are read one by one."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.change_code import COLUMNS
from kaquan.actions.list_holdings import Face, face_of
from kaquan.rules import code as rule
from kaquan.rules.code import Code
from kaquan.rules.code_trace import ACCEPT, CLAIM, RENAME
from kaquan.rules.ids import LAST_ID
from kaquan.store import tables
from kaquan.store.tx import Tx

# Lines of the journal that are looked through for one page of the codes claimed last.
LOOKED_THROUGH = 5000
# Codes that are looked through for one piece of an export.
PIECE = 5000
NAMES = Code.__struct_fields__
BEGIN_TIME, END_TIME = (COLUMNS[NAMES.index(name)] for name in ("begin_time", "end_time"))


Name = tuple[str, str]
"""A code's text and its card."""


class Listed(msgspec.Struct, frozen=True):
    """A code in a list; ``claim_time`` in UTC seconds, ``state`` as of :func:`kaquan.rules.code.state`.

    ``reason`` is why it was made void, of the line that stays with a giver the text of the code.
    """

    code: Code
    face: Face
    claim_time: int
    reason: str
    state: str


class Filter(msgspec.Struct, frozen=True):
    """Which codes are meant: of a card, in a state, claimed from a time to before another; empty means any."""

    card_id: str = ""
    state: str = ""
    since: int = 0
    until: int = 0


def state_at(now: int) -> sa.Case[str]:
    """Return the state of a code at a time, as :func:`kaquan.rules.code.state` says it."""
    code = tables.code.c
    given = (code.status == rule.GIFTING) & (code.status_time > now - rule.GIFT_SECONDS)
    returned = sa.case((code.status == rule.GIFTING, rule.GIFT_TIMEOUT), else_=code.status)
    return sa.case(
        (given | code.status.not_in((*rule.USABLE, rule.GIFTING)), code.status),
        (now > END_TIME, rule.EXPIRE),
        (now < BEGIN_TIME, rule.NOT_BEGUN),
        else_=returned,
    )


def list_recent(
    tx: Tx, appid: str, card_id: str, state: str, before: int, now: int, count: int
) -> tuple[list[Listed], int]:
    """Return codes that people got last, the newest first, and the id below which the next page begins, 0 at the end.

    Args:
        tx, appid: where.
        card_id, state: which codes alone; empty for any.
        before: an id of the journal, 0 for the newest.
        now: the app's time, UTC seconds.
        count: at most so many; 5,000 lines of the journal are looked through, so that it may be fewer.
    """
    lines = _lines_before(tx, appid, before or LAST_ID)
    got = [line for line in lines if line.kind in {CLAIM, ACCEPT, RENAME} and card_id in {"", line.card_id}]
    listed: dict[Name, tuple[int, Listed]] = {}
    for start in range(0, len(got), count):
        _add(listed, got[start : start + count], tx, appid, state, now)
        if len(listed) > count:
            page = list(listed.values())[:count]
            return [one for _, one in page], page[-1][0]
    rest = lines[-1].id if len(lines) == LOOKED_THROUGH else 0
    return [one for _, one in listed.values()], rest


def _add(listed: dict[Name, tuple[int, Listed]], lines: list[Any], tx: Tx, appid: str, state: str, now: int) -> None:
    """Add the codes of some lines of the journal that are in a state, each with the id of its newest line."""
    found = {_name(one): one for one in _of_texts(tx, appid, [_text(line)[0] for line in lines], now)}
    for line in lines:
        one = found.get(_text(line))
        if one is not None and state in {"", one.state}:
            listed.setdefault(_name(one), (line.id, one))


def _lines_before(tx: Tx, appid: str, before: int) -> list[Any]:
    table = tables.journal.c
    columns = (table.id, table.kind, table.card_id, table.code)
    # Only a change of a code's text has what is read of the fields.
    fields = sa.case((table.kind == RENAME, table.fields), else_="").label("fields")
    wanted = (table.appid == appid) & (table.id < before)
    return tx.all(sa.select(*columns, fields).where(wanted).order_by(table.id.desc()).limit(LOOKED_THROUGH))


def _text(line: Any) -> Name:
    text = msgspec.json.decode(line.fields).get("new_code", "") if line.kind == RENAME and line.code else line.code
    return text, line.card_id


def _name(one: Listed) -> Name:
    return one.code.code, one.code.card_id


def _of_texts(tx: Tx, appid: str, texts: list[str], now: int) -> list[Listed]:
    return [_listed(row) for row in tx.all(_listing(appid, now).where(tables.code.c.code.in_(texts)))]


def list_of_person(tx: Tx, appid: str, openid: str, now: int, after: tuple[int, str], count: int) -> list[Listed]:
    """Return a person's codes, those that were given away included, the newest claim first.

    Args:
        after: claim time and text of the last one of the page before; (0, "") for the first page.
    """
    code = tables.code.c
    wanted = code.openid == openid
    if after[0]:
        wanted &= (code.claim_time < after[0]) | ((code.claim_time == after[0]) & (code.code > after[1]))
    query = _listing(appid, now).where(wanted).order_by(code.claim_time.desc(), code.code, code.scope)
    return [_listed(row) for row in tx.all(query.limit(count))]


def _listing(appid: str, now: int) -> sa.Select[Any]:
    code, card = tables.code.c, tables.card.c
    more = (code.claim_time, code.reason, card.shown, card.content, state_at(now).label("state"))
    return sa.select(*COLUMNS, *more).where(_joined(appid))


def _joined(appid: str) -> sa.ColumnElement[bool]:
    code, card = tables.code.c, tables.card.c
    return (code.appid == appid) & (card.appid == appid) & (card.card_id == code.card_id)


def _listed(row: Any) -> Listed:
    size = len(COLUMNS)
    return Listed(Code(*row[:size]), face_of(row.shown, row.content), row.claim_time, row.reason, row.state)


def count_states(tx: Tx, appid: str, openids: list[str], now: int) -> dict[str, dict[str, int]]:
    """Return per person how many codes they have of each state."""
    state = state_at(now).label("state")
    wanted = _joined(appid) & tables.code.c.openid.in_(openids)
    query = sa.select(tables.code.c.openid, state, sa.func.count().label("count")).where(wanted)
    counted: dict[str, dict[str, int]] = {}
    for openid, name, number in tx.all(query.group_by(tables.code.c.openid, state)):
        counted.setdefault(openid, {})[name] = number
    return counted


Place = tuple[str, str]
"""A code's text and scope, in whose order codes are read."""


def read_piece(tx: Tx, appid: str, asked: Filter, after: Place, now: int) -> tuple[list[Any], Place | None]:
    """Return the rows of the next piece of an account's codes that are asked for, and where it ends, None at the end.

    A piece is 5,000 codes, however few of them are asked for, so that it never takes long.
    """
    code = tables.code.c
    place = sa.tuple_(code.code, code.scope)
    behind = (code.appid == appid) & (place > sa.tuple_(*after))
    ends = sa.select(code.code, code.scope).where(behind).order_by(code.code, code.scope)
    end = tx.one(ends.offset(PIECE - 1).limit(1))
    wanted = _joined(appid) & (place > sa.tuple_(*after)) & _asked(asked, now)
    if end is not None:
        wanted &= place <= sa.tuple_(*end)
    columns = (code.code, code.card_id, code.openid, code.claim_time, BEGIN_TIME, END_TIME, code.status_time)
    rest = (code.outer_str, code.reason, code.status, state_at(now).label("state"))
    rows = tx.all(sa.select(*columns, *rest).where(wanted).order_by(code.code, code.scope))
    return rows, (end[0], end[1]) if end is not None else None


def _asked(asked: Filter, now: int) -> sa.ColumnElement[bool]:
    code = tables.code.c
    tests = (
        (asked.card_id, code.card_id == asked.card_id),
        (asked.state, state_at(now) == asked.state),
        (asked.since, code.claim_time >= asked.since),
        (asked.until, code.claim_time < asked.until),
    )
    return sa.and_(sa.true(), *(test for given, test in tests if given))


def count_issued(tx: Tx, appid: str, card_id: str = "") -> int:
    """Return how many codes an account, or a card of it, has given out, as its stock says."""
    stock = tables.stock.c
    wanted = (stock.appid == appid) & ((stock.card_id == card_id) if card_id else sa.true())
    row = tx.one(sa.select(sa.func.sum(stock.total_quantity - stock.quantity)).where(wanted))
    return int(row[0] or 0) if row else 0
