"""The accounts of the platform."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from kaquan.actions.list_merchants import Merchant, Wanted, list_merchants
from kaquan.operator.queues import is_number
from kaquan.web.desk import Desk, desk
from kaquan.web.texts import zh

PAGE = 50
KINDS = {"": zh("全部"), "real": zh("正式"), "sandbox": zh("沙箱")}
STATES = {
    "": zh("全部"),
    "granted": zh("已开通"),
    "pending": zh("审核中"),
    "refused": zh("未通过"),
    "none": zh("未申请"),
    "suspended": zh("已停用"),
}


@desk("/operator/merchants", sees="platform.see")
async def merchants(visit: Desk) -> Response:
    """List accounts, the newest first."""
    asked = {name: visit.query.get(name, "").strip()[:64] for name in ("text", "kind", "state")}
    wanted = wanted_of(visit, **asked)
    found = await visit.read(lambda tx: list_merchants(tx, wanted, PAGE + 1))
    return visit.show(
        "operator/merchants.html",
        merchants=found[:PAGE],
        more=further(asked, found),
        asked=asked,
        kinds=[(key, visit.text(text)) for key, text in KINDS.items()],
        states=[(key, visit.text(text)) for key, text in STATES.items()],
        state_names={key: visit.text(text) for key, text in STATES.items()},
    )


def wanted_of(visit: Desk, text: str, kind: str, state: str) -> Wanted:
    """Return which accounts a page was asked for."""
    time, appid = visit.query.get("time", ""), visit.query.get("of", "")[:32]
    return Wanted(
        text=text,
        sandbox={"real": False, "sandbox": True}.get(kind),
        card_function="" if state == "suspended" or state not in STATES else state,
        suspended=state == "suspended",
        before=(int(time), appid) if is_number(time) else None,
    )


def further(asked: dict[str, str], found: list[Merchant]) -> str:
    """Return the query of the next page, empty at the end."""
    if len(found) <= PAGE:
        return ""
    last = found[PAGE - 1]
    return urlencode({**{name: one for name, one in asked.items() if one}, "time": last.create_time, "of": last.appid})
