"""Cells of a card's page that exclude one another (cards.md 8 and 11)."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest
from card_bodies import card, read

from kaquan.errors import Refusal
from kaquan.rules.card_content import BaseInfo, Content
from kaquan.rules.card_tables import STATUSES
from kaquan.rules.cells import CENTER, CONFLICTS, PAY, SELF_CONSUME, cells_on, check_cell, check_conflict

CELLS = (CENTER, PAY, SELF_CONSUME)
EXPECTED = {
    (CENTER, PAY): 40145,
    (PAY, CENTER): 40145,
    (CENTER, SELF_CONSUME): 45046,
    (SELF_CONSUME, CENTER): 45046,
    (PAY, SELF_CONSUME): 45046,
    (SELF_CONSUME, PAY): 45046,
}


def base_info(**changes: object) -> BaseInfo:
    content = read(card("GROUPON", dict(changes)))
    assert isinstance(content, Content)
    return content.base_info


def switched(cell: str, is_open: bool, status: str, base: BaseInfo, on: frozenset[str] = frozenset()) -> int:
    try:
        check_cell(cell, is_open, "p1", status, base, on)
    except Refusal as refused:
        return int(refused.errcode)
    return 0


def test_every_pair_has_its_errcode() -> None:
    assert set(CONFLICTS) == {frozenset({one, other}) for one, other in product(CELLS, CELLS) if one != other}


@pytest.mark.parametrize("pair", list(product(CELLS, CELLS)), ids="-".join)
def test_two_cells_exclude_each_other_whichever_comes_first(pair: tuple[str, str]) -> None:
    wanted, on = pair
    if wanted == on:
        check_conflict(wanted, {on}, "is_open")
        return
    with pytest.raises(Refusal) as caught:
        check_conflict(wanted, {on}, "is_open")
    facts = {"path": "is_open", "wanted": wanted, "other": on}
    assert (caught.value.errcode, caught.value.cause, caught.value.facts) == (EXPECTED[pair], "both", facts)


@pytest.mark.parametrize("cell", [PAY, SELF_CONSUME])
@pytest.mark.parametrize(
    ("status", "on", "off"),
    list(zip(STATUSES, (40107, 40107, 0, 40078, 0, 40107), (0, 0, 0, 40078, 0, 0), strict=True)),
)
def test_a_cell_is_turned_on_on_an_approved_card_and_off_on_any(cell: str, status: str, on: int, off: int) -> None:
    base = base_info(use_all_locations=True)
    assert (switched(cell, True, status, base), switched(cell, False, status, base)) == (on, off)


def test_the_store_is_asked_for_before_the_approval_and_that_before_the_other_cells() -> None:
    bare, placed = base_info(), base_info(location_id_list=[1])
    everything = frozenset(CELLS)
    assert switched(PAY, True, "CARD_STATUS_NOT_VERIFY", bare, everything) == 43017
    assert switched(PAY, True, "CARD_STATUS_NOT_VERIFY", placed, everything) == 40107
    assert switched(PAY, True, "CARD_STATUS_VERIFY_OK", placed, everything) == 40145


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("center_title", "用"),
        ("center_sub_title", "用"),
        ("center_url", "http://a.example/"),
        ("center_app_brand_user_name", "gh_1@app"),
    ],
)
def test_any_part_of_the_centre_button_makes_it_one(field: str, value: str) -> None:
    assert cells_on(msgspec.structs.replace(base_info(), **{field: value}), False, True) == {CENTER, SELF_CONSUME}
    assert cells_on(base_info(), True, False) == {PAY}
