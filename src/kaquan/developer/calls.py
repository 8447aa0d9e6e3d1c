"""The log of an account's calls: those that were refused, and of a sandbox app the others too where it says so."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from kaquan.actions.list_calls import Listed, Wanted, list_calls
from kaquan.api.route import ROUTES
from kaquan.errors.explain import explain
from kaquan.store.apps import ALL
from kaquan.web.desk import Desk, console_path, desk
from kaquan.web.templates import ZONE

PAGE = 50
RID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")
FILTERS = ("outcome", "path", "since", "until")


class Row(msgspec.Struct, frozen=True):
    """A call in the list, with the cause in a line.

    Args:
        on_page: it was refused on a page, not on the wire.
    """

    call: Listed
    said: str
    on_page: bool


@desk("/console/{appid}/calls", sees="develop.see")
async def calls(visit: Desk) -> Response:
    """List the kept calls, the newest first; a pasted reference, or the answer it stands in, leads to its call."""
    appid, asked = visit.app.appid, visit.query
    if found := RID.search(asked.get("rid", "")):
        return visit.go(console_path(appid, f"calls/{found[0]}"))
    filters = {name: asked.get(name, "").strip()[:200] for name in FILTERS}
    before = asked.get("before", "")
    wanted = Wanted(
        outcome=filters["outcome"],
        path=filters["path"],
        since=seconds_of(filters["since"]),
        until=seconds_of(filters["until"]),
        before=before if RID.fullmatch(before) else "",
    )
    listed = await visit.read(lambda tx: list_calls(tx, appid, wanted, PAGE + 1))
    more = urlencode({**filters, "before": listed[PAGE - 1].rid}) if len(listed) > PAGE else ""
    return visit.show(
        "developer/calls.html",
        rows=[row_of(visit, one) for one in listed[:PAGE]],
        more=more,
        asked=filters,
        unknown=asked.get("rid", ""),
        filtered=any(filters.values()),
        first=not wanted.before,
        logs_all=visit.app.sandbox and visit.app.log_calls == ALL,
        days=visit.platform.settings.keep_calls_days,
    )


def row_of(visit: Desk, call: Listed) -> Row:
    """Return a call as the list shows it."""
    facts = msgspec.json.decode(call.facts)
    said = explain(call.errcode, call.cause, facts).short(visit.language) if call.errcode else ""
    return Row(call, said, call.path not in ROUTES and not call.path.startswith(("/card/", "/cgi-bin/")))


def seconds_of(text: str) -> int:
    """Return a time as a field of a form has it, in UTC seconds; 0 where it is none."""
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())
    except (ValueError, OverflowError):
        return 0
