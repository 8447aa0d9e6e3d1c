"""How often an app may call: the limits of each path, their windows, and how much of one is handed out at a time.

Spec: distribution.md 10; qa_cases.md E12. Which reading of the sources is taken: docs/choices.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from kaquan.errors import Errcode, Refusal

Kind = Literal["day", "minute", "window"]
ORIGINAL, NONE = MODES = ("original", "none")
# Of an override: this limit is as it would be without it; and of every limit: there is none.
UNSAID, UNLIMITED = -1, 0
SECONDS_A_MINUTE = 60
DAY = 86_400
UTC_PLUS_8 = 8 * 3600
CARDS = "/card/"
WINDOW_SECONDS = 10
LEAST_A_MINUTE, LEAST_A_WINDOW = 60, 100
CLEARS_A_MONTH = 10
# A crash costs what was leased and not spent: of a limit never more than these shares.
OF_LIMIT, OF_REST = 800, 16
MANY = 1_000_000
# Calls a day of one path, the first pattern that fits. What tells about limits, what lifts them and what people's own
# tokens are for have none.
DAILY = (
    ("/cgi-bin/clear_quota*", UNLIMITED),
    ("/cgi-bin/openapi/*", UNLIMITED),
    ("/sns/*", UNLIMITED),
    ("/cgi-bin/token", 2000),
    ("/cgi-bin/stable_token", 500_000),
    ("/cgi-bin/message/custom/send", 500_000),
    ("/cgi-bin/message/mass/*", 100),
    ("/cgi-bin/media/get", 200_000),
    ("/cgi-bin/qrcode/create", 100_000),
    ("/cgi-bin/user/get", 500),
    ("/cgi-bin/user/info*", 5_000_000),
    ("/cgi-bin/poi/*", 10_000),
    ("/cgi-bin/api_getwxcategory", 10_000),
    ("/datacube/*", 1000),
    ("/card/create", 1000),
    ("/card/update", 1000),
    ("/card/delete", 1000),
    ("/card/landingpage/create", 1000),
    ("/card/paygiftcard/*", 1000),
    ("/card/code/deposit", 100_000),
    ("/card/code/*", MANY),
    ("/card/membercard/*", MANY),
    ("/card/qrcode/create", MANY),
)
ANY_OTHER = 100_000
LIMITED = ("/card/", "/cgi-bin/", "/datacube/", "/bizwifi/", "/sns/", "/wxa/")
# Limits of a minute that the sources name themselves.
MINUTE = {"/cgi-bin/stable_token": 10_000, "/sns/oauth2/access_token": 50_000}
REFUSED: dict[Kind, Errcode] = {
    "day": Errcode.DAILY_QUOTA,
    "minute": Errcode.MINUTE_QUOTA,
    "window": Errcode.API_USAGE_EXPIRED,
}


class Limits(msgspec.Struct, frozen=True):
    """What one app may do on one path; 0 means that there is no limit.

    Args:
        daily: calls a day of UTC+8.
        minute: calls a minute.
        calls, seconds: calls in each window of so many seconds.
    """

    daily: int = UNLIMITED
    minute: int = UNLIMITED
    calls: int = UNLIMITED
    seconds: int = WINDOW_SECONDS


class Override(msgspec.Struct, frozen=True):
    """Limits of an app's own on the paths of a pattern; -1 where it says nothing, 0 where it lifts the limit."""

    path: str
    daily: int = UNSAID
    minute: int = UNSAID
    calls: int = UNSAID
    seconds: int = UNSAID


class Window(msgspec.Struct, frozen=True):
    """One limit in time: so many calls in each span of seconds; a day begins at midnight of UTC+8."""

    kind: Kind
    span: int
    limit: int

    def start(self, now: int) -> int:
        """Return when the span that holds ``now`` began; all three in UTC seconds."""
        shift = UTC_PLUS_8 if self.kind == "day" else 0
        return (now + shift) // self.span * self.span - shift


def fits(pattern: str, path: str) -> bool:
    """Tell whether a path is meant by a pattern: the path itself, or its beginning with ``*`` behind it."""
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def is_limited(path: str) -> bool:
    """Tell whether calls of a path are counted; those of paths of our own are not."""
    return path.startswith(LIMITED)


def default_limits(path: str) -> Limits:
    """Return the limits of a path that nothing else was said about."""
    if not is_limited(path):
        return Limits()
    daily = next((calls for pattern, calls in DAILY if fits(pattern, path)), ANY_OTHER)
    if daily == UNLIMITED:
        return Limits(minute=MINUTE.get(path, UNLIMITED))
    minute = MINUTE.get(path, max(LEAST_A_MINUTE, daily * 5 // 24))
    calls = max(LEAST_A_WINDOW, minute // 2) if path.startswith(CARDS) else UNLIMITED
    return Limits(daily, minute, calls)


def sharpest_first(overrides: Iterable[Override]) -> tuple[Override, ...]:
    """Return overrides in the order in which they decide: whole paths, then the longer patterns."""
    return tuple(sorted(overrides, key=lambda one: (one.path.endswith("*"), -len(one.path), one.path)))


def limits_of(mode: str, overrides: tuple[Override, ...], path: str) -> Limits:
    """Return the limits of a path.

    Args:
        mode: ``original``, the default limits, or ``none``.
        overrides: of the app, the sharpest first; of each limit the first that says something counts.
    """
    base = default_limits(path) if mode == ORIGINAL else Limits()
    mine = [one for one in overrides if fits(one.path, path)]
    daily = next((one.daily for one in mine if one.daily != UNSAID), base.daily)
    minute = next((one.minute for one in mine if one.minute != UNSAID), base.minute)
    short = next(((one.calls, one.seconds) for one in mine if one.calls != UNSAID), (base.calls, base.seconds))
    return Limits(daily, minute, *short)


def windows(limits: Limits) -> tuple[Window, ...]:
    """Return the limits there are, in the order in which they refuse."""
    every = (
        Window("day", DAY, limits.daily),
        Window("minute", SECONDS_A_MINUTE, limits.minute),
        Window("window", limits.seconds, limits.calls),
    )
    return tuple(one for one in every if one.limit != UNLIMITED)


def portion(limit: int, used: int, waiting: int) -> int:
    """Return how many calls a process may take of what is left.

    Args:
        limit: calls of the whole window.
        used: calls handed out so far.
        waiting: calls that wait for it and will use it up at once.
    """
    rest = max(0, limit - used)
    return min(rest, max(1, waiting, min(limit // OF_LIMIT, rest // OF_REST)))


def used_up(window: Window, appid: str, path: str, used: int, now: int) -> Refusal:
    """Return the refusal of a call past a limit: 45009, 45011 or 42005."""
    resets = window.start(now) + window.span
    facts = {"appid": appid, "interface": path, "used": used, "allowed": window.limit, "span": window.span}
    return REFUSED[window.kind]("used_up", **facts, resets=resets, left=resets - now)


def month(now: int) -> tuple[int, int]:
    """Return when the month of UTC+8 began that holds ``now``, and when the next begins, UTC seconds."""
    local = datetime.fromtimestamp(now + UTC_PLUS_8, UTC)
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return int(first.timestamp()) - UTC_PLUS_8, int(following.timestamp()) - UTC_PLUS_8
