"""What pages show of cards: a shelf, and the card of an article."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.create_shelf import ShelfCard
from kaquan.rules.card import from_text
from kaquan.rules.card_content import BaseInfo, Content
from kaquan.rules.card_tables import DELETED
from kaquan.rules.store import APPROVED
from kaquan.store import tables
from kaquan.store.tx import Tx


class ShownCard(msgspec.Struct, frozen=True):
    """A card as a page shows it.

    Args:
        card_id, card_type: which.
        content: what people see of it.
        picture: beside it, its logo unless the page has another.
        quantity: what is left.
        stores: in how many it may be used.
    """

    card_id: str
    card_type: str
    content: Content
    picture: str
    quantity: int
    stores: int = 0

    @property
    def base(self) -> BaseInfo:
        """Return what every card has."""
        return self.content.base_info


class ShownPage(msgspec.Struct, frozen=True):
    """A page of cards; those that were deleted are left out of shelves and articles."""

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
    shown = list(show_cards(tx, appid, list(ticket_cards(tx, appid, scan_id))).values())
    return ShownPage(shown[0].base.title, "", shown) if shown else None


def ticket_cards(tx: Tx, appid: str, scan_id: str) -> dict[str, bool]:
    """Return the cards of a ticket in a steady order, with whether it serves one claim of each; none if unknown."""
    table = tables.qr.c
    mine = (table.appid == appid) & (table.scan_id == scan_id)
    rows = tx.all(sa.select(table.card_id, table.once).where(mine).order_by(table.create_time, table.card_id))
    return {row.card_id: bool(row.once) for row in rows}


def show_cards(tx: Tx, appid: str, card_ids: list[str], gone: bool = False) -> dict[str, ShownCard]:
    """Return the cards of these ids that the account has; with ``gone`` deleted ones too."""
    rows = _cards(tx, appid, card_ids, gone)
    every = _store_count(tx, appid, rows)
    return {one: shown_card(rows[one], "", every) for one in dict.fromkeys(card_ids) if one in rows}


def _store_count(tx: Tx, appid: str, rows: dict[str, Any]) -> int:
    """Return how many approved stores the account has, where one of the cards may be used in all."""
    if not any(_content(row).base_info.use_all_locations for row in rows.values()):
        return 0
    table = tables.poi.c
    counted = sa.select(sa.func.count()).select_from(tables.poi)
    row = tx.one(counted.where((table.appid == appid) & (table.status == APPROVED)))
    return int(row[0]) if row else 0


def _cards(tx: Tx, appid: str, card_ids: list[str], gone: bool = False) -> dict[str, Any]:
    """Return the rows of these cards."""
    card, stock = tables.card, tables.stock
    mine = (card.c.appid == appid) & (stock.c.appid == appid) & card.c.card_id.in_(card_ids)
    if not gone:
        mine &= card.c.status != DELETED
    rows = tx.all(
        sa.select(card.c.card_id, card.c.card_type, card.c.content, card.c.shown, stock.c.quantity)
        .join(stock, (stock.c.appid == card.c.appid) & (stock.c.card_id == card.c.card_id))
        .where(mine)
    )
    return {row.card_id: row for row in rows}


def _content(row: Any) -> Content:
    return from_text(row.card_type, row.shown or row.content)


def shown_card(row: Any, picture: str = "", every: int = 0) -> ShownCard:
    """Return a card's row, with its quantity, as a page shows it.

    Args:
        row: of the card, and of its stock.
        picture: takes the place of its logo.
        every: the account's stores, where the card may be used in all.
    """
    content = _content(row)
    base = content.base_info
    stores = every if base.use_all_locations else len(set(base.location_id_list))
    return ShownCard(row.card_id, row.card_type, content, picture or base.logo_url, row.quantity, stores)
