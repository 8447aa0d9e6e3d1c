"""Tell a merchant of something that did not happen: an event to try a receiver with, and nothing else changes."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.event_time import next_event_time
from kaquan.actions.list_events import TRIGGER
from kaquan.actions.record import JournalLine, Record
from kaquan.actions.review_card import system_event_time
from kaquan.events.made import OF_SYSTEM, Fields, Subject, made_event
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx


class Trigger(msgspec.Struct, frozen=True):
    """One event that is asked for.

    Args:
        event: its name.
        asked: what it is to be about.
        made: what it is about where nothing was asked and the app has nothing real.
        fields: what is to stand in it.
    """

    event: str
    asked: Subject
    made: Subject
    fields: Fields


def trigger_event(tx: Tx, app: App, trigger: Trigger, now: int, record: Record) -> JournalLine:
    """Record an event, which is delivered as any other, and return its line; the journal calls it a trigger.

    Args:
        now: the app's time, UTC seconds.

    Raises:
        Refusal: 40097; see :func:`kaquan.events.made.made_event`.
    """
    of_system = Subject(openid=app.system_openid) if trigger.event in OF_SYSTEM else Subject()
    about = trigger.asked.over(of_system).over(real_subject(tx, app.appid, trigger.asked)).over(trigger.made)
    event = made_event(trigger.event, about, now, trigger.fields)
    # Receivers tell events apart by openid and CreateTime: no other trigger has this second, and no event before.
    at = system_event_time(tx, app.appid, next_event_time(tx, app.appid, about.openid, now))
    card_id, code = getattr(event, "CardId", ""), getattr(event, "UserCardCode", "")
    record.event(TRIGGER, event, about.openid, at, card_id, code)
    record.save(tx, app.appid)
    return record.lines[-1]


def real_subject(tx: Tx, appid: str, asked: Subject) -> Subject:
    """Return the newest code that is as asked, else the newest card, else nothing."""
    table = tables.code.c
    named = {name: value for name in ("card_id", "code", "openid") if (value := getattr(asked, name))}
    mine = sa.and_(table.appid == appid, *(table[name] == value for name, value in named.items()))
    newest = sa.select(table.card_id, table.code, table.openid).where(mine).order_by(table.claim_time.desc()).limit(1)
    row: Any = tx.one(newest)
    if row is not None:
        return Subject(row.card_id, row.code, row.openid)
    card = tables.card.c
    last = sa.select(card.card_id).where(card.appid == appid).order_by(card.create_time.desc()).limit(1)
    row = tx.one(last)
    return Subject(row.card_id) if row else Subject()
