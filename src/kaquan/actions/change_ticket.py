"""Set what a merchant says of one issued ticket: seats, gates, times (spec: giftcards_and_tickets.md 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.change_code import load_code
from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.actions.return_gift import back_if_over
from kaquan.rules import code as rule
from kaquan.rules.ticket import check_type
from kaquan.store import tables
from kaquan.store.tx import Tx

Ticket = dict[str, Any]
Check = Callable[[Ticket], None]


@dataclass(frozen=True, slots=True)
class TicketChange:
    """One change of a ticket.

    Args:
        code: its code.
        card_id: its card, None where the code alone names it.
        card_type: the only type of card that the call is for.
        values: the members that are set, by their names on the wire; None takes away all that was ever set.
    """

    code: str
    card_id: str | None
    card_type: str
    values: Ticket | None


def change_ticket(tx: Tx, appid: str, change: TicketChange, check: Check, now: int, record: Record) -> None:
    """Set members of a ticket, those that are not named stay; nobody is told.

    Args:
        tx, appid, change, record: what, where and for whom.
        check: refuses the ticket as it would be afterwards.
        now: UTC seconds.

    Raises:
        Refusal: 40073, 40056, 41012, 45030 a card of another type, 40127, and what ``check`` raises.
    """
    card = load_card(tx, appid, change.card_id) if change.card_id else None
    found = back_if_over(tx, appid, load_code(tx, appid, change.code, change.card_id), now, record)
    card = card or load_card(tx, appid, found.card_id)
    check_type(found.code, found.card_id, card.card_type, change.card_type)
    refused = rule.refusal("ticket", found, now)
    if refused is not None:
        raise refused
    kept = _kept(tx, appid, found)
    ticket = {} if change.values is None else kept | change.values
    check(ticket)
    if ticket != kept:
        text = msgspec.json.encode(ticket).decode() if ticket else ""
        tx.run(sa.update(tables.code).where(_mine(appid, found)).values(ticket=text))
        # Names alone: what is said of a passenger is not kept beyond its cancellation.
        record.change("ticket", {"changed": _changed(kept, ticket)}, now, found.card_id, found.code)
    record.save(tx, appid)


def _kept(tx: Tx, appid: str, code: rule.Code) -> Ticket:
    row = tx.one(sa.select(tables.code.c.ticket).where(_mine(appid, code)))
    kept: Ticket = msgspec.json.decode(row[0]) if row and row[0] else {}
    return kept


def _mine(appid: str, code: rule.Code) -> sa.ColumnElement[bool]:
    table = tables.code.c
    return (table.appid == appid) & (table.code == code.code) & (table.scope == code.scope)


def _changed(kept: Ticket, ticket: Ticket) -> list[str]:
    return sorted(name for name in kept.keys() | ticket.keys() if kept.get(name) != ticket.get(name))
