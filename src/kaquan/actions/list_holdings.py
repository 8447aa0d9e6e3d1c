"""What a person holds of one account, as the wallet shows it: codes with what their cards say."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.change_code import COLUMNS
from kaquan.rules import code as rule
from kaquan.rules.card import from_text
from kaquan.rules.card_content import Content
from kaquan.rules.card_page import GONE
from kaquan.rules.code import Code
from kaquan.store import tables
from kaquan.store.tx import Tx

ENDED = (rule.CONSUMED, rule.UNAVAILABLE)
# Usable until their time is over; a gift that nobody accepted is one of them again, before that is stored.
LASTING = (rule.NORMAL, rule.GIFT_TIMEOUT, rule.GIFTING)


class Face(msgspec.Struct, frozen=True):
    """What of a card stands on its face in a list."""

    logo_url: str
    brand_name: str
    title: str
    color: str


class _Faced(msgspec.Struct, frozen=True):
    base_info: Face


class Held(msgspec.Struct, frozen=True):
    """A code in a list; ``claim_time`` in UTC seconds."""

    code: Code
    face: Face
    claim_time: int


class Place(msgspec.Struct, frozen=True):
    """Where a page of a list ended: newest claims come first, then accounts and codes in their order."""

    claim_time: int
    appid: str
    code: str
    scope: str


class Holding(msgspec.Struct, frozen=True):
    """A code with all of its card that its holder sees, a change under review left out.

    ``ticket`` is what the merchant said of this one ticket, by the names of the wire.
    """

    code: Code
    content: Content
    ticket: dict[str, Any]
    can_give_friend: bool
    bind_openid: bool
    self_consume_cell: bool
    need_verify_code: bool
    need_remark_amount: bool


END_TIME = COLUMNS[Code.__struct_fields__.index("end_time")]
SWITCHES = Holding.__struct_fields__[3:]
_faces = msgspec.json.Decoder(_Faced)


def face_of(shown: str, content: str) -> Face:
    """Return the face of a card by its two columns."""
    return _faces.decode(shown or content).base_info


def list_holdings(tx: Tx, appid: str, openid: str, kept: bool, now: int, after: Place | None, count: int) -> list[Held]:
    """Return up to ``count`` codes of a person, the newest claim first, in one query.

    Args:
        tx: the transaction.
        appid, openid: whose.
        kept: those that can be used now or later; else those that were used, made void or have expired.
        now: the account's time, UTC seconds.
        after: the last one of the page before, None for the first page.
        count: at most so many.
    """
    code, card = tables.code.c, tables.card.c
    wanted = _of(appid, openid) & (_kept(now) if kept else _ended(now))
    if after is not None:
        wanted &= _behind(appid, after)
    rows = tx.all(
        sa.select(*COLUMNS, code.claim_time, card.shown, card.content)
        .where(wanted)
        .order_by(code.claim_time.desc(), code.code, code.scope)
        .limit(count)
    )
    return [Held(Code(*row[: len(COLUMNS)]), face_of(row.shown, row.content), row.claim_time) for row in rows]


def load_holding(tx: Tx, appid: str, openid: str, card_id: str, code: str) -> Holding | None:
    """Return a code of a person's with its card; None when it is no longer theirs, or never was."""
    table, card = tables.code.c, tables.card.c
    wanted = _of(appid, openid) & (table.card_id == card_id) & (table.code == code) & table.status.not_in(GONE)
    switches = [card[name] for name in SWITCHES]
    row = tx.one(sa.select(*COLUMNS, table.ticket, card.shown, card.content, *switches).where(wanted))
    if row is None:
        return None
    content = from_text(row.card_type, row.shown or row.content)
    ticket = msgspec.json.decode(row.ticket) if row.ticket else {}
    return Holding(Code(*row[: len(COLUMNS)]), content, ticket, **{name: getattr(row, name) for name in SWITCHES})


def _of(appid: str, openid: str) -> sa.ColumnElement[bool]:
    code, card = tables.code.c, tables.card.c
    joined = (code.appid == appid) & (card.appid == appid) & (card.card_id == code.card_id)
    return joined & (code.openid == openid)


def _kept(now: int) -> sa.ColumnElement[bool]:
    code = tables.code.c
    given = (code.status == rule.GIFTING) & (code.status_time > now - rule.GIFT_SECONDS)
    return given | (code.status.in_(LASTING) & (now <= END_TIME))


def _ended(now: int) -> sa.ColumnElement[bool]:
    code = tables.code.c
    given = (code.status == rule.GIFTING) & (code.status_time > now - rule.GIFT_SECONDS)
    return code.status.in_(ENDED) | (code.status.in_(LASTING) & (now > END_TIME) & ~given)


def _behind(appid: str, after: Place) -> sa.ColumnElement[bool]:
    code = tables.code.c
    earlier = code.claim_time < after.claim_time
    if appid < after.appid:
        return earlier
    same = code.claim_time == after.claim_time
    if appid == after.appid:
        same &= (code.code > after.code) | ((code.code == after.code) & (code.scope > after.scope))
    return earlier | same
