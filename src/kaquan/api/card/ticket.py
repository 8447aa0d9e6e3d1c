"""What the three calls on issued tickets share (spec: giftcards_and_tickets.md 5)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.actions.change_ticket import Check, TicketChange, change_ticket
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card
from kaquan.rules.fields import Code

_NOT_SET = (None, "", 0)


class OfTicket(msgspec.Struct, kw_only=True):
    """A request about one issued ticket."""

    code: Code
    card_id: str | None = None


def sent(request: OfTicket) -> dict[str, Any]:
    """Return what a request sets of its ticket, by the names of the wire; null, "" and 0 set nothing."""
    members: dict[str, Any] = msgspec.to_builtins(request)
    named = OfTicket.__struct_fields__
    return {name: value for name, value in members.items() if name not in named and value not in _NOT_SET}


def anything(_: dict[str, Any]) -> None:
    """Take a ticket as it is."""


async def set_ticket(
    call: Call, request: OfTicket, card_type: str, values: dict[str, Any] | None, check: Check = anything
) -> dict[str, Any]:
    """Set members of a ticket, or take all away with None, and return the answer.

    Raises:
        Refusal: as :func:`kaquan.actions.change_ticket.change_ticket`, and 48001 for a card of another account.
    """
    record = call.platform.record()
    card_id = request.card_id or None
    change = TicketChange(request.code, card_id, card_type, values)
    return await change_card(
        call, card_id or "", lambda tx: change_ticket(tx, call.appid, change, check, call.now, record)
    )
