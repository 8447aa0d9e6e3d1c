"""The cards of an account, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from kaquan.actions.browse_cards import Place, browse_cards
from kaquan.rules.card_tables import COLORS, DELETED, DISPATCH, NOT_VERIFY, OFF_SHELF, VERIFY_FAIL, VERIFY_OK
from kaquan.web.card_words import KINDS
from kaquan.web.desk import Desk, desk
from kaquan.web.texts import zh
from kaquan.web.wire import stopped

PAGE = 20
WORDS_MOST = 60
# State -> its badge: text and kind.
BADGES: Mapping[str, tuple[str, str]] = {
    NOT_VERIFY: (zh("审核中"), "warn"),
    VERIFY_FAIL: (zh("未通过"), "danger"),
    VERIFY_OK: (zh("已通过"), "ok"),
    DISPATCH: (zh("已投放"), "ok"),
    OFF_SHELF: (zh("已下架"), "danger"),
    DELETED: (zh("已删除"), "plain"),
}
# What the list can be narrowed to.
STATES: Mapping[str, frozenset[str]] = {
    "review": frozenset({NOT_VERIFY}),
    "refused": frozenset({VERIFY_FAIL}),
    "approved": frozenset({VERIFY_OK, DISPATCH}),
    "off": frozenset({OFF_SHELF}),
    "deleted": frozenset({DELETED}),
}
STATE_NAMES = {
    "": zh("全部状态"),
    "review": zh("审核中"),
    "refused": zh("未通过"),
    "approved": zh("已通过"),
    "off": zh("已下架"),
    "deleted": zh("已删除"),
}


@desk("/console/{appid}/cards", sees="card.see")
async def cards(visit: Desk) -> Response:
    """List the cards, in one state or with words in title or brand."""
    state, words = visit.query.get("state", ""), visit.query.get("q", "").strip()[:WORDS_MOST]
    statuses, after = STATES.get(state, frozenset()), place_of(visit.query.get("after", ""))
    lines, more = await visit.read(lambda tx: browse_cards(tx, visit.app.appid, statuses, words, after, PAGE))
    asked = {name: value for name, value in (("state", state), ("q", words)) if value}
    return visit.show(
        "console/cards.html",
        lines=lines,
        more=urlencode({**asked, "after": f"{more.create_time}.{more.card_id}"}) if more else "",
        state=state,
        words=words,
        states=[(name, visit.text(label)) for name, label in STATE_NAMES.items()],
        said=stopped(visit, "/card/create"),
        **words_of(visit),
    )


def words_of(visit: Desk) -> dict[str, Any]:
    """Return the names of types and states, and the colours, as templates show them."""
    badges = {status: (visit.text(label), kind) for status, (label, kind) in BADGES.items()}
    return {
        "kinds": {name: visit.text(label) for name, label in KINDS.items()},
        "badges": badges,
        "colors": COLORS,
    }


def place_of(text: str) -> Place | None:
    """Return where a page begins by its query, None for the first page."""
    time, _, card_id = text.partition(".")
    return Place(int(time), card_id) if time.isascii() and time.isdigit() and len(time) < 13 and card_id else None
