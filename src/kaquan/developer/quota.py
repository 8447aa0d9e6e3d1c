"""调用额度: what each path has used of its limits and when they begin anew, and beginning them anew."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from kaquan.actions.clear_quota import clear_quota
from kaquan.actions.list_quota_use import Used, clearings_of, list_quota_use
from kaquan.actions.manage_app import drop_overrides, set_override
from kaquan.api.route import ROUTES, SANDBOX
from kaquan.developer.changes import SAVED
from kaquan.errors import Refusal
from kaquan.rules.quota import CLEARS_A_MONTH, NONE, UNSAID, Override, Window, is_limited, limits_of, month, windows
from kaquan.web.desk import Desk, Said, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

KIND_ERRCODES = {"day": 45009, "minute": 45011, "window": 42005}
MOST_CALLS = 10**9
MOST_SECONDS = 86_400


class Use(msgspec.Struct, frozen=True):
    """How much of one limit is used.

    Args:
        window: the limit.
        used: calls since it began.
        resets: when it begins anew, UTC seconds of the app's clock.
    """

    window: Window
    used: int
    resets: int

    @property
    def share(self) -> int:
        """Return how much of it is used, in percent."""
        return min(100, self.used * 100 // self.window.limit)


class Row(msgspec.Struct, frozen=True):
    """One path with its limits; ``own`` where the account has other ones than all have."""

    path: str
    uses: list[Use]
    own: bool

    @property
    def used(self) -> int:
        """Return the calls of today, else of the shorter windows."""
        return max((one.used for one in self.uses), default=0)


class Told(msgspec.Struct, frozen=True):
    """What the page says after a change."""

    done: str = ""
    fault: str = ""
    refused: Said | None = None


@desk("/console/{appid}/quota", "GET", "POST", sees="develop.see", changes="develop.change")
async def quota(visit: Desk) -> Response:
    """Show what is used, or change it."""
    if visit.request.method == "GET":
        return await show(visit, Told())
    act = {"clear": clear, "set": force, "drop": lift}.get(visit.form.get("do", ""))
    if act is None or visit.app.suspended:
        raise NotHere
    return await show(visit, await act(visit))


async def clear(visit: Desk) -> Told:
    """Begin every count anew, which is possible ten times a month."""
    app, now, record = visit.app, visit.now, visit.platform.record()
    try:
        await visit.change("quota.clear", lambda tx: clear_quota(tx, app.appid, now, record))
    except Refusal as refused:
        return Told(refused=visit.refused(refused))
    visit.platform.quotas.forget(app.appid)
    return Told(done=visit.text(zh("已清零，重新计数")))


async def force(visit: Desk) -> Told:
    """Give a sandbox app limits of its own, so that running into them can be rehearsed."""
    form = visit.form
    path = form.get("path", "").strip()[:200]
    numbers = {name: number_of(form.get(name, ""), most) for name, most in LIMITS.items()}
    whole = (numbers["calls"] == UNSAID) == (numbers["seconds"] == UNSAID)
    if not visit.app.sandbox:
        raise NotHere
    if not path.startswith("/") or None in numbers.values() or not whole:
        return Told(fault=visit.text(zh("路径以 / 开头，可以用 * 结尾；次数是正整数，短时限制要次数和秒数都填")))
    override = Override(path, **{name: value for name, value in numbers.items() if value is not None})
    await visit.change("quota.set", lambda tx: set_override(tx, visit.app.appid, override), path)
    return Told(done=visit.text(SAVED))


LIMITS = {"daily": MOST_CALLS, "minute": MOST_CALLS, "calls": MOST_CALLS, "seconds": MOST_SECONDS}


def number_of(text: str, most: int) -> int | None:
    """Return a limit as it was typed, -1 where nothing was, None where it is no number that is possible."""
    if not text.strip():
        return UNSAID
    digits = text.strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 11 else 0
    return number if 0 < number <= most else None


async def lift(visit: Desk) -> Told:
    """Take limits of a sandbox app's own away again."""
    if not visit.app.sandbox:
        raise NotHere
    path = visit.form.get("path", "")
    await visit.change("quota.drop", lambda tx: bool(drop_overrides(tx, visit.app.appid, path)), path)
    return Told(done=visit.text(SAVED))


async def show(visit: Desk, told: Told) -> Response:
    """Show the page."""
    await visit.enter(visit.app.appid)
    app = visit.app
    used = await visit.read(lambda tx: list_quota_use(tx, app.appid))
    paths = [path for path, one in ROUTES.items() if one.needs != SANDBOX and is_limited(path)]
    rows = sorted((row_of(visit, path, used) for path in paths), key=lambda row: (-row.used, not row.own, row.path))
    limited = [row for row in rows if row.uses]
    return visit.show(
        "developer/quota.html",
        busy=[row for row in limited if row.used or row.own],
        idle=[row for row in limited if not (row.used or row.own)],
        unlimited=app.quota == NONE,
        overrides=app.overrides,
        clears=CLEARS_A_MONTH,
        clears_left=CLEARS_A_MONTH - clearings_of(used, visit.now),
        clears_again=month(visit.now)[1],
        errcodes=KIND_ERRCODES,
        told=told,
        unsaid=UNSAID,
        may_change=visit.may("develop.change") and not app.suspended,
    )


def row_of(visit: Desk, path: str, used: Used) -> Row:
    """Return a path with what is used of its limits."""
    app = visit.app
    limits = app.limits(path)
    unspent = visit.platform.quotas.unspent
    uses = []
    for window in windows(limits):
        start = window.start(visit.now)
        spent = max(0, used.get((path, window.kind, start), 0) - unspent(app.appid, path, window.kind, start))
        uses.append(Use(window, spent, start + window.span))
    return Row(path, uses, limits != limits_of(app.quota, (), path))
