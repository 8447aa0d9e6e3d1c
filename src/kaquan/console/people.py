"""The people an account knows, and what codes they have."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from kaquan.actions.list_codes import count_states, list_of_person
from kaquan.actions.search_people import find_people, page_of_people
from kaquan.console.codes import code_path, number, person_path
from kaquan.rules.code_search import typed
from kaquan.web.code_words import STATES
from kaquan.web.desk import Desk, desk
from kaquan.web.visit import NotHere

PAGE = 50


@desk("/console/{appid}/people", sees="code.see")
async def people(visit: Desk) -> Response:
    """List the people an account knows, or those that are meant by a text, with the states of their codes."""
    appid, now = visit.app.appid, visit.now
    text, after = typed(visit.query.get("q", "")), visit.query.get("after", "")[:64]
    if text:
        found = await visit.read(lambda tx: find_people(tx, appid, text, PAGE))
    else:
        found = await visit.read(lambda tx: page_of_people(tx, appid, after, PAGE + 1))
    openids = [one.openid for one in found[:PAGE]]
    return visit.show(
        "console/people.html",
        people=found[:PAGE],
        counts=await visit.read(lambda tx: count_states(tx, appid, openids, now)),
        states=_states(visit),
        more=urlencode({"after": openids[-1]}) if len(found) > PAGE else "",
        text=text,
        person_path=person_path,
    )


@desk("/console/{appid}/people/{openid}", sees="code.see")
async def person(visit: Desk) -> Response:
    """Show one of them with all their codes, the newest claim first."""
    appid, openid, now = visit.app.appid, visit.path["openid"], visit.now
    found = await visit.read(lambda tx: find_people(tx, appid, openid, 1))
    if not found or found[0].openid != openid:
        raise NotHere
    after = number(visit.query.get("before", "")), visit.query.get("code", "")
    codes = await visit.read(lambda tx: list_of_person(tx, appid, openid, now, after, PAGE + 1))
    last = codes[PAGE - 1] if len(codes) > PAGE else None
    return visit.show(
        "console/person.html",
        one=found[0],
        counts=(await visit.read(lambda tx: count_states(tx, appid, [openid], now))).get(openid, {}),
        states=_states(visit),
        codes=codes[:PAGE],
        more=urlencode({"before": last.claim_time, "code": last.code.code}) if last else "",
        code_path=code_path,
        person_path=person_path,
    )


def _states(visit: Desk) -> dict[str, tuple[str, str]]:
    return {name: (visit.text(text), kind) for name, (text, kind) in STATES.items()}
