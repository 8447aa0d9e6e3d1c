"""What merchants applied for: the queue, and one application to be decided (spec: qa_cases.md A1-A3)."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.responses import Response

from kaquan.actions.keep_application import decide, list_applications, load_application
from kaquan.actions.keep_paper import list_papers
from kaquan.operator.waiting import waits
from kaquan.rules import application as rule
from kaquan.rules.application import CARD, KINDS, NEEDS_REASON, PENDING, REFUSED, STATES
from kaquan.sources import wall_clock
from kaquan.store.apps import App
from kaquan.store.tx import Tx
from kaquan.web.application_texts import KIND_NAMES, STATE_LOOKS, STATE_NAMES, dropped, lines_of
from kaquan.web.desk import Desk, desk
from kaquan.web.paper import download
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

PAGE = 30
MOST_COUNTED = 500
# Before the first application.
NOWHERE = (0, "", "")
REASON_MOST = 500
DECISIONS = ("approve", "refuse", "suspend", "restore")
LATE = zh("没有更改：申请的状态刚刚变了，可能别人已经处理，或商户重新提交。请看现在的状态。")
NO_REASON = zh("请写明理由，商户会看到")


@waits("applications", zh("待审核的功能申请"))
def waiting_applications(tx: Tx) -> int:
    """Return how many applications wait for a decision, some hundreds at most."""
    return len(list_applications(tx, PENDING, NOWHERE, MOST_COUNTED))


@desk("/operator/applications", sees="platform.see")
async def applications(visit: Desk) -> Response:
    """Show the applications of a state, the oldest first."""
    state = visit.query.get("state", PENDING)
    state = state if state in STATES else PENDING
    after = _after(visit.query)
    found = await visit.read(lambda tx: list_applications(tx, state, after, PAGE + 1))
    shown = found[:PAGE]
    last = shown[-1][0] if len(found) > PAGE else None
    more = urlencode({"state": state, "time": last.submit_time, "of": last.appid, "kind": last.kind}) if last else ""
    return visit.show(
        "operator/applications.html",
        found=shown,
        more=more,
        state=state,
        states=[(key, visit.text(STATE_NAMES[key])) for key in STATES[1:]],
        kinds={key: visit.text(name) for key, name in KIND_NAMES.items()},
        now=wall_clock(),
    )


def _after(query: dict[str, str]) -> tuple[int, str, str]:
    time = query.get("time", "")
    known = time.isascii() and time.isdigit() and len(time) < 12
    return (int(time), query.get("of", ""), query.get("kind", "")) if known else NOWHERE


@desk("/operator/applications/{merchant}/{kind}", "GET", "POST", sees="platform.see", changes="platform.change")
async def application(visit: Desk) -> Response:
    """Show an application, and decide it."""
    app, kind = await merchant_of(visit), visit.path["kind"]
    if kind not in KINDS:
        raise NotHere
    if visit.request.method == "GET":
        return await show(visit, app, kind)
    name, reason = visit.form.get("do", ""), visit.form.get("reason", "").strip()[:REASON_MOST]
    if name not in DECISIONS:
        raise NotHere
    if name in NEEDS_REASON and not reason:
        return await show(visit, app, kind, fault=visit.text(NO_REASON))
    seen = visit.form.get("seen", "")
    done = await settle(visit, app, kind, name, reason, int(seen) if seen.isascii() and seen.isdigit() else -1)
    place = f"/operator/applications/{quote(app.appid)}/{quote(kind)}"
    return visit.go(place) if done else visit.go(f"{place}?late=1")


async def settle(visit: Desk, app: App, kind: str, name: str, reason: str, seen: int | None) -> bool:
    """Decide an application, on record with the merchant, and tell whether it was still there to be decided."""
    by, now = visit.require_person().name, wall_clock()
    await visit.enter(app.appid)
    return await visit.change(
        f"application.{name}",
        lambda tx: decide(tx, app.appid, kind, name, seen, reason, by, now),
        kind,
        reason,
    )


@desk("/operator/applications/{merchant}/papers/{digest}", sees="platform.see")
async def paper(visit: Desk) -> Response:
    """Return a paper to be saved."""
    return await download(visit, (await merchant_of(visit)).appid)


async def merchant_of(visit: Desk) -> App:
    """Return the account that the path names, as it is now.

    Raises:
        NotHere: there is none.
    """
    appid = visit.path["merchant"]
    app = await visit.platform.apps.reload(appid) if appid.startswith("wx") else None
    if app is None:
        raise NotHere
    return app


async def show(visit: Desk, app: App, kind: str, fault: str = "") -> Response:
    """Show one application with what may be decided."""
    appid = app.appid
    kept = await visit.read(lambda tx: load_application(tx, appid, kind))
    papers = await visit.read(lambda tx: list_papers(tx, appid, kept.fields.digests()))
    state = app.card_function if kind == CARD else app.permission_state(kind)
    again = bool(kept.previous.values)
    may = [name for name in DECISIONS if rule.may_move(kind, name, state) and visit.may("platform.change")]
    return visit.show(
        "operator/application.html",
        app=app,
        kind=kind,
        name=visit.text(KIND_NAMES[kind]),
        state=state,
        state_name=visit.text(STATE_NAMES[state]),
        look=STATE_LOOKS[state],
        kept=kept,
        lines=lines_of(visit.text, kind, kept.fields, papers, kept.previous if again else None),
        dropped=dropped(visit.text, kept) if again else [],
        again=again,
        may=may if kept.submit_time or state not in {PENDING, REFUSED} else [],
        fault=fault,
        typed=visit.form.get("reason", "") if fault else "",
        late=visit.text(LATE) if "late" in visit.query else "",
    )
