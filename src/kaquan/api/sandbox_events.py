"""``/sandbox/events``, ``trigger`` and ``resend``: the tape of a sandbox app, and what may be put on it by hand."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.list_events import list_events
from kaquan.actions.record import JournalLine
from kaquan.actions.trigger_event import Trigger, trigger_event
from kaquan.api.call import Call
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.events.made import Subject, check_made
from kaquan.rules.fields import Id, MaxBytes, NumberAsText
from kaquan.rules.openid import check_openid
from kaquan.sources import CODES, new_picks, random_text, wall_clock
from kaquan.store.apps import App

ID_LENGTH = 28
Named = Annotated[str, MaxBytes(64)]


class Events(msgspec.Struct):
    """Body of ``events``: only those after this id."""

    since: Id = 0


class TriggerBody(msgspec.Struct):
    """Body of ``trigger``: what is not said is taken from the app's newest code or card, or made."""

    event: Annotated[str, MaxBytes(64)]
    card_id: Named = ""
    openid: Named = ""
    code: Annotated[str, NumberAsText(), MaxBytes(64)] = ""
    fields: dict[str, Any] = {}


@endpoint("/sandbox/events", reads=Events)
async def events(call: Call, request: Events) -> dict[str, Any]:
    """Return the tape: each event with its deliveries, the oldest first."""
    tape = await call.read(lambda tx: list_events(tx, call.appid, request.since))
    return ok(events=tape, now=wall_clock() + call.app.clock_offset)


def check_trigger(request: TriggerBody, app: App, now: int) -> None:
    """Check that there is such an event, and what is to stand in it."""
    check_made(request.event, request.fields or {})
    if request.openid:
        check_openid(request.openid, "openid")


@endpoint(
    "/sandbox/trigger",
    reads=TriggerBody,
    checks=check_trigger,
    own_card=False,
    refuses=("40097 event_unknown", "40097 event_field", "40097 event_value", "40003 malformed"),
)
async def trigger(call: Call, request: TriggerBody) -> dict[str, Any]:
    """Push an event though nothing happened: no card, code or stock changes."""
    asked = Subject(request.card_id or "", request.code or "", request.openid or "")
    one = Trigger(request.event, asked, made_subject(call.app.prefix), request.fields or {})
    record = call.platform.record()
    return await call.commit(lambda tx: trigger_event(tx, call.app, one, call.now, record), shown)


def made_subject(prefix: str) -> Subject:
    """Return a card, a code and people that there are not, with names as they have here."""
    card_id, openid, friend = (f"{kind}{prefix}{random_text(ID_LENGTH)}"[:ID_LENGTH] for kind in "poo")
    code, old_code = (f"{number % CODES:012d}" for number in new_picks(2))
    return Subject(card_id, code, openid, friend, old_code)


def shown(line: JournalLine) -> dict[str, Any]:
    """Return an event that was put on the tape, as it stands there."""
    head = {"id": str(line.id), "event": line.event, "openid": line.openid, "create_time": line.create_time}
    return ok(**head, fields=msgspec.json.decode(line.fields))
