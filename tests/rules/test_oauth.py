"""Lives of OAuth codes and tokens, as tables over time (auth_and_signatures.md 5)."""

from __future__ import annotations

import msgspec
import pytest

from kaquan.errors import Refusal
from kaquan.keys import Keys
from kaquan.rules.oauth import (
    ACCESS_LIFE,
    CODE_LIFE,
    REFRESH_LIFE,
    USED_KEPT,
    Grant,
    bad_code,
    check_person,
    check_serial,
    new_grant,
    renewed,
)
from kaquan.user_tokens import access_token, read_access, read_refresh, refresh_token

NOW = 1_700_000_000
ANN, BOB = "o" + "a" * 27, "o" + "b" * 27
GRANT = new_grant(7, ANN, "snsapi_base", NOW)
KEYS, OTHERS = Keys(b"k" * 32), Keys(b"x" * 32)
APPID, OTHER = "wx0123456789abcdef", "wxfedcba9876543210"


def given(refused: Refusal) -> str:
    """Return errcode and cause."""
    return f"{int(refused.errcode)} {refused.cause}"


@pytest.mark.parametrize(
    ("used", "expire_time", "now", "said"),
    [
        (None, 0, NOW, "40029 unknown"),
        (False, NOW + CODE_LIFE, NOW + CODE_LIFE, "40029 expired"),
        (True, NOW + USED_KEPT, NOW, "40163 used"),
        (True, NOW + USED_KEPT, NOW + USED_KEPT - 1, "40163 used"),
        (True, NOW + USED_KEPT, NOW + USED_KEPT, "40029 unknown"),
    ],
)
def test_why_a_code_cannot_be_exchanged(used: bool | None, expire_time: int, now: int, said: str) -> None:
    assert given(bad_code(used, expire_time, now)) == said


def test_a_token_that_is_alive_is_kept_and_one_that_has_expired_is_followed() -> None:
    alive, after = NOW + ACCESS_LIFE - 1, NOW + ACCESS_LIFE
    kept, followed = renewed(GRANT, alive), renewed(GRANT, after)
    assert kept == msgspec.structs.replace(GRANT, ends_at=alive + ACCESS_LIFE)
    assert followed == msgspec.structs.replace(GRANT, serial=2, ends_at=after + ACCESS_LIFE)
    with pytest.raises(Refusal) as refused:
        renewed(kept, NOW + REFRESH_LIFE)
    assert given(refused.value) == "42002 expired"


@pytest.mark.parametrize(
    ("grant", "serial", "now", "good"),
    [
        (GRANT, 1, NOW + ACCESS_LIFE - 1, True),
        (GRANT, 1, NOW + ACCESS_LIFE, False),
        (renewed(GRANT, NOW + ACCESS_LIFE), 1, NOW + ACCESS_LIFE, False),
        (None, 1, NOW, False),
    ],
)
def test_the_newest_access_token_is_good_until_it_expires(
    grant: Grant | None, serial: int, now: int, good: bool
) -> None:
    if good:
        assert check_serial(grant, serial, now) == grant
        return
    with pytest.raises(Refusal) as refused:
        check_serial(grant, serial, now)
    assert given(refused.value) == "42001 user_token"


def test_a_token_is_of_one_person() -> None:
    check_person(GRANT, ANN)
    with pytest.raises(Refusal) as refused:
        check_person(GRANT, BOB)
    assert given(refused.value) == "40003 not_of_token"
    assert ANN not in str(refused.value.facts)


def test_a_token_tells_its_app_and_grant_and_none_is_taken_for_another() -> None:
    access, refresh = access_token(KEYS, APPID, 7, 1), refresh_token(KEYS, APPID, 7)
    assert read_access(KEYS, access) == (APPID, 7, 1)
    assert read_refresh(KEYS, refresh, APPID) == (APPID, 7, 0)
    cases = {
        ("", ""): "41001 missing",
        ("x", ""): "40001 no_user_token",
        (access_token(OTHERS, APPID, 7, 1), ""): "40001 no_user_token",
        (access[:-2], ""): "40001 no_user_token",
        (refresh, ""): "40001 refresh_token",
        ("x", APPID): "40030 unknown",
        (refresh_token(OTHERS, APPID, 7), APPID): "40030 unknown",
        (access, APPID): "40030 access_token",
        (refresh, OTHER): "40030 not_of_app",
        (access, OTHER): "40030 not_of_app",
    }
    for (text, appid), said in cases.items():
        with pytest.raises(Refusal) as refused:
            read_refresh(KEYS, text, appid) if appid else read_access(KEYS, text)
        assert (text, given(refused.value)) == (text, said)
