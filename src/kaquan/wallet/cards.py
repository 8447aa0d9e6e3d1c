"""The wallet: every card of the visitor's, over all accounts they have met."""

from __future__ import annotations

import asyncio
import heapq
from urllib.parse import urlencode

from starlette.responses import Response

from kaquan.actions.keep_account import openids_of
from kaquan.actions.list_holdings import Face, Held, Place, list_holdings
from kaquan.rules import code as rule
from kaquan.rules.card_page import OVER, STAMPS
from kaquan.rules.jump_url import safe_url
from kaquan.store.apps import App
from kaquan.web.card_texts import STAMP_TEXTS
from kaquan.web.card_words import tone, validity
from kaquan.web.links import card_path
from kaquan.web.page import page
from kaquan.web.visit import Visit

PAGE = 20
KINDS = ("kept", "ended")


class Tile:
    """One card of the list, in the words of the page.

    Args:
        visit: for its language.
        app: whose card.
        held: the code.
        now: the account's time.
    """

    def __init__(self, visit: Visit, app: App, held: Held, now: int) -> None:
        code = held.code
        state = rule.state(code, now)
        self.face: Face = held.face
        self.logo = safe_url(held.face.logo_url)
        self.path = card_path(app.appid, code.card_id, code.code)
        self.tone = tone(held.face.color)
        self.stamp = visit.text(STAMP_TEXTS[state]) if state in STAMPS else ""
        self.over = state in OVER
        self.validity = validity(visit.text, code.begin_time, code.end_time)
        self.place = Place(held.claim_time, app.appid, code.code, code.scope)


@page("/wallet")
async def cards(visit: Visit) -> Response:
    """Show what the visitor holds, the newest claims first."""
    person = visit.require_person()
    kind = "ended" if visit.query.get("tab") == "ended" else "kept"
    known = await visit.read(lambda tx: openids_of(tx, person.id))
    after = place_of(visit.query)
    lists = await asyncio.gather(*(of_app(visit, appid, openid, kind, after) for appid, openid in known))
    tiles = list(heapq.merge(*lists, key=lambda one: (-one.place.claim_time, one.place.appid)))
    more = next_page(kind, tiles[PAGE - 1].place) if len(tiles) > PAGE else ""
    return visit.show("wallet/cards.html", kind=kind, tiles=tiles[:PAGE], more=more, first=after is None)


async def of_app(visit: Visit, appid: str, openid: str, kind: str, after: Place | None) -> list[Tile]:
    """Return one account's cards, one more than a page at most; a suspended account shows none."""
    app = await visit.platform.apps.get(appid)
    if app is None or app.suspended:
        return []
    now = visit.time_of(app)
    found = await visit.read(
        lambda tx: list_holdings(tx, appid, openid, kind == "kept", now, after, PAGE + 1),
    )
    return [Tile(visit, app, one, now) for one in found]


def place_of(query: dict[str, str]) -> Place | None:
    """Return where the page before ended, as :func:`next_page` wrote it."""
    time = query.get("time", "")
    if not (time.isascii() and time.isdigit() and len(time) <= 12):
        return None
    return Place(int(time), query.get("app", ""), query.get("code", ""), query.get("scope", ""))


def next_page(kind: str, place: Place) -> str:
    """Return the path of the page behind this place."""
    named = {"time": place.claim_time, "app": place.appid, "code": place.code, "scope": place.scope}
    return f"/wallet?{urlencode({'tab': kind, **named})}"
