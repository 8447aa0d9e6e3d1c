"""A checker of page signatures for everybody: arithmetic over what is pasted, of which nothing is kept."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.explain_signature import examined
from kaquan.errors.mistakes import what_to_do, what_was_done
from kaquan.rules.lab import Verdict
from kaquan.rules.lab.form import TABS, Tab, missing_fields, question_of, read_fields, what_is_signed
from kaquan.rules.throttle import LAB_ADDRESS
from kaquan.web.page import page
from kaquan.web.patience import too_often
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere, Visit

FIRST = next(iter(TABS))
# Claims that wait for their diagnosis come before visitors.
MOST_VISITORS = 4
INCOMPLETE = zh("还缺：{names}")
# What the original calls its checkers.
ORIGINAL = {"jsapisign": "config", "cardsign": FIRST}
BUSY = zh("现在检查的人太多，请稍后再试")


@page("/lab/signature", "GET", "POST")
async def signature(visit: Visit) -> Response:
    """Show the sorted values and their SHA-1, and what is wrong with a signature that is pasted too."""
    posted = visit.request.method == "POST"
    # A ticket in an address would be in logs and histories: values come in a form alone.
    sent = visit.form if posted else {}
    name = (sent if posted else visit.query).get("tab", "")
    name = name if name in TABS else FIRST
    fields = read_fields(TABS[name], sent)
    if not posted:
        return show(visit, name, fields)
    missing = missing_fields(TABS[name], fields)
    if missing:
        return show(visit, name, fields, fault=visit.text(INCOMPLETE, names=", ".join(missing)))
    return await check(visit, name, TABS[name], fields)


@page("/debug/cgi-bin/sandbox")
async def original(visit: Visit) -> Response:
    """Lead from where the original has its checkers to ours."""
    tab = ORIGINAL.get(visit.query.get("t", ""))
    if tab is None:
        raise NotHere
    return visit.go(f"/lab/signature?tab={tab}")


async def check(visit: Visit, name: str, tab: Tab, fields: dict[str, str]) -> Response:
    """Compute what the fields ask for, and show it."""
    if wait := await too_often(visit, {f"lab@{visit.call.client_ip}": LAB_ADDRESS}):
        return show(visit, name, fields, fault=wait, status=429)
    ask = question_of(tab, fields)
    verdict = await examined(ask, MOST_VISITORS)
    if verdict is None:
        return show(visit, name, fields, fault=visit.text(BUSY))
    return show(visit, name, fields, verdict=verdict, string=what_is_signed(ask))


def show(
    visit: Visit,
    name: str,
    fields: dict[str, str],
    fault: str = "",
    verdict: Verdict | None = None,
    string: str = "",
    status: int = 200,
) -> Response:
    """Return the page with its form as it was filled in, and what came of it."""
    tab = TABS[name]
    findings = (*verdict.found, *verdict.remarks) if verdict else ()
    language = visit.language
    said = [
        (what_was_done(one.mistake, one.facts, language), what_to_do(one.mistake, one.facts, language))
        for one in findings
        if fields[tab.signature]
    ]
    return visit.show(
        "lab/signature.html",
        status,
        tabs=TABS,
        name=name,
        tab=tab,
        fields=fields,
        fault=fault,
        verdict=verdict,
        string=string,
        asked=bool(fields[tab.signature]),
        said=said,
    )
