"""The functions of an account: what there is, how each stands, and what has to come first."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from kaquan.actions.keep_application import load_application
from kaquan.rules import application as rule
from kaquan.rules.application import CARD, CUSTOM_CODE, GRANTED, KINDS
from kaquan.rules.js_domain import CHANGES
from kaquan.store.apps import App
from kaquan.web.application_texts import KIND_NAMES, STATE_LOOKS, STATE_NAMES, page_of
from kaquan.web.desk import Desk, console_path, desk
from kaquan.web.texts import zh

JS_DOMAIN = "js_domain"
WHAT = {
    CARD: zh("创建、投放和核销卡券。审核通过前，所有 /card/* 接口返回 48001。"),
    "balance": zh("有储值功能的会员卡（supply_balance）。要提交预付卡备案，审核通过后生效。"),
    JS_DOMAIN: zh("旧版 JS API 页面所在的域名。不审核，设置即生效，只能更改一次。"),
    CUSTOM_CODE: zh("用自己的序列号发券（use_custom_code）。不审核，开通即生效，要及时回传核销结果。"),
    "member_card": zh("创建会员卡（MEMBER_CARD）。"),
    "bonus": zh("会员卡积分（supply_bonus）。"),
    "custom_url": zh("卡券页面上的自定义入口（custom_url）。"),
    "pay": zh("用户付款时直接使用卡券（paycell）。"),
    "issue": zh("由自己的服务器直接给用户发券（/ext/claim）。"),
}
WHY_LOCKED = {
    "function": zh("卡券功能审核通过后才能配置。"),
    "category": zh("你的经营类目不能申请储值。"),
}
MAIN = ("balance", JS_DOMAIN, CUSTOM_CODE)


class Row(msgspec.Struct, frozen=True):
    """One function as the page lists it; ``path`` is empty and ``lock`` says why where it cannot be opened yet."""

    name: str
    what: str
    state: str
    look: str
    path: str
    lock: str


@desk("/console/{appid}/applications", sees="application.see")
async def applications(visit: Desk) -> Response:
    """Show every function with its state."""
    app = await renewed(visit)
    category = await category_of(visit)
    rest = [kind for kind in KINDS if kind not in {CARD, *MAIN}]
    return visit.show(
        "console/applications.html",
        first=_row(visit, app, CARD, category),
        advanced=[_row(visit, app, kind, category) for kind in MAIN],
        single=[_row(visit, app, kind, category) for kind in rest],
        open=app.card_function == GRANTED,
    )


async def renewed(visit: Desk) -> App:
    """Return the account as it is now: whoever submitted to another process a moment ago sees that here."""
    visit.call.app = await visit.platform.apps.reload(visit.app.appid) or visit.app
    return visit.app


async def category_of(visit: Desk) -> str:
    """Return the category of the account's card function, empty where it never said one."""
    appid = visit.app.appid
    found = await visit.read(lambda tx: load_application(tx, appid, CARD))
    return found.fields.values.get("category", "")


def state_of(app: App, kind: str) -> str:
    """Return how a function of an account stands."""
    return app.card_function if kind == CARD else app.permission_state(kind)


def _row(visit: Desk, app: App, kind: str, category: str) -> Row:
    lock = rule.lock_of(kind, app.card_function, category)
    path = console_path(app.appid, "applications/js-domain" if kind == JS_DOMAIN else page_of(kind))
    name, look = _js_domain(visit, app) if kind == JS_DOMAIN else _state(visit, state_of(app, kind))
    label = zh("JS API 域名") if kind == JS_DOMAIN else KIND_NAMES[kind]
    return Row(
        visit.text(label), visit.text(WHAT[kind]), name, look, path, visit.text(WHY_LOCKED[lock]) if lock else ""
    )


def _state(visit: Desk, state: str) -> tuple[str, str]:
    return visit.text(STATE_NAMES[state]), STATE_LOOKS[state]


def _js_domain(visit: Desk, app: App) -> tuple[str, str]:
    if not app.card_js_domain:
        return visit.text("未设置"), "plain"
    left = CHANGES - app.card_js_changes
    return (visit.text("已设置，还可更改 {left} 次", left=left) if left else visit.text("已设置，不能再改")), "ok"
