"""The fields of the public checker are read as the question they ask."""

from __future__ import annotations

import pytest
from lab_data import APPID, CARD, CODE, JSAPI, NONCE, NOW, PAGE, TIME, of_values, sha1, string1

from kaquan.rules.lab import examine
from kaquan.rules.lab.form import MOST_CHARACTERS, TABS, missing_fields, question_of, read_fields, what_is_signed

CARD_EXT = {"api_ticket": NOW, "card_id": CARD, "timestamp": TIME, "nonce_str": NONCE, "code": CODE}
CHOSEN = {"api_ticket": NOW, "app_id": APPID, "time_stamp": TIME, "nonce_str": NONCE, "card_type": "CASH"}
CONFIG = {"jsapi_ticket": JSAPI, "url": PAGE, "timestamp": TIME, "noncestr": NONCE}
RIGHT = {
    "batchAddCard": (CARD_EXT, of_values(NOW, CARD, TIME, NONCE, CODE), TIME + CODE + NONCE + NOW + CARD),
    "chooseCard": (CHOSEN, of_values(NOW, APPID, TIME, NONCE, "CASH"), TIME + "CASH" + NONCE + NOW + APPID),
    "config": (CONFIG, sha1(string1()), string1()),
}


@pytest.mark.parametrize("name", TABS)
def test_what_is_signed_and_its_digest_follow_from_the_fields(name: str) -> None:
    tab = TABS[name]
    sent, right, text = RIGHT[name]
    fields = read_fields(tab, {one: f" {value}\n" for one, value in sent.items()})
    ask = question_of(tab, {**fields, tab.signature: right})
    verdict = examine(ask)
    assert (verdict.holds, verdict.right, what_is_signed(ask)) == (True, right, text)


@pytest.mark.parametrize(
    ("name", "more", "mistakes"),
    [
        (
            "batchAddCard",
            {"signature": of_values(JSAPI, CARD, TIME, NONCE, CODE), "jsapi_ticket": JSAPI},
            ["wrong_kind"],
        ),
        ("batchAddCard", {"signature": of_values(NOW, CARD, TIME, NONCE)}, ["left_out"]),
        (
            "batchAddCard",
            {"signature": of_values(NOW, CARD, TIME, NONCE, CODE, "wall"), "outer_str": "wall"},
            ["extra_signed"],
        ),
        (
            "batchAddCard",
            {"signature": of_values(NOW, CARD, TIME, NONCE, CODE, APPID), "app_id": APPID},
            ["extra_signed"],
        ),
        ("chooseCard", {"card_sign": of_values(NOW, APPID, TIME, NONCE)}, ["left_out"]),
        ("config", {"signature": sha1(string1(NOW)), "api_ticket": NOW}, ["wrong_kind"]),
        ("config", {}, ["signature_missing"]),
    ],
)
def test_the_mistake_is_found_from_the_fields(name: str, more: dict[str, str], mistakes: list[str]) -> None:
    tab = TABS[name]
    verdict = examine(question_of(tab, read_fields(tab, {**RIGHT[name][0], **more})))
    assert [one.mistake for one in verdict.found] == mistakes


def test_needed_fields_that_are_empty_are_named() -> None:
    tab = TABS["batchAddCard"]
    fields = read_fields(tab, {"card_id": "  ", "timestamp": TIME, "unknown": "x"})
    assert missing_fields(tab, fields) == ["api_ticket", "card_id"]
    assert set(fields) == set(tab.fields)


def test_fields_are_cut_before_they_are_signed_thousands_of_times() -> None:
    tab = TABS["config"]
    assert len(read_fields(tab, {"url": "u" * 100_000})["url"]) == MOST_CHARACTERS
