"""List what a person holds (spec: codes.md 9)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.rules.code import LISTED
from kaquan.store import tables
from kaquan.store.tx import Tx


def list_wallet(tx: Tx, appid: str, openid: str, card_id: str | None) -> list[tuple[str, str]]:
    """Return (code, card_id) of what is in the wallet, the newest claim first; ``card_id`` narrows it to one card."""
    table = tables.code.c
    wanted = (table.appid == appid) & (table.openid == openid) & table.status.in_(LISTED)
    if card_id:
        wanted &= table.card_id == card_id
    newest = (table.claim_time.desc(), table.event_time.desc(), table.code)
    return [(code, card) for code, card in tx.all(sa.select(table.code, table.card_id).where(wanted).order_by(*newest))]
