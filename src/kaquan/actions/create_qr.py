"""Make a QR ticket for a card or for several (spec: cards.md 13.1)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.actions.load_card import load_card, load_listed
from kaquan.rules.qr import FOREVER, PLACE, Wish, check_live, check_qr
from kaquan.store import tables
from kaquan.store.tx import Tx


def create_qr(
    tx: Tx, appid: str, scan_id: str, wishes: list[Wish], expire_seconds: int, now: int, most: int = FOREVER
) -> None:
    """Save a ticket that is scanned as ``scan_id``.

    Args:
        tx: the transaction.
        appid: the account.
        scan_id: the ticket's name.
        wishes: what the ticket does, one per card; no card twice.
        expire_seconds: how long it can be claimed with.
        now: UTC seconds.
        most: cards of live tickets an account may have; callers that arrive together may go a little beyond.

    Raises:
        Refusal: 40073 unknown card, 40053 fields that do not fit the card, 40078, 45031, 45029.
    """
    cards = [_load(tx, appid, wish) for wish in wishes]
    for wish, card in zip(wishes, cards, strict=True):
        check_qr(wish, card)
    check_live(count_live(tx, appid, now, most), most)
    tx.run(sa.insert(tables.qr), rows(appid, scan_id, wishes, now + expire_seconds, now))


def _load(tx: Tx, appid: str, wish: Wish) -> Any:
    if wish.place == PLACE:
        return load_card(tx, appid, wish.card_id)
    return load_listed(tx, appid, wish.card_id, wish.facts["path"])


def rows(appid: str, scan_id: str, wishes: list[Wish], expire_time: int, now: int) -> list[dict[str, object]]:
    """Return the rows of a ticket, one per card."""
    return [
        {
            "appid": appid,
            "scan_id": scan_id,
            "card_id": wish.card_id,
            "code": wish.code,
            "openid": wish.openid,
            "once": wish.once,
            "outer_str": wish.outer_str,
            "outer_id": wish.outer_id,
            "expire_time": expire_time,
            "used_by": "",
            "create_time": now,
        }
        for wish in wishes
    ]


def count_live(tx: Tx, appid: str, now: int, most: int) -> int:
    """Return how many cards the account's live tickets hold, counted no further than ``most``."""
    table = tables.qr.c
    mine = (table.appid == appid) & (table.expire_time > now) & (table.expire_time < FOREVER)
    found = sa.select(table.appid).where(mine).limit(most).subquery()
    row = tx.one(sa.select(sa.func.count()).select_from(found))
    return int(row[0]) if row else 0
