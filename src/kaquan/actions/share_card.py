"""Let people hand on the claim page of a card: others claim fresh codes of it (qa_cases.md Q3)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.actions.create_qr import rows
from kaquan.actions.load_card import load_card
from kaquan.errors import Errcode
from kaquan.rules.card import from_text
from kaquan.rules.qr import FOREVER, Wish
from kaquan.rules.share import share_refusal
from kaquan.store import tables
from kaquan.store.tx import Tx


def share_card(tx: Tx, appid: str, card_id: str, from_id: str, share_id: str, now: int) -> None:
    """Save the ticket that the card is shared by, unless it is there already.

    Args:
        tx: the transaction.
        appid: the account.
        card_id: the card.
        from_id: the ticket by which the visitor came, empty for somebody who holds the card.
        share_id: the name of the ticket to be.
        now: UTC seconds.

    Raises:
        Refusal: 40073 unknown card or ticket, 45030 the card may not be shared, or not from this ticket.
    """
    card = load_card(tx, appid, card_id)
    check_share(card, _serves_one(tx, appid, from_id, card_id) if from_id else False)
    tx.add(tables.qr, rows(appid, share_id, [Wish(card_id)], FOREVER, now))


def load_shared(tx: Tx, appid: str, share_id: str) -> Any:
    """Return the row of the card that a ticket shares.

    Raises:
        Refusal: 40073 there is no such ticket, 45030 the card may not be shared any more.
    """
    table = tables.qr.c
    row = tx.one(sa.select(table.card_id).where((table.appid == appid) & (table.scan_id == share_id)))
    if row is None:
        raise Errcode.INVALID_CARD_ID("ticket_unknown", card_id="")
    card = load_card(tx, appid, row.card_id)
    check_share(card, one_claim=False)
    return card


def check_share(card: Any, one_claim: bool) -> None:
    """Go on only if a card may be shared.

    Raises:
        Refusal: 45030.
    """
    base = from_text(card.card_type, card.shown or card.content).base_info
    own_codes = card.use_custom_code and not card.deposit
    refused = share_refusal(card.card_id, base.can_share, one_claim, own_codes, card.bind_openid)
    if refused is not None:
        raise refused


def _serves_one(tx: Tx, appid: str, scan_id: str, card_id: str) -> bool:
    """Tell whether a ticket serves one claim alone."""
    table = tables.qr.c
    mine = (table.appid == appid) & (table.scan_id == scan_id) & (table.card_id == card_id)
    row = tx.one(sa.select(table.once).where(mine))
    if row is None:
        raise Errcode.INVALID_CARD_ID("ticket_unknown", card_id=card_id)
    return bool(row.once)
