"""E2: date_info mixes the fields of its types: 47001, naming the field that does not belong."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import NOW, card

from qa.desk import Desk, repaired

END = 2_147_400_000
RANGE = {"begin_timestamp": NOW, "end_timestamp": END}
TERM = {"fixed_term": 30, "fixed_begin_term": 0}
RANGE_NAME, TERM_NAME, PERMANENT = "DATE_TYPE_FIX_TIME_RANGE", "DATE_TYPE_FIX_TERM", "DATE_TYPE_PERMANENT"


@pytest.mark.parametrize(
    ("date_info", "field", "belongs_to"),
    [
        ({"type": 1, **RANGE, "fixed_term": 30}, "fixed_term", TERM_NAME),
        ({"type": 1, **RANGE, "fixed_begin_term": 3}, "fixed_begin_term", TERM_NAME),
        ({"type": "1", **RANGE, **TERM}, "fixed_term", TERM_NAME),
        ({"type": RANGE_NAME, **RANGE, "fixed_term": 30}, "fixed_term", TERM_NAME),
        ({"type": 2, **TERM, "begin_timestamp": NOW}, "begin_timestamp", RANGE_NAME),
        ({"type": 2, **TERM, **RANGE}, "begin_timestamp", RANGE_NAME),
        ({"type": TERM_NAME, **TERM, "begin_timestamp": NOW}, "begin_timestamp", RANGE_NAME),
    ],
)
def test_the_field_that_is_not_of_the_type_is_named(
    desk: Desk, date_info: dict[str, Any], field: str, belongs_to: str
) -> None:
    body = card("GROUPON", {"date_info": date_info})
    kind = date_info["type"]
    told = desk.refused("/card/create", body)
    assert told == {
        "answer": "47001 data format error",
        "cause": "mixed_date_info",
        "zh": f"date_info 的 type 是 {kind}，{field} 不属于这种类型，只属于 {belongs_to}。",
        "path": f"card.groupon.base_info.date_info.{field}",
        "expected": f"no {field} with type {kind}",
        "got": f"integer {date_info[field]}",
        "repair": f'without "{field}": {date_info[field]}',
    }
    assert desk.passes("/card/create", repaired(body, told))


def test_of_two_fields_that_do_not_belong_one_is_named_after_the_other(desk: Desk) -> None:
    body = card("GROUPON", {"date_info": {"type": 1, **RANGE, "fixed_term": 30, "fixed_begin_term": 3}})
    named = []
    for _ in range(2):
        told = desk.refused("/card/create", body)
        named.append(told["path"].rpartition(".")[2])
        body = repaired(body, told)
    assert named == ["fixed_term", "fixed_begin_term"]
    assert desk.passes("/card/create", body)


@pytest.mark.parametrize("kind", ["3", "DATE_TYPE_FIX"])
def test_a_type_that_is_none_is_named(desk: Desk, kind: str) -> None:
    told = desk.refused("/card/create", card("GROUPON", {"date_info": {"type": kind, **RANGE}}))
    assert (told["answer"], told["cause"]) == ("47001 data format error", "unknown_date_type")
    assert told["path"] == "card.groupon.base_info.date_info.type"
    assert told["expected"] == f"one of {RANGE_NAME}, {TERM_NAME}, {PERMANENT}"
    assert told["got"] == f'string "{kind}"'


@pytest.mark.parametrize(
    "date_info",
    [
        {"type": 1, **RANGE, "fixed_term": 0, "fixed_begin_term": 0},
        {"type": "1", **RANGE, "fixed_term": "", "fixed_begin_term": None},
        {"type": 2, **TERM, "begin_timestamp": 0},
        {"type": 2, **TERM, "end_timestamp": END},
    ],
)
def test_zeros_and_the_end_of_a_term_are_not_mixed(desk: Desk, date_info: dict[str, Any]) -> None:
    assert desk.passes("/card/create", card("GROUPON", {"date_info": date_info}))


def test_a_change_of_a_card_is_told_the_same(desk: Desk) -> None:
    dates = {"type": RANGE_NAME, **RANGE}
    card_id = desk.api.create_card(card("GROUPON", {"date_info": dates}))
    body = {"card_id": card_id, "groupon": {"base_info": {"date_info": {**dates, "fixed_term": 30}}}}
    told = desk.refused("/card/update", body)
    assert (told["answer"], told["cause"], told["path"]) == (
        "47001 data format error",
        "mixed_date_info",
        "groupon.base_info.date_info.fixed_term",
    )
