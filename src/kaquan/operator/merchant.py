"""One account: what it is and does, its limits, and whether the platform has suspended it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from kaquan.actions.keep_audit import list_audit
from kaquan.actions.keep_members import list_members
from kaquan.actions.list_merchants import create_time_of, figures
from kaquan.actions.look_after import events_of
from kaquan.actions.manage_app import callback_url, change_app, drop_overrides, set_override
from kaquan.operator.cards import STATES
from kaquan.operator.decide import REASON_MISSING, account, decide, reason_of
from kaquan.operator.merchants import STATES as FUNCTION_STATES
from kaquan.rules.quota import MODES, UNLIMITED, UNSAID, Override
from kaquan.rules.quota_text import has_window, is_pattern, read_number, read_window
from kaquan.sources import wall_clock
from kaquan.store.apps import App
from kaquan.web.audit_texts import ACTIONS
from kaquan.web.desk import ROLE_NAMES, Desk, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

DAY = 86400
LATEST = 10
WRONG_PATH = zh("路径以 / 开头，只能在末尾用 *")
WRONG_LIMIT = zh("次数写 1 以上的整数，或 none 表示不限；窗口写成 次数/秒数，只用于 /card/ 下的路径")


@desk("/operator/merchants/{account}", "GET", "POST", sees="platform.see", changes="platform.change")
async def merchant(visit: Desk) -> Response:
    """Show an account, and change what the platform decides about it."""
    app = await account(visit)
    if visit.request.method == "GET":
        return await show(visit, app)
    act = CHANGES.get(visit.form.get("change", ""))
    if act is None:
        raise NotHere
    fault = await act(visit, app)
    return await show(visit, app, fault) if fault else visit.go(f"/operator/merchants/{app.appid}")


async def suspend(visit: Desk, app: App) -> str:
    """Suspend an account: every call is answered with 48004 from now on, in every process within a second."""
    reason = reason_of(visit)
    if not reason:
        return visit.text(REASON_MISSING)
    values = {"suspended": True, "suspend_reason": reason}
    await decide(visit, app, "merchant.suspend", lambda tx: change_app(tx, app.appid, **values), app.appid, reason)
    return ""


async def restore(visit: Desk, app: App) -> str:
    """End a suspension."""
    values = {"suspended": False, "suspend_reason": ""}
    await decide(visit, app, "merchant.restore", lambda tx: change_app(tx, app.appid, **values), app.appid, "")
    return ""


async def set_mode(visit: Desk, app: App) -> str:
    """Choose between the original's limits of calls and none."""
    mode = visit.form.get("quota", "")
    if mode not in MODES:
        raise NotHere
    change = lambda tx: change_app(tx, app.appid, quota=mode)  # noqa: E731
    await decide(visit, app, "merchant.quota", change, app.appid, "", quota=mode)
    return ""


async def set_limit(visit: Desk, app: App) -> str:
    """Set limits of the account's own on some paths."""
    override = override_of(visit)
    if isinstance(override, str):
        return visit.text(override)
    facts = {name: visit.form.get(name, "").strip() for name in ("daily", "minute", "window")}
    change = lambda tx: set_override(tx, app.appid, override)  # noqa: E731
    await decide(visit, app, "merchant.quota", change, override.path, "", **facts)
    return ""


async def drop_limit(visit: Desk, app: App) -> str:
    """Forget limits of the account's own."""
    path = visit.form.get("path", "")
    await decide(visit, app, "merchant.quota", lambda tx: drop_overrides(tx, app.appid, path), path, "")
    return ""


CHANGES: dict[str, Callable[[Desk, App], Awaitable[str]]] = {
    "suspend": suspend,
    "restore": restore,
    "mode": set_mode,
    "limit": set_limit,
    "drop": drop_limit,
}


def override_of(visit: Desk) -> Override | str:
    """Return the limits that a form sets, or what is wrong with them."""
    form = {name: visit.form.get(name, "").strip() for name in ("path", "daily", "minute", "window")}
    if not is_pattern(form["path"]) or len(form["path"]) > 100:
        return WRONG_PATH
    daily, minute, window = read_number(form["daily"]), read_number(form["minute"]), read_window(form["window"])
    says_nothing = (daily, minute, window) == (UNSAID, UNSAID, {})
    if daily is None or minute is None or window is None or says_nothing:
        return WRONG_LIMIT
    if window and not has_window(form["path"]):
        return WRONG_LIMIT
    return Override(form["path"], daily, minute, **window)


async def show(visit: Desk, app: App, fault: str = "") -> Response:
    """Show the account."""
    appid, now = app.appid, wall_clock()

    def load(tx: Any) -> dict[str, Any]:
        return {
            "members": list_members(tx, appid),
            "figures": figures(tx, appid, now - DAY),
            "events": events_of(tx, appid, now),
            "callback": callback_url(tx, appid),
            "create_time": create_time_of(tx, appid),
            "log": list_audit(tx, appid, 0, LATEST),
        }

    return visit.show(
        "operator/merchant.html",
        app=app,
        **await visit.read(load),
        limits=[limits_in_words(visit, one) for one in app.overrides],
        states={status: visit.text(text) for status, (text, _) in STATES.items()},
        function=visit.text(FUNCTION_STATES[app.card_function]),
        role_names={role: visit.text(text) for role, text in ROLE_NAMES.items()},
        actions={key: visit.text(text) for key, text in ACTIONS.items()},
        fault=fault,
    )


def limits_in_words(visit: Desk, one: Override) -> tuple[str, str, str, str]:
    """Return the paths of some limits, and the limits of a day, of a minute and of a short window."""
    words = {UNSAID: "-", UNLIMITED: visit.text("不限")}
    daily, minute = (words.get(limit, str(limit)) for limit in (one.daily, one.minute))
    return one.path, daily, minute, words.get(one.calls, f"{one.calls}/{one.seconds}")
