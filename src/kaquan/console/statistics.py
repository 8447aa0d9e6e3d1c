"""The daily figures of an account: tables, charts drawn from them, and files to save."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.read_report import Named, Report, offered_cards, read_report, sum_cards, sum_named
from kaquan.actions.read_statistics import first_open_day, list_days
from kaquan.rules.report import COUNTS, CUSTOM, PRESETS, Daily, Period, change, daily, last_days, read_period, totals
from kaquan.rules.statistics import API, CHANNEL, CONSOLE, EVERY, MOST_DAYS, STORE, date_of, day_of
from kaquan.sources import last_id_before, wall_clock
from kaquan.store.tx import Tx
from kaquan.web.csv_out import Row, csv_response
from kaquan.web.desk import Desk, desk
from kaquan.web.texts import Texts, zh
from kaquan.web.visit import NotHere

KIND_NAMES = (zh("浏览量"), zh("领取量"), zh("核销量"), zh("转赠量"), zh("过期量"))
"""What is counted, in the order of ``KINDS``."""
# What happened so long ago is counted by now, as a rule.
LATE_SECONDS = 30
WAYS = ((EVERY, zh("全部卡券")), (CONSOLE, zh("在控制台创建的")), (API, zh("用接口创建的")))


class Asked(msgspec.Struct, frozen=True):
    """What the page is asked for.

    Args:
        period: the days; the last ones of a preset where those that were asked for cannot be shown.
        wrong: whether that is so.
        days: name of the preset, or ``custom``.
        cards: a card_id, how the cards were made, or empty for every card.
        compares: with the days before.
    """

    period: Period
    wrong: bool
    days: str
    cards: str
    compares: bool

    @property
    def begin(self) -> str:
        """Return the first day as it is written."""
        return date_of(self.period.begin)

    @property
    def end(self) -> str:
        """Return the last day as it is written."""
        return date_of(self.period.end)


class Tile(msgspec.Struct, frozen=True):
    """A number of the whole period; ``change`` is in percent of the days before, None where there is none."""

    label: str
    count: int
    today: int
    change: int | None


def asked_of(visit: Desk, today: int) -> Asked:
    """Return what a visit asks for."""
    query = visit.query
    period, days = read_period(query, today), query.get("days", "")
    known = days if days in {CUSTOM, *map(str, PRESETS)} else str(PRESETS[0])
    compares = "compare" in query or not query
    return Asked(period or last_days(PRESETS[0], today), period is None, known, query.get("cards", ""), compares)


@desk("/console/{appid}/statistics", sees="statistics.see")
async def statistics(visit: Desk) -> Response:
    """Show the figures of some days, with those of today so far."""
    today, appid = day_of(visit.now), visit.app.appid
    asked, until = asked_of(visit, today), last_id_before(wall_clock() - LATE_SECONDS)
    report, cards = await visit.read(
        lambda tx: (
            read_report(tx, appid, asked.cards, asked.period, today, until),
            offered_cards(tx, appid, asked.cards),
        )
    )
    return visit.show(
        "console/statistics.html",
        asked=asked,
        report=report,
        tiles=tiles_of(report, asked, visit.text),
        channels=with_rest(report.channels, report.days, visit.text),
        stores=with_rest(report.stores, report.days, visit.text, claims=False),
        kinds=[visit.text(name) for name in KIND_NAMES],
        presets=[(str(days), visit.text("最近 {days} 天", days=days)) for days in PRESETS],
        ways=[(way, visit.text(name)) for way, name in WAYS],
        cards=cards,
        most_days=MOST_DAYS,
        today=date_of(today),
    )


def tiles_of(report: Report, asked: Asked, text: Texts) -> list[Tile]:
    """Return the numbers of the period."""
    now, before, today = totals(report.days), totals(report.before), totals([report.today])
    grown = {name: change(now[name], before[name]) if asked.compares else None for name in COUNTS}
    return [
        Tile(text(label), now[name], today[name], grown[name]) for name, label in zip(COUNTS, KIND_NAMES, strict=True)
    ]


def with_rest(rows: list[Named], days: list[Daily], text: Texts, claims: bool = True) -> list[Named]:
    """Return rows with what they leave of all consumptions, and claims; an empty list stays empty."""
    every = totals(days)
    receive = every["receive_cnt"] - sum(one.receive_cnt for one in rows) if claims else 0
    verify = every["verify_cnt"] - sum(one.verify_cnt for one in rows)
    more = [Named(text("未标明或未列出"), receive, verify)] if rows and (receive or verify) else []
    return rows + more


Table = Callable[[Tx, str, Asked, Texts], Iterable[Row]]


def days_table(tx: Tx, appid: str, asked: Asked, text: Texts) -> Iterable[Row]:
    """Yield the figures of each day; of one that is not over it is said."""
    opened = first_open_day(tx, appid)
    heads = (f"{text(kind)} ({text(what)})" for kind in KIND_NAMES for what in (zh("次数"), zh("人数")))
    yield [text("日期"), *heads, text("说明")]
    for one in daily(asked.period, list_days(tx, appid, asked.cards, asked.period.begin, asked.period.end)):
        yield [one.date, *one.figures, text("尚未完整") if one.day >= opened else ""]


def cards_table(tx: Tx, appid: str, asked: Asked, text: Texts) -> Iterable[Row]:
    """Yield the counts of each card."""
    yield ["card_id", text("标题"), *map(text, KIND_NAMES)]
    for one in sum_cards(tx, appid, asked.cards, asked.period):
        yield [one.card_id, one.title, *one.counts]


def channels_table(tx: Tx, appid: str, asked: Asked, text: Texts) -> Iterable[Row]:
    """Yield claims and consumptions of each channel."""
    yield [text("渠道"), text("领取量"), text("核销量")]
    for one in sum_named(tx, appid, asked.cards, CHANNEL, asked.period):
        yield [one.name, one.receive_cnt, one.verify_cnt]


def stores_table(tx: Tx, appid: str, asked: Asked, text: Texts) -> Iterable[Row]:
    """Yield the consumptions at each store."""
    yield [text("门店"), text("核销量")]
    for one in sum_named(tx, appid, asked.cards, STORE, asked.period):
        yield [one.name, one.verify_cnt]


TABLES: dict[str, Table] = {
    "days": days_table,
    "cards": cards_table,
    "channels": channels_table,
    "stores": stores_table,
}


@desk("/console/{appid}/statistics/{table}.csv", sees="statistics.see")
async def save(visit: Desk) -> Response:
    """Send one of the tables as a file, whole.

    Raises:
        NotHere: there is no such table, or no such days.
    """
    table = TABLES.get(visit.path["table"])
    asked, appid = asked_of(visit, day_of(visit.now)), visit.app.appid
    if table is None or asked.wrong:
        raise NotHere
    rows: list[Any] = await visit.read(lambda tx: list(table(tx, appid, asked, visit.text)))
    return visit.send(csv_response(f"{visit.path['table']}-{asked.begin}-{asked.end}.csv", rows))
