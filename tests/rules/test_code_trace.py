"""Why a code is in its state: where in the journal to look, and what its lines and its rows tell together."""

from __future__ import annotations

from typing import Any

import pytest

from kaquan.rules import code as rule
from kaquan.rules.code import Code
from kaquan.rules.code_trace import Kept, Known, Line, renamed_from, steps, windows
from kaquan.rules.gift import Gift
from kaquan.rules.ids import first_id
from kaquan.sources import Ids, wall_clock

NOW = 10_000
ME, FRIEND = "o-me", "o-friend"


def kept(text: str = "C", status: str = rule.NORMAL, at: int = 1000, origin: str = "claim", **code: Any) -> Kept:
    facts = {"begin_time": 0, "end_time": 20_000, "openid": ME, "status_time": at, "event_time": at, **code}
    held = Code(code=text, scope="", card_id="p", status=status, outer_str="", card_type="CASH", use_limit=50, **facts)
    return Kept(held, origin, min(at, 1000) if origin == "claim" else at, "", "", "")


def gift(status: str, end: int, new_code: str = "", at: int = 2000) -> Gift:
    return Gift("g", "p", "C", "", ME, "", False, "", status, FRIEND if new_code else "", new_code, at, at + 86400, end)


def line(number: int, kind: str, at: int, text: str = "C", openid: str = ME, **fields: Any) -> Line:
    return Line(number, kind, "event", at, openid, text, fields)


def test_ids_of_a_second_begin_where_it_begins() -> None:
    now = wall_clock()
    made = Ids()()
    assert first_id(now) <= made < first_id(now + 2)


@pytest.mark.parametrize(
    ("times", "offsets", "seconds"),
    [
        ((), (0,), []),
        ((100,), (0,), [(98, 108)]),
        ((100, 100, 104), (0,), [(98, 112)]),
        ((100, 500), (0,), [(98, 108), (498, 508)]),
        ((500, 100), (0, 400), [(0, 0), (98, 108), (498, 508)]),
    ],
)
def test_the_journal_is_read_around_what_is_known(
    times: tuple[int, ...], offsets: tuple[int, ...], seconds: list[tuple[int, int]]
) -> None:
    assert windows(times, offsets) == [(first_id(begin), first_id(end)) for begin, end in seconds]


@pytest.mark.parametrize(
    ("code", "left", "gifts", "lines", "expected"),
    [
        (kept(), [], [], [], [("claim", 1000, False, "")]),
        (kept(), [], [], [line(1, "claim", 1000)], [("claim", 1000, True, "")]),
        (kept(), [], [], [line(1, "claim", 1060)], [("claim", 1060, True, "")]),
        (kept(), [], [], [line(1, "claim", 1000, "other")], [("claim", 1000, False, "")]),
        (
            kept(status=rule.CONSUMED, at=3000),
            [],
            [],
            [line(2, "consume", 3000)],
            [("claim", 1000, False, ""), ("consume", 3000, True, "")],
        ),
        (
            kept(status=rule.UNAVAILABLE, at=3000),
            [],
            [],
            [],
            [("claim", 1000, False, ""), ("unavailable", 3000, False, "")],
        ),
        (kept(end_time=5000), [], [], [], [("claim", 1000, False, ""), ("expire", 5000, False, "")]),
        (
            kept(status=rule.GIFT_TIMEOUT, at=4000),
            [],
            [gift("timed_out", 4000)],
            [line(5, "gift_return", 4001)],
            [("claim", 1000, False, ""), ("gift", 2000, False, ""), ("gift_return", 4001, True, "")],
        ),
        (
            kept(status=rule.GIFT_SUCC, at=4000),
            [],
            [gift("accepted", 4000, "N")],
            [line(5, "gift_accept", 4000, "N", FRIEND, OldUserCardCode="C"), line(6, "consume", 4500, "N", FRIEND)],
            [("claim", 1000, False, ""), ("gift", 2000, False, ""), ("gift_accept", 4000, True, "N")],
        ),
        (
            kept("N", at=4000, origin="gift", openid=FRIEND),
            [],
            [],
            [line(5, "gift_accept", 4000, "N", FRIEND, OldUserCardCode="C")],
            [("gift_accept", 4000, True, "C")],
        ),
        (
            kept("C", at=4000, origin="gift", openid=FRIEND),
            [kept("g", rule.GIFT_SUCC, 4000)],
            [gift("accepted", 4000, "C")],
            [],
            [("claim", 1000, False, ""), ("gift", 2000, False, ""), ("gift_accept", 4000, False, "")],
        ),
    ],
)
def test_lines_and_rows_tell_each_change_once(
    code: Kept, left: list[Kept], gifts: list[Gift], lines: list[Line], expected: list[tuple[str, int, bool, str]]
) -> None:
    found = steps(Known(code, left, gifts), lines, {}, NOW)
    assert [(one.kind, one.at, one.line is not None, one.other) for one in found] == expected


def test_a_code_is_followed_through_its_earlier_texts() -> None:
    lines = [
        line(1, "claim", 1000, "A"),
        line(2, "update", 2000, "A", new_code="B"),
        line(3, "claim", 2500, "A"),
        line(4, "update", 3000, "B", new_code="C"),
        line(5, "update", 3500, "X", new_code="Y"),
    ]
    earlier = renamed_from(lines, {"C"})
    assert earlier == {"B": 4}
    earlier |= renamed_from(lines, {"C", *earlier})
    assert earlier == {"B": 4, "A": 2}
    found = steps(Known(kept(), [], []), lines, earlier, NOW)
    assert [(one.kind, one.at, one.other) for one in found] == [
        ("claim", 1000, ""),
        ("update", 2000, "A"),
        ("update", 3000, "B"),
    ]
