"""Approve or refuse a template under review, take one off the shelf and put it back (spec: cards.md 14, events.md 6.1).

The merchant is told how a review ended; of the shelf no event is known, it shows in the card's status.
"""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.errors import Errcode
from kaquan.events.catalogue import CardNotPassCheck, CardPassCheck
from kaquan.rules.card_tables import NOT_VERIFY, OFF_SHELF, VERIFY_FAIL, VERIFY_OK
from kaquan.rules.claim import is_open
from kaquan.store import tables
from kaquan.store.apps import App
from kaquan.store.tx import Tx


def approve(tx: Tx, app: App, card_id: str, now: int, record: Record) -> None:
    """Approve a card and record card_pass_check; the caller saves the record.

    Raises:
        Refusal: 40073 unknown card, 40078 not under review.
    """
    _decide(tx, app, card_id, VERIFY_OK, "", now)
    at = system_event_time(tx, app.appid, now)
    record.event("approve", CardPassCheck(CardId=card_id), app.system_openid, at, card_id)


def refuse(tx: Tx, app: App, card_id: str, reason: str, now: int, record: Record) -> None:
    """Refuse a card and record card_not_pass_check; the caller saves the record.

    Raises:
        Refusal: 40073 unknown card, 40078 not under review.
    """
    _decide(tx, app, card_id, VERIFY_FAIL, reason, now)
    event = CardNotPassCheck(CardId=card_id, RefuseReason=reason)
    record.event("refuse", event, app.system_openid, system_event_time(tx, app.appid, now), card_id)


def review(tx: Tx, app: App, card_id: str, reason: str | None, now: int, record: Record) -> None:
    """Approve a card, or refuse it where a reason is given, and save."""
    if reason is None:
        approve(tx, app, card_id, now, record)
    else:
        refuse(tx, app, card_id, reason, now, record)
    record.save(tx, app.appid)


def system_event_time(tx: Tx, appid: str, now: int) -> int:
    """Return the CreateTime of an event that no person caused: a second that no other such event of the app has."""
    table = tables.app
    last = table.c.system_event_time
    later = sa.case((last < now, now), else_=last + 1)
    taken = sa.update(table).where(table.c.appid == appid).values(system_event_time=later).returning(last)
    row = tx.one(taken)
    assert row is not None
    return int(row[0])


def take_down(tx: Tx, app: App, card_id: str, reason: str, now: int, record: Record) -> None:
    """Take a card that can be claimed off the shelf, and save; codes that were claimed stay good.

    Raises:
        Refusal: 40073 unknown card, 40078 not on the shelf.
    """
    row = load_card(tx, app.appid, card_id, lock=True)
    if not is_open(row.status, row.shown):
        raise Errcode.INVALID_CARD_STATUS("not_on_shelf", card_id=card_id, status=row.status)
    _set(tx, app, card_id, status=OFF_SHELF, refuse_reason=reason, update_time=now)
    record.change("take_down", {"reason": reason, "status": row.status}, now, card_id)
    record.save(tx, app.appid)


def put_back(tx: Tx, app: App, card_id: str, now: int, record: Record) -> None:
    """Put a card back on the shelf as it was approved, and save; a change of it goes to review.

    Raises:
        Refusal: 40073 unknown card, 40078 not taken off the shelf.
    """
    row = load_card(tx, app.appid, card_id, lock=True)
    if row.status != OFF_SHELF:
        raise Errcode.INVALID_CARD_STATUS("not_off_shelf", card_id=card_id, status=row.status)
    status = NOT_VERIFY if row.shown else VERIFY_OK
    _set(tx, app, card_id, status=status, refuse_reason="", update_time=now)
    record.change("put_back", {"status": status}, now, card_id)
    record.save(tx, app.appid)


def _decide(tx: Tx, app: App, card_id: str, status: str, reason: str, now: int) -> None:
    row = load_card(tx, app.appid, card_id, lock=True)
    if row.status != NOT_VERIFY:
        raise Errcode.INVALID_CARD_STATUS("not_in_review", card_id=card_id, status=row.status)
    _set(tx, app, card_id, status=status, refuse_reason=reason, shown="", update_time=now)


def _set(tx: Tx, app: App, card_id: str, **values: object) -> None:
    table = tables.card
    tx.run(sa.update(table).where((table.c.appid == app.appid) & (table.c.card_id == card_id)).values(**values))
