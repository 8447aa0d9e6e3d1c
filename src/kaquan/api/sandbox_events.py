"""``/sandbox/app``, ``events``, ``trigger`` and ``resend``: an app's tape, and what is put on it by hand."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.list_events import list_events
from kaquan.actions.manage_app import callback_of
from kaquan.actions.record import JournalLine
from kaquan.actions.resend_events import LAST_ID, MOST, Range, check_count, find_events, resend_events
from kaquan.actions.trigger_event import Trigger, trigger_event
from kaquan.api.call import Call
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.events.made import Subject, check_made
from kaquan.rules.fields import Id, MaxBytes, NumberAsText
from kaquan.rules.openid import check_openid
from kaquan.sources import CODES, id_at, moment_clock, new_picks, random_text, wall_clock
from kaquan.store.apps import App
from kaquan.store.tx import Tx

ID_LENGTH = 28
# Longer than any transaction may take: what was begun so long ago is on the tape by now, or never will be.
SETTLED_SECONDS = 30
Named = Annotated[str, MaxBytes(64)]


class Nothing(msgspec.Struct):
    """Body of ``app``: nothing."""


class Events(msgspec.Struct):
    """Body of ``events``: only those after this id, and of the last so many seconds of the wall clock."""

    since: Id = 0
    last: Id | None = None


class Resend(msgspec.Struct):
    """Body of ``resend``: ``ids``, or a range whose parts all hold; ``since`` and ``until`` are ids of the tape."""

    ids: list[Id] = []
    since: Id | None = None
    until: Id | None = None
    last: Id | None = None
    event: Named = ""
    dead: bool = False


class TriggerBody(msgspec.Struct):
    """Body of ``trigger``: what is not said is taken from the app's newest code or card, or made."""

    event: Annotated[str, MaxBytes(64)]
    card_id: Named = ""
    openid: Named = ""
    code: Annotated[str, NumberAsText(), MaxBytes(64)] = ""
    fields: dict[str, Any] = {}


@endpoint("/sandbox/app", reads=Nothing)
async def app(call: Call, request: Nothing) -> dict[str, Any]:
    """Return what events say of the account, and where they are pushed; nothing secret."""
    told = await call.read(lambda tx: callback_of(tx, call.appid))
    return ok(appid=call.appid, name=call.app.name, gh_id=call.app.gh_id, callback=told)


@endpoint("/sandbox/events", reads=Events)
async def events(call: Call, request: Events) -> dict[str, Any]:
    """Return the tape, the oldest event first: each with its deliveries.

    A transaction that takes long puts its events before ones that were there already; ``settled`` is the id up to
    which nothing will appear any more, and from which to ask the next time.
    """
    now, since = wall_clock(), max(request.since or 0, begin(request.last))
    tape = await call.read(lambda tx: list_events(tx, call.appid, since))
    return ok(events=tape, now=now + call.app.clock_offset, settled=str(max(since, id_at(now - SETTLED_SECONDS))))


def begin(last: int | None) -> int:
    """Return the id before those of the last so many seconds; of all where nothing is said."""
    return 0 if last is None else id_at(moment_clock() - last)


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


def check_resend(request: Resend, app: App, now: int) -> None:
    """Check that either events or a range are named, and of which type."""
    is_range = any(one is not None for one in (request.since, request.until, request.last)) or request.dead
    if bool(request.ids) == (is_range or bool(request.event)):
        raise Errcode.INVALID_ARGS("resend_what")
    if request.event:
        check_made(request.event, {})
    check_count(request.ids)


@endpoint(
    "/sandbox/resend",
    reads=Resend,
    checks=check_resend,
    refuses=(
        "40097 resend_what",
        "40097 event_unknown",
        "40097 too_many_events",
        "40201 nowhere_to_send",
        "40097 event_id",
    ),
)
async def resend(call: Call, request: Resend) -> dict[str, Any]:
    """Push events again, at most 1000 at once; ``more`` says that a range has others behind ``last``."""
    since = max(request.since or 0, begin(request.last))
    until = LAST_ID if request.until is None else request.until
    wanted = Range(since, until, request.event or "", bool(request.dead))
    record = call.platform.record()

    def act(tx: Tx) -> dict[str, Any]:
        ids = request.ids or find_events(tx, call.appid, wanted, MOST + 1)
        taken = ids if request.ids else ids[:MOST]
        done = resend_events(tx, call.app, taken, call.now, record)
        behind = {"last": str(max(taken, default=since)), "more": len(ids) > len(taken)}
        return ok(resent=done.resent, waiting=done.waiting, **behind)

    return await call.commit(act, lambda answer: answer)
