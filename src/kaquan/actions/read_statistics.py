"""Read the daily figures (spec: statistics_and_stores.md A)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kaquan.actions.count_acts import begun
from kaquan.actions.fold_journal import lines_ahead
from kaquan.errors import Errcode
from kaquan.rules.statistics import COLUMNS, date_of
from kaquan.store import tables
from kaquan.store.tx import Tx


def first_open_day(tx: Tx, appid: str) -> int:
    """Return the first day whose figures may still grow."""
    fold = tables.stat_fold.c
    row = tx.one(sa.select(fold.closed).where(fold.appid == appid))
    return int(row.closed if row else begun(tx, appid)["closed"])


def check_closed(tx: Tx, appid: str, end: int) -> None:
    """Go on only if the figures of a day, and of those before it, are complete.

    Raises:
        Refusal: 61503.
    """
    opened = first_open_day(tx, appid)
    if end >= opened:
        raise Errcode.DATA_NOT_READY("not_closed", end_date=date_of(end), latest=date_of(opened - 1))


def is_behind(tx: Tx, appid: str, until: int) -> bool:
    """Tell whether lines of the journal up to an id are still to be counted."""
    fold = tables.stat_fold.c
    row = tx.one(sa.select(fold.folded).where(fold.appid == appid))
    return tx.one(lines_ahead(appid, row.folded if row else 0, until).limit(1)) is not None


def list_days(tx: Tx, appid: str, cards: str, begin: int, end: int) -> list[Any]:
    """Return day and figures of some cards, the first day first; days on which nothing happened are left out.

    Args:
        cards: a card_id, how the cards were made, or empty for every card.
        begin, end: the first and the last day.
    """
    table = tables.stat_day.c
    mine = (table.appid == appid) & (table.cards == cards) & table.day.between(begin, end)
    return tx.all(sa.select(table.day, *figures()).where(mine).order_by(table.day))


def list_card_days(tx: Tx, appid: str, made_by: str, types: list[str], card_id: str, begin: int, end: int) -> list[Any]:
    """Return day, card_id, card_type and figures of each card, ordered by day and card_id.

    Args:
        made_by: how the cards were made.
        types: of the cards.
        card_id: of the only card that is wanted, empty for all.
        begin, end: the first and the last day.
    """
    table, card = tables.stat_day.c, tables.card.c
    of_card = (card.appid == table.appid) & (card.card_id == table.cards)
    mine = (table.appid == appid) & (card.appid == appid) & table.day.between(begin, end)
    wanted = (card.made_by == made_by) & card.card_type.in_(types)
    if card_id:
        wanted &= table.cards == card_id
    rows = sa.select(table.day, card.card_id, card.card_type, *figures()).join_from(
        tables.stat_day, tables.card, of_card
    )
    return tx.all(rows.where(mine & wanted).order_by(table.day, card.card_id))


def figures() -> list[sa.ColumnElement[int]]:
    """Return the columns of the figures."""
    return [tables.stat_day.c[name] for name in COLUMNS]
