"""开发设置: everything that a developer sets up once, and the checks that show at once whether it is right."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.set_whitelist import list_whitelist
from kaquan.developer import callback, changes
from kaquan.developer.changes import HOUR, OF_SANDBOX, OVERLAPS, Told
from kaquan.errors import Errcode
from kaquan.events.post import Checked
from kaquan.rules.callback import FORMATS, MODES
from kaquan.rules.js_domain import CHANGES as DOMAIN_CHANGES
from kaquan.sources import wall_clock
from kaquan.web.desk import Desk, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

CHANGES = {**changes.CHANGES, **callback.CHANGES}
LABELS = {
    "profile": (
        ("strict", zh("strict：严格，写错就拒绝")),
        ("lenient", zh("lenient：宽松，引号里的数字也接受")),
    ),
    "expired_token": (("42001", "42001"), ("40001", zh("40001：给只认它的 SDK"))),
    "review": (("auto", zh("自动通过")), ("manual", zh("人工审核"))),
    "js_device": (("ios", zh("iOS：严格")), ("android", zh("Android：宽松"))),
    "log_calls": (("failed", zh("只记录失败的")), ("all", zh("记录全部"))),
}
EMPTY = zh("（空）")
MODE_LABELS = {"plain": zh("明文"), "compatible": zh("兼容"), "safe": zh("安全（加密）")}


@desk("/console/{appid}/develop", "GET", "POST", sees="develop.see", changes="develop.change")
async def develop(visit: Desk) -> Response:
    """Show the settings, or make one of the changes."""
    if visit.request.method == "GET":
        return await show(visit, Told())
    change = CHANGES.get(visit.form.get("do", ""))
    if change is None:
        raise NotHere
    if visit.app.suspended:
        raise Errcode.API_FORBIDDEN("suspended", appid=visit.app.appid)
    return await show(visit, await change(visit))


async def show(visit: Desk, told: Told) -> Response:
    """Show the page."""
    await visit.enter(visit.app.appid)
    app = visit.app
    config = await callback.configured(visit)
    return visit.show(
        "developer/settings.html",
        told=told,
        app=app,
        choices={name: [(key, visit.text(text)) for key, text in pairs] for name, pairs in LABELS.items()},
        values={name: str(getattr(app, name)) for name in LABELS},
        of_sandbox=list(OF_SANDBOX),
        overlaps=[(str(one), overlap_text(visit, one)) for one in OVERLAPS],
        old_until=app.old_secret_until if app.old_secret_until > wall_clock() else 0,
        ip_list=app.ip_list.replace(",", "\n"),
        testers="\n".join(await visit.read(lambda tx: list_whitelist(tx, app.appid))),
        domain_left=DOMAIN_CHANGES - app.card_js_changes,
        config=config,
        modes=[(one, visit.text(MODE_LABELS[one])) for one in MODES],
        formats=[(one, one.upper()) for one in FORMATS],
        steps=steps(visit, told.check) if told.check else [],
        may_change=visit.may("develop.change") and not app.suspended,
    )


def overlap_text(visit: Desk, seconds: int) -> str:
    """Return how long the old secret works on."""
    return visit.text(zh("旧的再用 {hours} 小时"), hours=seconds // HOUR) if seconds else visit.text(zh("旧的立即失效"))


def steps(visit: Desk, check: Checked) -> list[tuple[bool, str, str]]:
    """Return each step of asking a callback: whether it held, what it is, and what came."""
    answered, status_fits = check.status > 0, check.status == 200
    found = [(bool(check.asked), visit.text(zh("地址可以推送")), check.asked or _reason(visit, check))]
    if check.asked:
        came = f"HTTP {check.status} · {check.millis} ms" if answered else _reason(visit, check)
        found.append((answered, visit.text(zh("连接并得到应答")), came))
    if answered:
        found.append((status_fits, visit.text(zh("状态码是 200")), str(check.status)))
    if status_fits:
        echoed = visit.text(zh("原样返回 echostr"))
        found.append(
            (check.refused is None, echoed, f"{check.expected} → {check.received or visit.text(zh('（空）'))}")
        )
    return found


def _reason(visit: Desk, check: Checked) -> str:
    return str(check.refused.facts.get("reason", "")) if check.refused else ""
