"""The words for mistakes in signatures: complete, in both languages."""

from __future__ import annotations

import re
import string

import pytest

from kaquan.errors.catalogue import Cause
from kaquan.errors.explain import explain
from kaquan.errors.mistakes import MISTAKES, in_words
from kaquan.rules.lab import MISTAKES as WAYS

HAN = re.compile("[\u4e00-\u9fff]")
# What is found without computing another signature.
OTHERS = {"digest", "base64", "signature_padded", "signature_missing", "signature_shape"}
OTHERS |= {"no_ticket", "unknown", "not_searched", "upper_case"}


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_each_mistake_has_its_words_and_no_words_are_left_over() -> None:
    assert set(MISTAKES) == OTHERS | {one.name for ways in WAYS.values() for one in ways}


@pytest.mark.parametrize("cause", [pytest.param(cause, id=name) for name, cause in MISTAKES.items()])
def test_a_mistake_is_told_in_both_languages(cause: Cause) -> None:
    assert all(HAN.search(text) and text.endswith("。") for text in (cause.zh, cause.fix_zh))
    assert all(text.isascii() and text.endswith(".") for text in (cause.en, cause.fix_en))
    assert placeholders(cause.fix_en) | placeholders(cause.en) == placeholders(cause.fix_zh) | placeholders(cause.zh)


def test_mistakes_stand_in_the_diagnosis_one_after_the_other() -> None:
    found = [
        {"mistake": "wrong_kind", "ticket": "jsapi", "needed": "wx_card"},
        {"mistake": "timestamp_differs", "signed": "5", "sent": "6"},
    ]
    told = explain(40080, "signature", {"found": found, "card_id": "p1"})
    assert told.en == (
        "Signed with the jsapi ticket or token; this signature takes a wx_card ticket. The timestamp signed is 5, but "
        "the one sent is 6. So the signature in card_ext does not hold."
    )
    assert told.zh == (
        "签名时用的是 jsapi，这里应该用 wx_card 类型的 ticket。签名的 timestamp 是 5，传的却是 6。"
        "所以 card_ext 的签名不对。"
    )


@pytest.mark.parametrize("found", [None, "x", 5, {}, [1], [{"mistake": 5}], [{}]])
def test_whatever_is_kept_as_found_is_told_somehow(found: object) -> None:
    assert explain(40080, "signature", {"found": found}).en
    assert set(in_words({"found": found}, "zh")) <= {"found", "mend"}
