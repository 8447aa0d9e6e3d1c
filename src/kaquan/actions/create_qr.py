"""Make a QR ticket for a card (spec: cards.md 13.1)."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.load_card import load_card
from kaquan.rules.qr import Wish, check_qr
from kaquan.store import tables
from kaquan.store.tx import Tx


def create_qr(tx: Tx, appid: str, scan_id: str, wish: Wish, expire_seconds: int, now: int) -> None:
    """Save a ticket that is scanned as ``scan_id``.

    Raises:
        Refusal: 40073 unknown card, 40053 fields that do not fit the card, 40078, 45031.
    """
    check_qr(wish, load_card(tx, appid, wish.card_id))
    tx.run(
        sa.insert(tables.qr).values(
            appid=appid,
            scan_id=scan_id,
            card_id=wish.card_id,
            code=wish.code,
            openid=wish.openid,
            once=bool(wish.code or wish.openid or wish.is_unique_code),
            outer_str=wish.outer_str,
            outer_id=wish.outer_id,
            expire_time=now + expire_seconds,
            used_by="",
            create_time=now,
        )
    )
