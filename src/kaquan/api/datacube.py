"""``/datacube/*``: the daily figures of cards (spec: statistics_and_stores.md A)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.read_statistics import check_closed, list_card_days, list_days
from kaquan.api.call import Call
from kaquan.api.card.owner import load_own_card
from kaquan.api.route import CARD, endpoint
from kaquan.errors import Errcode
from kaquan.rules.fields import Between, MissingAs
from kaquan.rules.statistics import CARD_TYPES, COLUMNS, MADE_BY, Date, date_of, day_of, numbered, range_refusal
from kaquan.store.apps import App
from kaquan.store.tx import Tx

DAYS = ("61501 reversed not_over too_long", "61503 not_closed")
"""The steps of the days that are asked for."""


class OfDays(msgspec.Struct):
    """A question about days of all cards that were made on the console (0) or by the API (1)."""

    begin_date: Date
    end_date: Date
    cond_source: Annotated[int, MissingAs(Errcode.MISSING_FIELD), Between(0, len(MADE_BY) - 1, Errcode.INVALID_ARGS)]


class OfCards(OfDays):
    """The same about each of these cards, or one of them."""

    card_id: str | None = None


def check_days(request: OfDays, app: App, now: int) -> None:
    """Check that these days can be asked for."""
    refused = range_refusal(*days_of(request), day_of(now))
    if refused is not None:
        raise refused


def days_of(request: OfDays) -> tuple[int, int]:
    """Return the first and the last day of a question whose dates have their form."""
    return numbered(request.begin_date) or 0, numbered(request.end_date) or 0


@endpoint("/datacube/getcardbizuininfo", reads=OfDays, checks=check_days, needs=CARD, refuses=DAYS)
async def getcardbizuininfo(call: Call, request: OfDays) -> dict[str, Any]:
    """Return the figures of each day on which something happened, over all cards that were made one way."""
    begin, end = days_of(request)
    made_by = MADE_BY[request.cond_source]

    def listed(tx: Tx) -> list[dict[str, Any]]:
        check_closed(tx, call.appid, end)
        days = list_days(tx, call.appid, made_by, begin, end)
        return [{"ref_date": date_of(row[0]), **figures(row[1:])} for row in days]

    return {"list": await call.read(listed)}


@endpoint("/datacube/getcardcardinfo", reads=OfCards, checks=check_days, needs=CARD, refuses=DAYS)
async def getcardcardinfo(call: Call, request: OfCards) -> dict[str, Any]:
    """Return the figures of each day and coupon; tickets and member cards are not among them."""
    if request.card_id:
        await load_own_card(call, request.card_id)
    begin, end = days_of(request)
    which = (MADE_BY[request.cond_source], list(CARD_TYPES), request.card_id or "")

    # Put into its words in the thread that has read it: of many cards it is thousands of rows.
    def listed(tx: Tx) -> list[dict[str, Any]]:
        check_closed(tx, call.appid, end)
        return [of_card(*row) for row in list_card_days(tx, call.appid, *which, begin, end)]

    return {"list": await call.read(listed)}


def of_card(day: int, card_id: str, card_type: str, *counts: int) -> dict[str, Any]:
    """Return what the wire says of a card's day; older SDKs read whether the card was paid for, which none is."""
    head = {"ref_date": date_of(day), "card_id": card_id, "card_type": CARD_TYPES[card_type], "is_pay": 0}
    return head | figures(counts)


def figures(counts: tuple[int, ...]) -> dict[str, int]:
    """Return figures by their names on the wire."""
    return dict(zip(COLUMNS, counts, strict=True))
