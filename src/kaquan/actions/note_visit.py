"""A holder looks at a card, or goes from it to the account's chat: the merchant is told (spec: events.md 6.7, 6.8)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.change_code import load_code
from kaquan.actions.event_time import next_event_time
from kaquan.actions.record import Record
from kaquan.errors import Errcode
from kaquan.events.catalogue import OfCode, UserEnterSessionFromCard, UserViewCard
from kaquan.rules.code import Code
from kaquan.store import tables
from kaquan.store.tx import Tx


def note_view(tx: Tx, appid: str, openid: str, card_id: str, code: str, now: int, record: Record) -> None:
    """Push user_view_card; every opening counts.

    Raises:
        Refusal: 40056 no such code in this person's wallet.
    """
    found = _own(tx, appid, openid, card_id, code)
    event = UserViewCard(CardId=card_id, UserCardCode=code, OuterStr=found.outer_str)
    _note(tx, appid, found, "view", event, now, record)


def enter_session(tx: Tx, appid: str, openid: str, card_id: str, code: str, now: int, record: Record) -> None:
    """Push user_enter_session_from_card.

    Raises:
        Refusal: 40056 no such code in this person's wallet.
    """
    found = _own(tx, appid, openid, card_id, code)
    event = UserEnterSessionFromCard(CardId=card_id, UserCardCode=code)
    _note(tx, appid, found, "session", event, now, record)


def _own(tx: Tx, appid: str, openid: str, card_id: str, code: str) -> Code:
    found = load_code(tx, appid, code, card_id)
    if found.openid != openid:
        raise Errcode.INVALID_SERIAL_CODE("other_holder", code=code, card_id=card_id)
    return found


def _note(tx: Tx, appid: str, found: Code, kind: str, event: OfCode, now: int, record: Record) -> None:
    table = tables.code
    at = next_event_time(tx, appid, found.openid, now)
    mine = (table.c.appid == appid) & (table.c.code == found.code) & (table.c.scope == found.scope)
    tx.run(sa.update(table).where(mine).values(event_time=at))
    record.event(kind, event, found.openid, at, found.card_id, found.code)
    record.save(tx, appid)
