"""E12: calls over the limit: 42005, 45011 and 45009, which limit it is, used and allowed, and until when."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from cli.command import of, printed
from qa.desk import Desk
from support.server import Server

PATH = "/card/batchget"
ASK = {"offset": 0, "count": 1}
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(UTC\+8\)"
LIMITS = {
    "--daily": (
        "3",
        "45009 reach max api daily quota limit",
        "账号 {appid} 今天调用 /card/batchget 的次数已经用完：上限 3 次，已用 3 次，{time} 重新计数。",
    ),
    "--minute": (
        "3",
        "45011 api minute-quota reach limit, must slower, retry next minute",
        r"账号 {appid} 这一分钟调用 /card/batchget 的次数已经用完：上限 3 次，已用 3 次，{time} 重新计数（\d+ 秒后）。",
    ),
    "--window": (
        "3/86400",
        "42005 api usage expired",
        r"账号 {appid} 调用 /card/batchget 过于频繁：每 86400 秒最多 3 次，已用 3 次，{time} 重新计数（\d+ 秒后）。",
    ),
}
FOLLOW_SECONDS = 5.0


def limit(desk: Desk, *flags: str) -> list[str]:
    """Set limits as the operator does, and return what is printed."""
    return printed("app", "quota", desk.api.appid, *flags, **of(desk.database))


def wait_for_a_whole_minute() -> None:
    """Return where a minute has room for a few calls."""
    while time.time() % 60 > 50:
        time.sleep(0.5)


def errcodes(desk: Desk, count: int) -> list[int]:
    return [desk.api.post(PATH, ASK)["errcode"] for _ in range(count)]


@pytest.mark.parametrize("flag", LIMITS)
def test_the_fourth_call_of_three_is_refused_and_the_answer_says_by_which_limit(desk: Desk, flag: str) -> None:
    allowed, answer, zh = LIMITS[flag]
    wait_for_a_whole_minute()
    limit(desk, "--path", PATH, flag, allowed)
    assert errcodes(desk, 3) == [0, 0, 0]
    told = desk.refused(PATH, ASK)
    pattern = re.escape(zh).replace(re.escape(r"\d+"), r"\d+")
    wanted = pattern.replace(re.escape("{appid}"), desk.api.appid).replace(re.escape("{time}"), TIME)
    said = told.pop("zh")
    assert re.fullmatch(wanted, said), said
    assert told == {"answer": answer, "cause": "used_up"}


@pytest.mark.parametrize("flag", LIMITS)
def test_the_diagnosis_names_the_usual_cause_a_wrong_appid(desk: Desk, flag: str) -> None:
    wait_for_a_whole_minute()
    limit(desk, "--path", "/card/*", flag, LIMITS[flag][0])
    errcodes(desk, 3)
    diagnosis = diagnosis_of(desk)
    usual = f"the usual cause is another account's program that uses a token of {desk.api.appid}."
    assert diagnosis["fix_en"].endswith(usual)
    assert f"最常见的原因是另一个账号的程序误用了 {desk.api.appid} 的 access_token。" in diagnosis["fix_zh"]


def diagnosis_of(desk: Desk) -> Any:
    """Return the diagnosis of a refused call."""
    refused = desk.api.post(PATH, ASK)["errmsg"]
    return desk.passes("/cgi-bin/openapi/rid/get", {"rid": refused.rpartition("rid: ")[2][:26]})["diagnosis"]


def test_what_is_refused_for_another_reason_does_not_count(desk: Desk) -> None:
    limit(desk, "--path", PATH, "--daily", "3")
    assert [desk.api.post(PATH, {"offset": -1})["errcode"] for _ in range(5)] == [40053] * 5
    assert errcodes(desk, 4) == [0, 0, 0, 45009]


def test_clear_quota_opens_the_day_anew(desk: Desk) -> None:
    limit(desk, "--path", PATH, "--daily", "2")
    assert errcodes(desk, 3) == [0, 0, 45009]
    desk.passes("/cgi-bin/clear_quota", {"appid": desk.api.appid})
    assert errcodes(desk, 3) == [0, 0, 45009]


def test_the_quota_of_the_token_itself_is_cleared_by_the_secret(desk: Desk) -> None:
    api = desk.api
    assert api.token
    limit(desk, "--path", "/cgi-bin/token", "--daily", "2")
    query = f"appid={api.appid}&secret={api.secret}"
    fetch = f"/cgi-bin/token?grant_type=client_credential&{query}"
    assert [api.raw("GET", fetch).get("errcode", 0) for _ in range(3)] == [0, 0, 45009]
    wrong = api.raw("GET", fetch + "x")
    assert wrong["errcode"] == 40125
    assert api.raw("POST", f"/cgi-bin/clear_quota/v2?appid={api.appid}&appsecret={api.secret}")["errcode"] == 0
    assert "access_token" in api.raw("GET", fetch)


def test_the_day_begins_at_midnight_of_china(server: Server) -> None:
    desk = Desk(server.new_app(), server.database)
    limit(desk, "--path", PATH, "--daily", "1")
    assert errcodes(desk, 2) == [0, 45009]
    now = desk.passes("/sandbox/clock", {})["now"]
    desk.passes("/sandbox/clock", {"advance": 86400 - (now + 8 * 3600) % 86400})
    desk.api.renew()
    assert errcodes(desk, 2) == [0, 45009]


def test_an_account_follows_its_limits_within_a_moment(desk: Desk) -> None:
    assert errcodes(desk, 5) == [0] * 5
    limit(desk, "--path", PATH, "--daily", "1")
    deadline = time.monotonic() + FOLLOW_SECONDS
    while errcodes(desk, 2) != [45009, 45009] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert errcodes(desk, 1) == [45009]
    limit(desk, "--default")
    while errcodes(desk, 1) != [0] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert errcodes(desk, 5) == [0] * 5
