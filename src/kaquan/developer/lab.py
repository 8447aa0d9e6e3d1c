"""The signature checker with the account's own tickets in it: they are used here and shown nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from kaquan.actions.explain_signature import explain_card_ext, explain_card_sign, explain_config
from kaquan.api.cgi_bin.openapi.rid import look_up
from kaquan.developer.calls import RID
from kaquan.developer.written import read
from kaquan.errors.mistakes import what_to_do, what_was_done
from kaquan.rules.lab import Verdict
from kaquan.rules.lab.form import TABS, Tab, read_fields
from kaquan.web.desk import Desk, desk
from kaquan.web.texts import zh

FIRST = next(iter(TABS))
TICKETS = {"card_ext": "wx_card", "card_sign": "wx_card", "config": "jsapi"}
# What a page's call names otherwise than its checker.
OTHERWISE = {"noncestr": "nonce_str"}
NO_TICKET = zh("账号现在没有有效的 {kind} ticket，请先用 /cgi-bin/ticket/getticket 获取")
INCOMPLETE = zh("还缺：{names}")
BUSY = zh("现在检查的人太多，请稍后再试")


@desk("/console/{appid}/lab", "GET", "POST", sees="develop.see")
async def lab(visit: Desk) -> Response:
    """Check a signature that was typed, or that of a kept call."""
    posted = visit.request.method == "POST"
    name = (visit.form if posted else visit.query).get("tab", "")
    tab = TABS.get(name, TABS[FIRST])
    name = name if name in TABS else FIRST
    fields = read_fields(tab, visit.form if posted else await of_call(visit, tab))
    if not posted and not fields[tab.signature]:
        return show(visit, name, fields)
    missing = [one for one in tab.needed if not fields[one]]
    if missing:
        return show(visit, name, fields, visit.text(INCOMPLETE, names=", ".join(missing)))
    kind = TICKETS[tab.kind]
    if not visit.platform.tokens.tickets(visit.app, kind, visit.now):
        return show(visit, name, fields, visit.text(NO_TICKET, kind=kind))
    verdict = await examine(visit, tab, fields)
    return show(visit, name, fields, "" if verdict else visit.text(BUSY), verdict)


async def examine(visit: Desk, tab: Tab, fields: Mapping[str, str]) -> Verdict | None:
    """Return what is to be said of a signature, None when too many others ask."""
    where = (visit.platform, visit.app, visit.now)
    given = fields[tab.signature]
    if tab.kind == "config":
        return await explain_config(*where, fields["noncestr"], fields["timestamp"], [fields["url"]], given)
    if tab.kind == "card_sign":
        names = {"time_stamp": "timestamp"}
        values = {names.get(name, name): fields[name] for name in (*tab.needed, *tab.optional)}
        return await explain_card_sign(*where, values, given)
    ext = {name: fields[name] for name in ("timestamp", *tab.optional) if name != "app_id" and fields[name]}
    return await explain_card_ext(*where, fields["card_id"], {**ext, "signature": given})


async def of_call(visit: Desk, tab: Tab) -> dict[str, str]:
    """Return the fields of a checker as a kept call has them, none without one."""
    rid, appid = visit.query.get("rid", ""), visit.app.appid
    kept = await visit.read(lambda tx: look_up(tx, appid, rid)) if RID.fullmatch(rid) else None
    sent = read(kept.body) if kept else None
    if not isinstance(sent, dict):
        return {}
    known = sent
    if tab.kind == "card_ext":
        # Who claims stands beside the card_ext, and is signed only where it stands in it.
        ext = read(str(sent.get("card_ext", "")))
        known = {"card_id": sent.get("card_id"), **(ext if isinstance(ext, dict) else {})}
    named = {name: known.get(name, known.get(OTHERWISE.get(name, ""))) for name in tab.fields}
    return {name: str(value) for name, value in named.items() if isinstance(value, str | int)}


def show(visit: Desk, name: str, fields: dict[str, str], fault: str = "", verdict: Verdict | None = None) -> Response:
    """Show the page."""
    tab, language = TABS[name], visit.language
    findings = (*verdict.found, *verdict.remarks) if verdict and fields[tab.signature] else ()
    return visit.show(
        "developer/lab.html",
        tabs=TABS,
        name=name,
        tab=tab,
        fields=fields,
        fault=fault,
        verdict=verdict,
        asked=bool(fields[tab.signature]),
        said=[
            (what_was_done(one.mistake, one.facts, language), what_to_do(one.mistake, one.facts, language))
            for one in findings
        ],
    )
