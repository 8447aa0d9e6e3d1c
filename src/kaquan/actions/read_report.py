"""Read what the console shows of the daily figures: days, channels, stores and cards."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from kaquan.actions.read_statistics import first_open_day, is_behind, list_days
from kaquan.rules import store as store_rule
from kaquan.rules.card import title_of
from kaquan.rules.report import COUNTS, Daily, Period, daily
from kaquan.rules.statistics import CHANNEL, EVERY, MADE_BY, STORE
from kaquan.store import tables
from kaquan.store.tx import Tx

# Rows of each list on the page, and cards that its field offers; a file to save has all.
SHOWN = 20
OFFERED = 200


class Named(msgspec.Struct, frozen=True):
    """How often something was claimed and redeemed by one channel, or at one store."""

    name: str
    receive_cnt: int
    verify_cnt: int


class OfCard(msgspec.Struct, frozen=True):
    """A card; ``counts`` are those of a period, in the order of ``COUNTS``."""

    card_id: str
    title: str
    counts: tuple[int, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """What a page shows.

    Args:
        behind: whether what happened a while ago is still to be counted.
        opened: the first day whose figures may still grow.
        today: the figures of today so far.
        days, before: of the period and of the one before it.
        channels, stores, cards: of the period, the most frequent first.
    """

    behind: bool
    opened: int
    today: Daily
    days: list[Daily]
    before: list[Daily]
    channels: list[Named]
    stores: list[Named]
    cards: list[OfCard]


def read_report(tx: Tx, appid: str, cards: str, period: Period, today: int, until: int) -> Report:
    """Return the report on some cards.

    Args:
        cards: a card_id, how the cards were made, or empty for every card.
        period: the days.
        today: the account's day.
        until: an id up to which the journal should be counted by now.
    """
    rows = list_days(tx, appid, cards, period.before.begin, period.end)
    now = Period(today, today)
    return Report(
        behind=is_behind(tx, appid, until),
        opened=first_open_day(tx, appid),
        today=daily(now, list_days(tx, appid, cards, today, today))[0],
        days=daily(period, rows),
        before=daily(period.before, rows),
        channels=sum_named(tx, appid, cards, CHANNEL, period, SHOWN),
        stores=sum_named(tx, appid, cards, STORE, period, SHOWN),
        cards=sum_cards(tx, appid, cards, period, SHOWN) if cards in {EVERY, *MADE_BY} else [],
    )


def sum_named(tx: Tx, appid: str, cards: str, what: str, period: Period, most: int | None = None) -> list[Named]:
    """Return claims and consumptions by channel or store, the most frequent first."""
    table = tables.stat_named.c
    receive, verify = sa.func.sum(table.receive_cnt), sa.func.sum(table.verify_cnt)
    mine = (table.appid == appid) & (table.cards == cards) & (table.what == what)
    every = sa.select(table.name, receive, verify).where(mine & table.day.between(period.begin, period.end))
    rows = tx.all(every.group_by(table.name).order_by((receive + verify).desc(), table.name).limit(most))
    names = store_names(tx, appid, [row.name for row in rows]) if what == STORE else {}
    return [Named(names.get(name, name), int(receive), int(verify)) for name, receive, verify in rows]


def store_names(tx: Tx, appid: str, names: Iterable[str]) -> dict[str, str]:
    """Return the names of those stores that are told by their number."""
    table, numbers = tables.poi.c, [int(one) for one in names if one.isascii() and one.isdigit()]
    mine = (table.appid == appid) & table.poi_id.in_([one for one in numbers if one < 2**63])
    rows = tx.all(sa.select(table.poi_id, table.content).where(mine))
    return {str(row.poi_id): store_rule.full_name(store_rule.from_text(row.content)) for row in rows}


def sum_cards(tx: Tx, appid: str, made_by: str, period: Period, most: int | None = None) -> list[OfCard]:
    """Return the counts of each card that anything happened with, the most claimed first.

    Args:
        made_by: how the cards were made, empty for every card.
    """
    table, card = tables.stat_day.c, tables.card.c
    sums = [sa.func.sum(table[name]).label(name) for name in COUNTS]
    mine = (table.appid == appid) & table.day.between(period.begin, period.end)
    counted = sa.select(table.cards, *sums).where(mine & table.cards.not_in([EVERY, *MADE_BY])).group_by(table.cards)
    found = counted.subquery()
    wanted = (card.appid == appid) & (card.card_id == found.c.cards)
    if made_by:
        wanted &= card.made_by == made_by
    columns = [found.c[name] for name in COUNTS]
    rows = sa.select(card.card_id, card.content, *columns).where(wanted)
    order = (found.c.receive_cnt.desc(), found.c.verify_cnt.desc(), card.card_id)
    every = tx.all(rows.order_by(*order).limit(most))
    return [OfCard(row[0], title_of(row[1]), tuple(int(one) for one in row[2:])) for row in every]


def offered_cards(tx: Tx, appid: str, chosen: str) -> list[OfCard]:
    """Return the newest cards, and one that was chosen."""
    table = tables.card.c
    columns = sa.select(table.card_id, table.content)
    newest = columns.where(table.appid == appid).order_by(table.create_time.desc(), table.card_id).limit(OFFERED)
    cards = [OfCard(row.card_id, title_of(row.content)) for row in tx.all(newest)]
    if chosen in {EVERY, *MADE_BY, *(one.card_id for one in cards)}:
        return cards
    row = tx.one(columns.where((table.appid == appid) & (table.card_id == chosen)))
    return [*cards, OfCard(chosen, title_of(row.content))] if row else cards
