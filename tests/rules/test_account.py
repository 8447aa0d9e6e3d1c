"""Names, nicknames, passwords, sessions, and how often something may be tried."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.rules.account import DAY, clean_nickname, device, fold_name, is_over, name_fault, password_fault
from kaquan.rules.throttle import Limit, wait_seconds

NOW = 1_700_000_000


@pytest.mark.parametrize(
    ("typed", "name", "fault"),
    [
        ("Alice", "alice", ""),
        ("  小明 ", "小明", ""),
        ("\uff21\uff22\uff43", "abc", ""),
        ("a.b-c_d", "a.b-c_d", ""),
        ("a", "a", "name"),
        ("", "", "name"),
        ("_alice", "_alice", "name"),
        (".alice", ".alice", "name"),
        ("wx0123/alice", "wx0123/alice", "name"),
        ("a b", "a b", "name"),
        ("a" * 32, "a" * 32, ""),
        ("a" * 33, "a" * 33, "name"),
        ("alice\0", "alice\0", "name"),
        ("alice\n", "alice", ""),
    ],
)
def test_names(typed: str, name: str, fault: str) -> None:
    assert (fold_name(typed), name_fault(fold_name(typed))) == (name, fault)


@given(st.text(max_size=80))
def test_a_folded_name_is_folded(typed: str) -> None:
    assert name_fault(fold_name(typed)) or fold_name(fold_name(typed)) == fold_name(typed)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("1234567", "password_length"),
        ("12345678", ""),
        ("龙" * 128, ""),
        ("龙" * 129, "password_length"),
        ("Alice-in-town", "password_name"),
    ],
)
def test_passwords(password: str, fault: str) -> None:
    assert password_fault(password, "alice-in-town") == fault


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Alice   Liddell ", "Alice Liddell"),
        ("a\nb\tc", "abc"),
        ("\u0000\u2028", ""),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("x" * 40, "x" * 32),
    ],
)
def test_nicknames_are_one_visible_line(typed: str, shown: str) -> None:
    assert clean_nickname(typed) == shown


@pytest.mark.parametrize(
    ("created", "seen", "over"),
    [(0, 0, False), (30, 30, False), (31, 31, True), (180, 0, False), (181, 0, True), (100, 31, True)],
)
def test_a_session_ends_unused_or_old(created: int, seen: int, over: bool) -> None:
    assert is_over(NOW - created * DAY, NOW - seen * DAY, NOW) is over


@pytest.mark.parametrize(
    ("client", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36", "Chrome · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605 Version/19.0 Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/156 Safari/537 MicroMessenger/8.0.0", "MicroMessenger · Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edg · Windows"),
        ("something", ""),
    ],
)
def test_devices(client: str, shown: str) -> None:
    assert device(client) == shown


@pytest.mark.parametrize(
    ("start", "count", "wait"),
    [(NOW, 2, 0), (NOW, 3, 60), (NOW - 59, 3, 1), (NOW - 60, 3, 0), (NOW - 10, 9, 50)],
)
def test_who_tries_too_often_waits_for_the_end_of_the_window(start: int, count: int, wait: int) -> None:
    assert wait_seconds(Limit(3, 60), start, count, NOW) == wait
