"""Issued codes: one box to look for any of them, and those that people got last."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from kaquan.actions.card_titles import card_titles
from kaquan.actions.list_codes import list_recent
from kaquan.actions.search_people import find_people
from kaquan.actions.trace_code import SHORT, find_kept, find_lines, find_waiting, next_span, nicknames
from kaquan.rules.code_search import OF_CARD, OF_CODE, OF_PERSON, meanings, typed
from kaquan.rules.code_trace import RENAME, Kept
from kaquan.rules.ids import LAST_ID
from kaquan.store.tx import Tx
from kaquan.web.code_words import STATES
from kaquan.web.desk import Desk, console_path, desk
from kaquan.web.links import segment

PAGE = 30
MOST_FOUND = 50


def code_path(appid: str, code: str, card_id: str = "") -> str:
    """Return the path of a code's page; ``card_id`` where the text may stand in several cards."""
    return console_path(appid, f"codes/{segment(code)}") + (f"?card_id={quote(card_id)}" if card_id else "")


def person_path(appid: str, openid: str) -> str:
    """Return the path of the page of somebody whom the account knows."""
    return console_path(appid, f"people/{quote(openid)}")


def number(text: str) -> int:
    """Return a number of a query, 0 for anything else."""
    return min(int(text), LAST_ID) if text.isascii() and text.isdigit() and len(text) < 20 else 0


@desk("/console/{appid}/codes", sees="code.see")
async def codes(visit: Desk) -> Response:
    """Find what was typed, or list the codes that people got last."""
    text = typed(visit.query.get("q", ""))
    return await search(visit, text) if text else await recent(visit)


async def search(visit: Desk, text: str) -> Response:
    """Go to the one thing that a text can mean, or show all that it can."""
    appid, found = visit.app.appid, meanings(text, visit.app.prefix)
    codes = [one for kind, text in found if kind == OF_CODE for one in await _codes(visit, text)]
    people = [
        one
        for kind, text in found
        if kind == OF_PERSON
        for one in await visit.read(partial(find_people, appid=appid, text=text, limit=MOST_FOUND))
    ]
    waiting = await visit.read(lambda tx: find_waiting(tx, appid, text))
    titles = await visit.read(lambda tx: card_titles(tx, appid))
    of_card = next((text for kind, text in found if kind == OF_CARD and text in titles), "")
    only = [code_path(appid, one.code.code, one.code.scope) for one in codes]
    only += [person_path(appid, one.openid) for one in people]
    only += [console_path(appid, "codes") + f"?card_id={quote(of_card)}"] if of_card else []
    if len(only) == 1 and not waiting:
        return visit.go(only[0])
    return visit.show(
        "console/found.html", text=text, codes=codes, people=people, waiting=waiting, titles=titles, **_said(visit)
    )


async def _codes(visit: Desk, text: str) -> list[Kept]:
    """Return the codes of a text; where there is none, those that had it before, as far as a short journal tells."""
    appid = visit.app.appid

    def find(tx: Tx) -> list[Kept]:
        if kept := find_kept(tx, appid, text):
            return kept
        span = next_span(tx, appid, 0, SHORT)
        lines = find_lines(tx, appid, [text], "", span) if span[1] == LAST_ID else []
        became = [one.fields.get("new_code", "") for one in lines if one.kind == RENAME and one.code == text]
        return [kept for code in became for kept in find_kept(tx, appid, str(code))]

    return await visit.read(find)


async def recent(visit: Desk) -> Response:
    """List the codes that people got last, those of one card or of one state alone where it is asked for."""
    asked, appid, now = visit.query, visit.app.appid, visit.now
    card_id, before = asked.get("card_id", ""), number(asked.get("before", ""))
    state = asked.get("state", "") if asked.get("state") in STATES else ""
    listed, rest = await visit.read(lambda tx: list_recent(tx, appid, card_id, state, before, now, PAGE))
    openids = {one.code.openid for one in listed}
    return visit.show(
        "console/codes.html",
        listed=listed,
        names=await visit.read(lambda tx: nicknames(tx, appid, openids)),
        titles=await visit.read(lambda tx: card_titles(tx, appid)),
        more=urlencode({"card_id": card_id, "state": state, "before": rest}) if rest else "",
        asked={"card_id": card_id, "state": state},
        **_said(visit),
    )


def _said(visit: Desk) -> dict[str, Any]:
    states = {name: (visit.text(text), kind) for name, (text, kind) in STATES.items()}
    return {"states": states, "code_path": code_path, "person_path": person_path}
