"""What a change of a card makes different, field by field."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from card_bodies import BASE, card, full, read

from kaquan.rules.card_diff import Difference, differences, fields_of


def changed(**base: Any) -> list[Difference]:
    """Return what these fields of base_info make different."""
    return differences(read(card()), read(card(base=base)))


@pytest.mark.parametrize(
    ("base", "different"),
    [
        ({}, []),
        ({"title": "四人套餐"}, [("base_info.title", "双人套餐", "四人套餐")]),
        ({"sub_title": "周末"}, [("base_info.sub_title", None, "周末")]),
        ({"can_share": False}, [("base_info.can_share", None, False)]),
        ({"location_id_list": [7, 8]}, [("base_info.location_id_list", None, [7, 8])]),
        ({"date_info": {**BASE["date_info"], "fixed_term": 30}}, [("base_info.date_info.fixed_term", 90, 30)]),
    ],
)
def test_a_change_names_each_field_with_both_values(base: dict[str, Any], different: list[tuple[Any, ...]]) -> None:
    assert [(one.path, one.before, one.after) for one in changed(**base)] == different


def test_what_is_taken_away_is_a_difference_as_well() -> None:
    (found,) = differences(read(card(base={"sub_title": "周末"})), read(card()))
    assert found == Difference("base_info.sub_title", "周末", None)


def test_every_field_that_is_set_is_told() -> None:
    content = read(full())
    told = fields_of(content)
    assert told["base_info.title"] == "双人套餐"
    assert not any(isinstance(value, dict) for value in told.values())
    assert differences(content, msgspec.structs.replace(content)) == []
