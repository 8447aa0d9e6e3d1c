"""The limits of calls: which hold on a path, when a window begins, and how much is handed out at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Errcode
from kaquan.rules.quota import (
    DAY,
    NONE,
    ORIGINAL,
    UNLIMITED,
    Kind,
    Limits,
    Override,
    Window,
    default_limits,
    fits,
    limits_of,
    month,
    portion,
    sharpest_first,
    used_up,
    windows,
)

NOW = 1_700_000_000
CHINA = timezone(timedelta(hours=8))
TIMES = st.integers(0, 2**31 - 1)
LIMITS = st.integers(1, 10**7)


@pytest.mark.parametrize(
    ("path", "limits"),
    [
        ("/card/create", Limits(1000, 208, 104, 10)),
        ("/card/update", Limits(1000, 208, 104, 10)),
        ("/card/delete", Limits(1000, 208, 104, 10)),
        ("/card/landingpage/create", Limits(1000, 208, 104, 10)),
        ("/card/paygiftcard/add", Limits(1000, 208, 104, 10)),
        ("/card/get", Limits(100_000, 20_833, 10_416, 10)),
        ("/card/batchget", Limits(100_000, 20_833, 10_416, 10)),
        ("/card/code/deposit", Limits(100_000, 20_833, 10_416, 10)),
        ("/card/code/consume", Limits(1_000_000, 208_333, 104_166, 10)),
        ("/card/membercard/userinfo/get", Limits(1_000_000, 208_333, 104_166, 10)),
        ("/card/qrcode/create", Limits(1_000_000, 208_333, 104_166, 10)),
        ("/cgi-bin/token", Limits(2000, 416)),
        ("/cgi-bin/stable_token", Limits(500_000, 10_000)),
        ("/cgi-bin/message/custom/send", Limits(500_000, 104_166)),
        ("/cgi-bin/message/mass/sendall", Limits(100, 60)),
        ("/cgi-bin/poi/getpoilist", Limits(10_000, 2083)),
        ("/cgi-bin/user/get", Limits(500, 104)),
        ("/cgi-bin/user/info", Limits(5_000_000, 1_041_666)),
        ("/datacube/getcardcardinfo", Limits(1000, 208)),
        ("/cgi-bin/clear_quota", Limits()),
        ("/cgi-bin/openapi/quota/get", Limits()),
        ("/ext/claim", Limits()),
        ("/sandbox/clock", Limits()),
        ("/healthz", Limits()),
        ("/sns/userinfo", Limits()),
        ("/sns/oauth2/access_token", Limits(minute=50_000)),
    ],
)
def test_the_limits_of_a_path_that_nothing_was_said_about(path: str, limits: Limits) -> None:
    assert default_limits(path) == limits
    assert limits_of(ORIGINAL, (), path) == limits
    assert limits_of(NONE, (), path) == Limits()


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("/card/get", "/card/get", True),
        ("/card/get", "/card/getcolors", False),
        ("/card/get*", "/card/getcolors", True),
        ("/card/code/*", "/card/code/get", True),
        ("/card/code/*", "/card/code", False),
        ("/*", "/card/get", True),
    ],
)
def test_a_pattern_is_a_path_or_its_beginning(pattern: str, path: str, found: bool) -> None:
    assert fits(pattern, path) is found


def test_of_each_limit_the_sharpest_override_that_names_it_counts() -> None:
    wide = Override("/card/*", daily=7, minute=5, calls=3, seconds=60)
    middle = Override("/card/code/*", minute=4)
    exact = Override("/card/code/get", daily=UNLIMITED)
    overrides = sharpest_first([wide, exact, middle])
    assert [one.path for one in overrides] == ["/card/code/get", "/card/code/*", "/card/*"]
    assert limits_of(ORIGINAL, overrides, "/card/code/get") == Limits(UNLIMITED, 4, 3, 60)
    assert limits_of(NONE, overrides, "/card/get") == Limits(7, 5, 3, 60)
    assert limits_of(NONE, overrides, "/cgi-bin/token") == Limits()
    assert limits_of(ORIGINAL, sharpest_first([middle]), "/card/code/get") == Limits(1_000_000, 4, 104_166, 10)


def test_windows_refuse_in_the_documented_order_and_lifted_limits_are_none() -> None:
    assert windows(Limits(9, 8, 7, 5)) == (Window("day", DAY, 9), Window("minute", 60, 8), Window("window", 5, 7))
    assert windows(Limits(minute=8)) == (Window("minute", 60, 8),)
    assert windows(Limits()) == ()


@given(TIMES)
def test_a_day_begins_at_midnight_of_china_and_a_minute_on_the_minute(now: int) -> None:
    day = datetime.fromtimestamp(Window("day", DAY, 1).start(now), UTC).astimezone(CHINA)
    assert (day.hour, day.minute, day.second) == (0, 0, 0)
    assert 0 <= now - Window("day", DAY, 1).start(now) < DAY
    assert Window("minute", 60, 1).start(now) == now - now % 60
    assert Window("window", 7, 1).start(now) == now - now % 7


@given(TIMES)
def test_a_month_begins_on_its_first_in_china_and_the_next_follows(now: int) -> None:
    first, following = (datetime.fromtimestamp(one, UTC).astimezone(CHINA) for one in month(now))
    local = datetime.fromtimestamp(now, UTC).astimezone(CHINA)
    assert (first.day, first.hour, following.day, following.hour) == (1, 0, 1, 0)
    assert (first.year, first.month) == (local.year, local.month)
    assert (following.year * 12 + following.month) - (first.year * 12 + first.month) == 1


@given(LIMITS, st.integers(0, 2 * 10**7), st.integers(1, 1000))
def test_a_portion_is_never_more_than_is_left_and_never_nothing_while_something_is(
    limit: int, used: int, waiting: int
) -> None:
    units = portion(limit, used, waiting)
    rest = max(0, limit - used)
    assert 0 <= units <= rest
    assert (units > 0) == (rest > 0)
    assert units <= max(1, waiting, limit // 800)


def test_a_refusal_says_which_limit_how_much_and_until_when() -> None:
    found = [used_up(Window(kind, span, 5), "wx1", "/card/get", 5, NOW) for kind, span in KINDS]
    assert [(one.errcode, one.cause) for one in found] == [
        (Errcode.DAILY_QUOTA, "used_up"),
        (Errcode.MINUTE_QUOTA, "used_up"),
        (Errcode.API_USAGE_EXPIRED, "used_up"),
    ]
    assert found[1].facts == {
        "appid": "wx1",
        "interface": "/card/get",
        "used": 5,
        "allowed": 5,
        "span": 60,
        "resets": 1_700_000_040,
        "left": 40,
    }


KINDS: tuple[tuple[Kind, int], ...] = (("day", DAY), ("minute", 60), ("window", 10))
