"""What a store may be, and how the wire shows it (statistics_and_stores.md B)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_bodies import FULL, LEAST

from kaquan.api.decode import Reader
from kaquan.errors import Refusal
from kaquan.rules.store import changed, check_store, from_text, shown_store, to_text
from kaquan.rules.store_categories import CATEGORIES, FIRST_LEVEL
from kaquan.rules.store_content import Service, StoreInfo

READER = Reader(StoreInfo)


def read(**changes: Any) -> StoreInfo:
    body = {name: value for name, value in {**LEAST, **changes}.items() if value is not None}
    return check_store(READER.read(json.dumps(body).encode(), "strict"), "business.base_info")


def verdict(**changes: Any) -> str:
    """Return errcode and cause, empty when the store may be."""
    try:
        read(**changes)
    except Refusal as refused:
        return f"{int(refused.errcode)} {refused.cause}"
    return ""


def test_every_category_of_the_table_may_be_used_and_is_listed_once() -> None:
    assert [one for one in CATEGORIES if verdict(categories=[one])] == []
    assert len(set(CATEGORIES)) == len(CATEGORIES)
    assert {one.partition(",")[0] for one in CATEGORIES} == set(FIRST_LEVEL)


TELEPHONES = {
    "021-81445873": "",
    "021-81445873-1003": "",
    "13867428497": "",
    "4008002835": "",
    "7": "",
    "8003800#4010": "65111 not_digits",
    "021 81445873": "65111 not_digits",
    "-021": "65111 not_digits",
    "021-": "65111 not_digits",
    "０２１": "65111 not_digits",
    "1\n": "65111 not_digits",
}


@pytest.mark.parametrize("telephone", TELEPHONES)
def test_a_telephone_is_digits_with_dashes_between(telephone: str) -> None:
    assert verdict(telephone=telephone) == TELEPHONES[telephone]


@given(st.text(min_size=1, max_size=53).filter(lambda text: "\0" not in text))
def test_a_telephone_is_taken_or_refused_with_its_own_errcode(telephone: str) -> None:
    right = re.fullmatch("[0-9]([0-9-]*[0-9])?", telephone) is not None
    assert verdict(telephone=telephone) == ("" if right else "65111 not_digits")


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_coordinates_come_back_as_they_were_sent(longitude: float, latitude: float) -> None:
    info = from_text(to_text(read(longitude=longitude, latitude=repr(latitude))))
    assert (info.longitude, info.latitude) == (longitude, latitude)


COORDINATES = {
    "180": "",
    "-180.0": "",
    "180.0001": "40097 out_of_range",
    "1e300": "40097 out_of_range",
    "1e999": "40097 out_of_range",
    "NaN": "40053 wrong_type",
    "１": "40053 wrong_type",
    " 1": "40053 wrong_type",
    "9" * 400: "40053 wrong_type",
}


@pytest.mark.parametrize("longitude", COORDINATES)
def test_a_longitude_in_quotes_is_read_strictly(longitude: str) -> None:
    assert verdict(longitude=longitude) == COORDINATES[longitude]


@pytest.mark.parametrize("value", [10**400, 1e300, -(10**30), 181])
def test_a_number_beyond_the_globe_is_refused(value: float) -> None:
    assert verdict(longitude=value) in {"40097 out_of_range", "40053 wrong_type"}


def test_what_is_not_set_is_shown_empty_and_in_the_order_of_the_wire() -> None:
    shown = shown_store(5, from_text(to_text(read())), "approved", False)
    names = """sid poi_id business_name branch_name province city district address telephone categories offset_type
    longitude latitude photo_list recommend special introduction open_time avg_price available_state update_status"""
    assert list(shown) == names.split()
    assert {name for name, value in shown.items() if value in ("", 0, [])} == {
        *(set(FULL) - set(LEAST)),
        "update_status",
    }
    states = ("in_review", "approved", "refused")
    assert [shown_store(5, read(), state, True)["available_state"] for state in states] == [2, 3, 4]


def test_a_change_takes_what_it_says_and_leaves_the_rest() -> None:
    before = read(**FULL)
    after = changed(before, Service(recommend="新品", avg_price=0, photo_list=None))
    told = shown_store(1, after, "approved", False)
    assert told == {**shown_store(1, before, "approved", False), "recommend": "新品"}
