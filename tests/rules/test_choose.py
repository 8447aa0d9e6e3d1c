"""Which codes may be chosen on a merchant's page, and why none (spec: jssdk_and_pages.md 5, qa_cases.md E14)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kaquan.errors import Refusal
from kaquan.errors.explain import explain
from kaquan.rules.choose import Filters, Held, check_card_sign, choosable, read_filters
from kaquan.rules.signature import card_sign

VECTORS = json.loads((Path(__file__).parents[1] / "vectors.json").read_text("utf-8"))["choose_card"]
TICKET = "T" * 86
ASKED = Filters("wx1", "", "CASH", "p1", "1700000000", "n1")


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: str(row["name"]))
def test_vectors_pass(row: dict[str, Any]) -> None:
    sent = dict(row["inputs"])
    ticket = sent.pop("api_ticket")
    check_card_sign(Filters(**sent, card_sign=row["card_sign"]), ["another", ticket])


def test_another_card_sign_is_refused_with_the_right_one() -> None:
    for tickets in ([TICKET], []):
        with pytest.raises(Refusal) as refused:
            check_card_sign(msgspec.structs.replace(ASKED, card_sign="0" * 40), tickets)
        assert (int(refused.value.errcode), refused.value.cause) == (63002, "card_sign")
        right = card_sign(TICKET, ASKED.signed) if tickets else ""
        assert (refused.value.facts["computed"], refused.value.facts["sent"]) == (right, "0" * 40)


def test_arguments_are_read_as_pages_send_them() -> None:
    sent = {"app_id": "wx1", "location_id": 7, "time_stamp": "1", "card_sign": None, "card_type": {"a": 1}}
    assert read_filters(sent) == Filters(app_id="wx1", location_id="7", timestamp="1")


def held(code: str, card_id: str = "p1", card_type: str = "CASH", usable: bool = True, stores: Any = ()) -> Held:
    return Held(code, card_id, card_type, usable, tuple(stores), "title", "Color010", 2_000_000_000)


WALLET = [
    held("1"),
    held("2", card_id="p2"),
    held("3", card_type="GIFT", card_id="p3"),
    held("4", usable=False),
    held("5", stores=[7, 8]),
    held("6", stores=[9]),
]
CHOICES = [
    (Filters(), "12356"),
    (Filters(card_type="CASH"), "1256"),
    (Filters(card_id="p3"), "3"),
    (Filters(card_type="CASH", card_id="p2"), "2"),
    (Filters(location_id="7"), "1235"),
]


@pytest.mark.parametrize(("filters", "codes"), CHOICES)
def test_filters_leave_what_they_say(filters: Filters, codes: str) -> None:
    assert "".join(one.code for one in choosable(WALLET, filters)) == codes


def test_an_empty_list_says_how_many_codes_each_filter_excluded() -> None:
    wallet = [*WALLET[2:], held("7", "p4", "GIFT")]
    with pytest.raises(Refusal) as refused:
        choosable(wallet, Filters("wx1", "77", "CASH", "p9"))
    facts = refused.value.facts
    assert (facts["held"], facts["unusable"], facts["by_type"], facts["by_card"], facts["by_store"]) == (5, 1, 2, 2, 0)
    said = explain(40056, "all_filtered", facts)
    assert "2 are not of type CASH, 2 are not of card p9, 0 cannot be used in store 77" in said.en
    assert said.fix_en == "Widen the filter that excludes most: cardType."


def test_who_holds_nothing_is_told_so() -> None:
    with pytest.raises(Refusal) as refused:
        choosable([], Filters())
    assert refused.value.cause == "holds_nothing"


def test_who_can_use_none_of_them_is_told_so_whatever_the_filters() -> None:
    spent = [one for one in WALLET if not one.usable]
    for filters in (Filters(), Filters(card_type="MEMBER_CARD", card_id="p9")):
        with pytest.raises(Refusal) as refused:
            choosable(spent, filters)
        assert (refused.value.cause, refused.value.facts) == ("none_usable", {"held": len(spent)})
