"""The names in a snapshot, turned into those of another app."""

from __future__ import annotations

import pytest

from kaquan.errors import Refusal
from kaquan.rules.snapshot import Home, check_known, check_name, moved

OLD = Home("wx0123456789abcdef", "AbC123", "http://127.0.0.1:8000")
NEW = Home("wxfedcba9876543210", "ZyX987", "https://coupons.test")
TAIL = "abcdefghijk_mno-qrstu"
# 24 bytes: the appid's 8 and 16 that are all ones, or all zeros.
OLD_ONES, NEW_ONES = "ASNFZ4mrze" + "_" * 22, "_ty6mHZUMh" + "D" + "_" * 21
OLD_ZEROS, NEW_ZEROS = "ASNFZ4mrze8" + "A" * 21, "_ty6mHZUMhA" + "A" * 21

TURNED = {
    "plain text, 中文": "plain text, 中文",
    f"pAbC123{TAIL}": f"pZyX987{TAIL}",
    f'{{"o":"oAbC123{TAIL}","n":"\\noAbC123{TAIL}"}}': f'{{"o":"oZyX987{TAIL}","n":"\\noZyX987{TAIL}"}}',
    "AbC123": "AbC123",
    "pAbC123short": "pAbC123short",
    OLD_ZEROS: NEW_ZEROS,
    OLD_ONES: NEW_ONES,
    f"http://127.0.0.1:8000/q/{OLD_ZEROS}?x": f"https://coupons.test/q/{NEW_ZEROS}?x",
    "http://127.0.0.1:8000/image/wx0123456789abcdef/00": "https://coupons.test/image/wxfedcba9876543210/00",
    "http://127.0.0.1:80001/": "http://127.0.0.1:80001/",
    # Its first characters are those of the appid, the next is not.
    "ASNFZ4mrze" + "A" * 22: "ASNFZ4mrze" + "A" * 22,
}


@pytest.mark.parametrize(("text", "wanted"), TURNED.items())
def test_names_are_turned_and_nothing_else(text: str, wanted: str) -> None:
    turn = moved(OLD, NEW)
    back = moved(NEW, OLD)
    assert turn is not None
    assert back is not None
    assert turn(text) == wanted
    assert back(wanted) == text


def test_at_another_address_the_same_app_keeps_its_names() -> None:
    turn = moved(OLD, Home(OLD.appid, OLD.prefix, "http://127.0.0.1:9000"))
    assert turn is not None
    assert turn(f"http://127.0.0.1:8000/q/{OLD_ZEROS} pAbC123{TAIL}") == (
        f"http://127.0.0.1:9000/q/{OLD_ZEROS} pAbC123{TAIL}"
    )
    assert moved(OLD, OLD) is None


@pytest.mark.parametrize("name", ["seed", "before the sale", "大促前", "v1.2-rc", "x" * 40])
def test_names_of_kept_snapshots(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["", " ", " x", "a/b", "a\\b", "a\nb", "x" * 41])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_name(name)
    assert caught.value.cause == "snapshot_name"


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(Refusal) as caught:
        check_known("sed", ["seed", "sale"])
    assert (caught.value.cause, caught.value.facts["did_you_mean"]) == ("snapshot_unknown", "seed")
