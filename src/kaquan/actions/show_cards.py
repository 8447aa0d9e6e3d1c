"""What pages show of cards: a shelf, and the card of an article."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.create_shelf import ShelfCard
from kaquan.rules.card import from_text
from kaquan.rules.card_tables import DELETED
from kaquan.store import tables
from kaquan.store.tx import Tx


class ShownCard(msgspec.Struct, frozen=True):
    """A card as a page shows it; ``color`` is the colour's name, ``quantity`` what is left."""

    card_id: str
    title: str
    brand: str
    color: str
    picture: str
    quantity: int


class ShownPage(msgspec.Struct, frozen=True):
    """A page of cards; those that were deleted are left out."""

    title: str
    banner: str
    cards: list[ShownCard]


def show_shelf(tx: Tx, appid: str, scan_id: str) -> ShownPage | None:
    """Return a shelf's page, None when there is no such shelf."""
    table = tables.shelf.c
    shelf = tx.one(sa.select(tables.shelf).where((table.appid == appid) & (table.scan_id == scan_id)))
    if shelf is None:
        return None
    placed = msgspec.json.decode(shelf.card_list, type=list[ShelfCard])
    known = _cards(tx, appid, [one.card_id for one in placed])
    shown = [shown_card(known[one.card_id], one.thumb_url) for one in placed if one.card_id in known]
    return ShownPage(shelf.page_title, shelf.banner, shown)


def show_ticket(tx: Tx, appid: str, scan_id: str) -> ShownPage | None:
    """Return a page of what a ticket hands out, None when there is no such ticket or its cards are gone."""
    table = tables.qr.c
    rows = tx.all(sa.select(table.card_id).where((table.appid == appid) & (table.scan_id == scan_id)))
    shown = [shown_card(row) for row in _cards(tx, appid, [row.card_id for row in rows]).values()]
    return ShownPage(shown[0].title, "", shown) if shown else None


def show_cards(tx: Tx, appid: str, card_ids: list[str]) -> dict[str, ShownCard]:
    """Return these cards by their ids; those that were deleted are left out."""
    return {card_id: shown_card(row) for card_id, row in _cards(tx, appid, card_ids).items()}


def _cards(tx: Tx, appid: str, card_ids: list[str]) -> dict[str, Any]:
    """Return the rows of these cards that are not deleted."""
    card, stock = tables.card, tables.stock
    mine = (card.c.appid == appid) & (stock.c.appid == appid) & card.c.card_id.in_(card_ids)
    rows = tx.all(
        sa.select(card.c.card_id, card.c.card_type, card.c.content, card.c.shown, stock.c.quantity)
        .join(stock, (stock.c.appid == card.c.appid) & (stock.c.card_id == card.c.card_id))
        .where(mine & (card.c.status != DELETED))
    )
    return {row.card_id: row for row in rows}


def shown_card(row: Any, picture: str = "") -> ShownCard:
    """Return a card's row, with its quantity, as a page shows it; ``picture`` takes the place of its logo."""
    base = from_text(row.card_type, row.shown or row.content).base_info
    return ShownCard(row.card_id, base.title, base.brand_name, base.color, picture or base.logo_url, row.quantity)
