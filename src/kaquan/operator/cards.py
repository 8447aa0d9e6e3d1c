"""The cards of all merchants that wait for a review, or that the platform took off the shelf."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.list_queue import cards_in, count_queue
from kaquan.actions.load_card import load_card
from kaquan.errors import Refusal
from kaquan.operator.queues import page_of
from kaquan.operator.waiting import waits
from kaquan.rules.card import from_text
from kaquan.rules.card_tables import DISPATCH, NOT_VERIFY, OFF_SHELF, VERIFY_FAIL, VERIFY_OK
from kaquan.store.tx import Tx
from kaquan.web.card_words import KINDS
from kaquan.web.desk import Desk, desk
from kaquan.web.texts import zh

STATES = {
    NOT_VERIFY: (zh("待审核"), "warn"),
    OFF_SHELF: (zh("已下架"), "danger"),
    VERIFY_FAIL: (zh("未通过"), "danger"),
    VERIFY_OK: (zh("已通过"), "ok"),
    DISPATCH: (zh("已投放"), "ok"),
    "CARD_STATUS_DELETE": (zh("已删除"), "plain"),
}
DONE = {
    "approve": zh("已通过：{title}"),
    "refuse": zh("已驳回：{title}"),
    "takedown": zh("已下架：{title}"),
    "restore": zh("已恢复：{title}"),
}
# What the list can be asked for; anything else is what waits.
LISTED = (NOT_VERIFY, OFF_SHELF, VERIFY_FAIL, VERIFY_OK)


class Line(msgspec.Struct, frozen=True):
    """A card in the list."""

    appid: str
    merchant: str
    sandbox: bool
    card_id: str
    title: str
    kind: str
    time: int
    changed: bool


@waits("cards", zh("待审核的卡券"))
def waiting_cards(tx: Tx) -> int:
    """Return how many cards wait for a review."""
    return count_queue(tx, cards_in(NOT_VERIFY))


@desk("/operator/cards", sees="platform.see")
async def cards(visit: Desk) -> Response:
    """List cards in a state, those that have been in it longest first."""
    status, merchant = visit.query.get("state", ""), visit.query.get("merchant", "").strip()[:32]
    status = status if status in LISTED else NOT_VERIFY
    rows, more = await page_of(visit, cards_in(status), state=status, merchant=merchant)
    return visit.show(
        "operator/cards.html",
        lines=[await line(visit, row) for row in rows],
        more=more,
        done=await said_done(visit),
        asked={"state": status, "merchant": merchant},
        states=[(one, visit.text(STATES[one][0])) for one in LISTED],
    )


async def said_done(visit: Desk) -> str:
    """Return what to say of the decision that led here, empty without one."""
    text, query = DONE.get(visit.query.get("done", ""), ""), visit.query
    if not text:
        return ""
    try:
        row = await visit.read(lambda tx: load_card(tx, query.get("of", ""), query.get("card", "")))
    except Refusal:
        return ""
    return visit.text(text, title=title_of(row))


def title_of(row: Any) -> str:
    """Return a card's title."""
    return from_text(row.card_type, row.content).base_info.title


async def line(visit: Desk, row: Any) -> Line:
    """Return a card's row as the list shows it."""
    app = await visit.platform.apps.get(row.appid)
    kind = visit.text(KINDS[row.card_type])
    known = (app.name, app.sandbox) if app else ("", False)
    return Line(row.appid, *known, row.card_id, title_of(row), kind, row.update_time, bool(row.shown))
