"""Who may claim cards before their approval. What the form does is ``/card/testwhitelist/set``."""

from __future__ import annotations

import re

from starlette.responses import Response

from kaquan.actions.list_ways import list_testers
from kaquan.api.card.testwhitelist import MOST
from kaquan.rules.openid import OPENID
from kaquan.rules.text import mask_openid
from kaquan.web.desk import Desk, desk
from kaquan.web.wire import Outcome, Request, perform, stopped

_BETWEEN = re.compile(r"[\s,，]+")


@desk("/console/{appid}/distribution/testers", "GET", "POST", sees="card.see", changes="card.change")
async def testers(visit: Desk) -> Response:
    """Show the testers, and take the place of all of them with those of the form."""
    if visit.request.method == "GET":
        return await show(visit)
    named = [one for one in _BETWEEN.split(visit.form.get("testers", "")) if one]
    request = request_of(named)
    done = await perform(visit, request, "card.testers", count=len(named))
    taken = {*done.answer.get("success_openid", ()), *done.answer.get("success_username", ())}
    unknown = [one for one in named if one not in taken] if done.refused is None else []
    return await show(visit, done, request, unknown, visit.form.get("testers", "") if done.refused else None)


def request_of(named: list[str]) -> Request:
    """Return the call that makes these the testers; whatever has the form of an openid is one."""
    openids = [one for one in named if OPENID.fullmatch(one)]
    return Request(
        "/card/testwhitelist/set", {"openid": openids, "username": [one for one in named if one not in openids]}
    )


async def show(
    visit: Desk,
    outcome: Outcome | None = None,
    request: Request | None = None,
    unknown: list[str] | None = None,
    typed: str | None = None,
) -> Response:
    """Show the testers, and what became of a change."""
    people = await visit.read(lambda tx: list_testers(tx, visit.app.appid))
    names = [one.external_id or one.openid for one in people]
    return visit.show(
        "console/testers.html",
        people=people,
        typed="\n".join(names) if typed is None else typed,
        unknown=unknown or [],
        saved=outcome is not None and outcome.refused is None,
        said=outcome.said if outcome else stopped(visit, "/card/testwhitelist/set"),
        request=request or request_of(names),
        most=MOST,
        mask=mask_openid,
    )
