"""事件推送: the tape of an account's events with their deliveries, each as it was sent, and sending them again."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from kaquan.actions.browse_events import DEAD, DELIVERED, NOT_SENT, WAITING, Taped, Wanted, browse_events, find_event
from kaquan.actions.resend_events import MOST, Range, find_events, resend_events
from kaquan.developer.callback import configured
from kaquan.errors import Refusal
from kaquan.events.catalogue import EVENTS
from kaquan.events.envelope import Envelope, envelope
from kaquan.events.outbox import CallbackConfig, Pushed
from kaquan.events.post import Answer, open_session, post
from kaquan.events.render import as_json, as_xml, document
from kaquan.sources import new_secret, wall_clock
from kaquan.store.tx import Tx
from kaquan.web.desk import Desk, Said, console_path, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

PAGE = 50
FILTERS = ("event", "openid", "card_id", "code")
LONGEST_URL = 1000
STATES = {
    DELIVERED: (zh("已送达"), "ok"),
    WAITING: (zh("等待"), "warn"),
    DEAD: (zh("已放弃"), "danger"),
    NOT_SENT: (zh("未推送"), "plain"),
}


class Outcome(msgspec.Struct, frozen=True):
    """What came of sending events again: a line, a refusal, or the answer of another address."""

    done: str = ""
    refused: Said | None = None
    answer: Answer | None = None
    url: str = ""


@desk("/console/{appid}/events", "GET", "POST", sees="develop.see", changes="develop.change")
async def events(visit: Desk) -> Response:
    """List the tape, or send a range of it again."""
    if visit.request.method == "GET":
        return await show(visit, Outcome())
    since, until = (number_of(visit.form.get(name, "")) for name in ("since", "until"))
    if not since or not until:
        raise NotHere
    low, high = sorted((since, until))
    wanted = Range(since=low - 1, until=high, event=visit.form.get("event", ""), dead=bool(visit.form.get("dead")))
    return await show(visit, await again(visit, wanted))


async def again(visit: Desk, wanted: Range) -> Outcome:
    """Send the events of a range to the callback again."""
    app, now, record = visit.app, visit.now, visit.platform.record()

    def act(tx: Tx) -> int:
        ids = find_events(tx, app.appid, wanted, MOST)
        return resend_events(tx, app, ids, now, record).resent

    try:
        size = await visit.change("event.resend", act, dead=wanted.dead)
    except Refusal as refused:
        return Outcome(refused=visit.refused(refused))
    return Outcome(done=visit.text(zh("已重新放入推送队列：{size} 个事件"), size=size))


async def show(visit: Desk, outcome: Outcome) -> Response:
    """Show the tape."""
    appid, asked = visit.app.appid, visit.query
    filters = {name: asked.get(name, "").strip()[:64] for name in FILTERS}
    dead = asked.get("tab") == DEAD
    wanted = Wanted(**filters, dead=dead, before=number_of(asked.get("before", "")))
    found = await visit.read(lambda tx: browse_events(tx, appid, wanted, PAGE + 1))
    page = found[:PAGE]
    tab = {"tab": DEAD} if dead else {}
    return visit.show(
        "developer/events.html",
        events=page,
        more=urlencode({**filters, **tab, "before": page[-1].id}) if len(found) > PAGE else "",
        asked=filters,
        filtered=any(filters.values()),
        dead=dead,
        first=not wanted.before,
        names=sorted(EVENTS),
        states=states(visit),
        outcome=outcome,
        pushed=visit.app.callback,
        may_send=bool(page) and visit.app.callback and may_send(visit),
    )


@desk("/console/{appid}/events/{event_id}", "GET", "POST", sees="develop.see", changes="develop.change")
async def event(visit: Desk) -> Response:
    """Show an event as it is sent, or send it again: to the callback, or to another address that may be posted to."""
    number, appid = number_of(visit.path["event_id"]), visit.app.appid
    found = await visit.read(lambda tx: find_event(tx, appid, number))
    if found is None:
        raise NotHere
    outcome = Outcome()
    if visit.request.method == "POST":
        url = visit.form.get("url", "").strip()[:LONGEST_URL]
        outcome = await elsewhere(visit, found, url) if url else await again(visit, Range(number - 1, number))
        found = await visit.read(lambda tx: find_event(tx, appid, number)) or found
    return await show_event(visit, found, outcome)


async def elsewhere(visit: Desk, one: Taped, url: str) -> Outcome:
    """Post an event once to another address, in the form of the callback, plain where there is none."""
    config = await configured(visit) or plain(visit)
    allow_private = visit.platform.settings.allow_private_callbacks
    await visit.note("event.resend", url, event=str(one.id))
    async with open_session(allow_private) as session:
        answer = await post(session, url, written(config, one), allow_private)
    return Outcome(answer=answer, url=url)


def plain(visit: Desk) -> CallbackConfig:
    """Return the form of an event where no callback is set."""
    return CallbackConfig(visit.app.appid, visit.app.gh_id, "", "", "", "plain", "xml")


def pushed(one: Taped) -> Pushed:
    """Return an event as the delivery has it."""
    return Pushed(one.id, one.openid, one.event, one.create_time, one.fields, len(one.attempts))


def written(config: CallbackConfig, one: Taped) -> Envelope:
    """Return an event as it would be posted at this moment."""
    digits = new_secret()
    return envelope(config, pushed(one), wall_clock(), str(int(digits[:8], 16)), digits[8:24].encode())


async def show_event(visit: Desk, one: Taped, outcome: Outcome) -> Response:
    """Show the page of an event."""
    config = await configured(visit)
    fields = document(visit.app.gh_id, pushed(one))
    sent = written(config or plain(visit), one)
    return visit.show(
        "developer/event.html",
        event=one,
        xml=as_xml(fields),
        json=as_json(fields),
        sent_query=urlencode(sent.query),
        sent_body=sent.body.decode(),
        sent_type=sent.content_type,
        config=config,
        states=states(visit),
        outcome=outcome,
        back=console_path(visit.app.appid, "events"),
        may_send=may_send(visit),
    )


def states(visit: Desk) -> dict[str, tuple[str, str]]:
    """Return text and colour of each state."""
    return {name: (visit.text(text), kind) for name, (text, kind) in STATES.items()}


def may_send(visit: Desk) -> bool:
    """Tell whether the visitor may send events."""
    return visit.may("develop.change") and not visit.app.suspended


def number_of(text: str) -> int:
    """Return an id, 0 for a text that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63 else 0
