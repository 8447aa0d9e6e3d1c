"""Codes as a table to download: those of a card, of a state, or claimed within some days."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Any

from starlette.responses import Response

from kaquan.actions.card_titles import card_titles
from kaquan.actions.list_codes import Filter, Place, count_issued, read_piece
from kaquan.rules.code import GIFT_SUCC
from kaquan.web.code_words import STATES
from kaquan.web.csv_out import csv_response
from kaquan.web.desk import Desk, desk
from kaquan.web.templates import ZONE, moment
from kaquan.web.texts import zh

DAY = 86400
HEADER = (
    zh("券码"),
    "card_id",
    zh("卡券"),
    zh("状态"),
    "openid",
    zh("领取时间"),
    zh("有效期开始"),
    zh("有效期结束"),
    zh("状态时间"),
    zh("渠道"),
    zh("失效理由"),
)


def day_of(text: str) -> int:
    """Return when a day of the platform begins, UTC seconds; 0 for what is no day."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZONE).timestamp())
    except ValueError:
        return 0


def filter_of(asked: dict[str, str]) -> Filter:
    """Return which codes a form, or a query, asks for; the last day is counted in."""
    until = day_of(asked.get("until", ""))
    state = asked.get("state", "") if asked.get("state") in STATES else ""
    return Filter(asked.get("card_id", ""), state, day_of(asked.get("since", "")), until + DAY if until else 0)


@desk("/console/{appid}/code-export", "GET", "POST", sees="code.export")
async def code_export(visit: Desk) -> Response:
    """Ask which codes are wanted and tell how many there are, or send them."""
    if visit.request.method == "GET":
        return await show(visit)
    asked, appid = filter_of(visit.form), visit.app.appid
    titles = await visit.read(lambda tx: card_titles(tx, appid))
    await visit.note("code.export", asked.card_id, state=asked.state, since=asked.since, until=asked.until)
    name = f"codes-{asked.card_id or appid}-{moment(visit.now)[:10]}.csv"
    return csv_response(name, rows(visit, asked, titles))


async def show(visit: Desk) -> Response:
    """Show the form with the number of rows that the card chosen has at the most."""
    appid, asked = visit.app.appid, visit.query
    card_id = asked.get("card_id", "")
    return visit.show(
        "console/code_export.html",
        titles=await visit.read(lambda tx: card_titles(tx, appid)),
        states={name: visit.text(text) for name, (text, _) in STATES.items()},
        most=await visit.read(lambda tx: count_issued(tx, appid, card_id)),
        asked={name: asked.get(name, "") for name in ("card_id", "state", "since", "until")},
    )


async def rows(visit: Desk, asked: Filter, titles: dict[str, str]) -> AsyncIterator[list[Any]]:
    """Yield the heads, then the codes that are asked for, each piece as it is when it is read."""
    yield [visit.text(one) for one in HEADER]
    appid, now = visit.app.appid, visit.now
    states = {name: visit.text(text) for name, (text, _) in STATES.items()}
    place: Place | None = ("", "")
    while place is not None:
        found, place = await visit.read(partial(read_piece, appid=appid, asked=asked, after=place, now=now))
        for row in found:
            yield _row(row, states, titles)


def _row(row: Any, states: dict[str, str], titles: dict[str, str]) -> list[Any]:
    left = row.state == GIFT_SUCC and bool(row.reason)
    return [
        row.reason if left else row.code,
        row.card_id,
        titles.get(row.card_id, ""),
        states.get(row.state, row.state),
        row.openid,
        *(moment(at) for at in (row.claim_time, row.begin_time, row.end_time, row.status_time)),
        row.outer_str,
        "" if left else row.reason,
    ]
