"""Q4: a colour is named directly, without asking for the list; a name outside it is 40076 and the list is shown."""

from __future__ import annotations

import pytest
from card_bodies import card

from qa.desk import Desk, repaired

OF_2014 = [f"Color{number:03}" for number in range(10, 101, 10)]
COLOURS = sorted([*OF_2014, "Color081", "Color082", "Color101", "Color102"])
PATH = "card.groupon.base_info.color"


def test_each_colour_is_taken_by_its_name_and_the_list_has_the_same(desk: Desk) -> None:
    shown = {}
    for name in COLOURS:
        card_id = desk.api.create_card(card("GROUPON", {"color": name}))
        shown[name] = desk.passes("/card/get", {"card_id": card_id})["card"]["groupon"]["base_info"]["color"]
    listed = desk.passes("/card/getcolors", {})["colors"]
    assert {one["name"]: one["value"] for one in listed} == shown


@pytest.mark.parametrize("sent", ["金色", "gold", "silver"])
def test_a_name_outside_the_list_is_refused_with_the_list(desk: Desk, sent: str) -> None:
    body = card("GROUPON", {"color": sent})
    names = ", ".join(COLOURS)
    assert desk.refused("/card/create", body) == {
        "answer": "40076 invalid color id",
        "cause": "unknown",
        "zh": f'{PATH} 不能是字符串 "{sent}"，可用的颜色：{names}。',
        "path": PATH,
        "expected": f"one of {names}",
        "got": f'string "{sent}"',
    }
    assert desk.passes("/card/create", card("GROUPON", {"color": COLOURS[0]}))


@pytest.mark.parametrize(
    ("sent", "meant"), [("color010", "Color010"), ("Color_020", "Color020"), ("Colour100", "Color100")]
)
def test_a_name_that_is_nearly_one_of_the_list_is_mended(desk: Desk, sent: str, meant: str) -> None:
    body = card("GROUPON", {"color": sent})
    told = desk.refused("/card/create", body)
    assert (told["answer"], told["did_you_mean"]) == ("40076 invalid color id", meant)
    assert told["repair"] == f'"color": "{meant}"'
    assert desk.passes("/card/create", repaired(body, told))
