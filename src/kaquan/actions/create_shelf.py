"""Make a shelf: a page that hands out several cards (spec: cards.md 13.2, distribution.md 5)."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.actions.count_up import count_up
from kaquan.actions.create_qr import rows
from kaquan.actions.load_card import load_listed
from kaquan.rules.qr import FOREVER, Wish
from kaquan.rules.ways import SHELF, check_way
from kaquan.store import tables
from kaquan.store.tx import Tx


class ShelfCard(msgspec.Struct, frozen=True):
    """A card on a shelf, and its picture there."""

    card_id: str
    thumb_url: str


class Shelf(msgspec.Struct, frozen=True):
    """What stands on a shelf."""

    banner: str
    page_title: str
    can_share: bool
    scene: str
    cards: list[ShelfCard]


def create_shelf(tx: Tx, appid: str, scan_id: str, shelf: Shelf, now: int) -> int:
    """Save a shelf and the ticket its cards are claimed with, and return its page_id.

    Args:
        tx: the transaction.
        appid: the account.
        scan_id: names the page and the ticket.
        shelf: what stands on it.
        now: UTC seconds.

    Raises:
        Refusal: 40073 with the card's place, 40078, 40112, 40158.
    """
    paths = [f"card_list[{position}].card_id" for position in range(len(shelf.cards))]
    cards = [load_listed(tx, appid, card.card_id, path) for card, path in zip(shelf.cards, paths, strict=True)]
    for card, path in zip(cards, paths, strict=True):
        check_way(SHELF, card, path)
    page_id = count_up(tx, appid, "shelf")
    values = {name: getattr(shelf, name) for name in ("banner", "page_title", "can_share", "scene")}
    card_list = msgspec.json.encode(shelf.cards).decode()
    made = {"appid": appid, "scan_id": scan_id, "page_id": page_id, "card_list": card_list, "create_time": now}
    tx.run(sa.insert(tables.shelf).values(**values, **made))
    wishes = [Wish(card_id) for card_id in dict.fromkeys(card.card_id for card in shelf.cards)]
    tx.run(sa.insert(tables.qr), rows(appid, scan_id, wishes, FOREVER, now))
    return page_id
