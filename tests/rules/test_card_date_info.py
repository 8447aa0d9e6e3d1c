"""When a card may be valid, and the mixing of the two kinds of date_info."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import NOW, RANGE, brief, card, verdict

from kaquan.api.decode import Profile

PATH = "card.groupon.base_info.date_info."
TERM = {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 30, "fixed_begin_term": 0}


def of(date_info: dict[str, Any]) -> dict[str, Any]:
    return card(base={"date_info": date_info})


@pytest.mark.parametrize("profile", ["strict", "lenient"])
@pytest.mark.parametrize(
    ("whole", "kind", "field", "value", "owner"),
    [
        (RANGE, "DATE_TYPE_FIX_TIME_RANGE", "fixed_term", 30, ["DATE_TYPE_FIX_TERM"]),
        (RANGE, "1", "fixed_begin_term", 1, ["DATE_TYPE_FIX_TERM"]),
        (RANGE, 1, "fixed_term", 30, ["DATE_TYPE_FIX_TERM"]),
        (TERM, "DATE_TYPE_FIX_TERM", "begin_timestamp", NOW, ["DATE_TYPE_FIX_TIME_RANGE"]),
        (TERM, 2, "begin_timestamp", NOW, ["DATE_TYPE_FIX_TIME_RANGE"]),
    ],
)
def test_a_field_of_the_other_type_is_47001_and_named(
    whole: dict[str, Any], kind: Any, field: str, value: int, owner: list[str], profile: Profile
) -> None:
    assert verdict(of({**whole, "type": kind, field: value}), profile) == (
        47001,
        "mixed_date_info",
        {
            "path": PATH + field,
            "expected": f"no {field} with type {kind}",
            "got": f"integer {value}",
            "field": field,
            "type": str(kind),
            "belongs_to": owner,
            "repair": f'without "{field}": {value}',
        },
    )


def test_permanent_has_no_fields_of_its_own() -> None:
    mixed = of({"type": "DATE_TYPE_PERMANENT", "end_timestamp": NOW + 9})
    assert brief(mixed) == (47001, "mixed_date_info", PATH + "end_timestamp")


def test_the_quoted_number_of_another_type_is_mixed_rather_than_quoted() -> None:
    assert brief(of({**RANGE, "fixed_term": "30"})) == (47001, "mixed_date_info", PATH + "fixed_term")


@pytest.mark.parametrize("nothing", [0, 0.0, "0", "", None, False])
def test_zeros_of_the_other_type_are_not_mixed(nothing: Any) -> None:
    assert brief(of({**RANGE, "fixed_term": nothing, "fixed_begin_term": nothing})) is None
    assert brief(of({**TERM, "begin_timestamp": nothing, "end_timestamp": 0})) is None


def test_a_term_may_have_an_end() -> None:
    assert brief(of({**TERM, "end_timestamp": NOW + 86400})) is None


@pytest.mark.parametrize("kind", ["DATE_TYPE_FIX_TIME", "3", 3, "100", "date_type_fix_term"])
def test_an_unknown_type_is_47001(kind: Any) -> None:
    assert brief(of({"type": kind})) == (47001, "unknown_date_type", PATH + "type")


@pytest.mark.parametrize(
    ("date_info", "cause", "field"),
    [
        ({**RANGE, "begin_timestamp": NOW * 1000}, "milliseconds", "begin_timestamp"),
        ({**RANGE, "end_timestamp": NOW * 1000}, "milliseconds", "end_timestamp"),
        ({**RANGE, "end_timestamp": str(NOW * 1000)}, "milliseconds", "end_timestamp"),
        ({**RANGE, "end_timestamp": 2**31}, "out_of_range", "end_timestamp"),
        ({**RANGE, "begin_timestamp": -1}, "out_of_range", "begin_timestamp"),
        ({**RANGE, "begin_timestamp": 0}, "not_set", "begin_timestamp"),
        ({**RANGE, "end_timestamp": 0}, "not_set", "end_timestamp"),
        ({**RANGE, "end_timestamp": NOW}, "ends_before_begin", "end_timestamp"),
        ({**RANGE, "begin_timestamp": NOW - 9, "end_timestamp": NOW - 1}, "ended", "end_timestamp"),
        ({**RANGE, "begin_timestamp": NOW - 9, "end_timestamp": NOW}, "ended", "end_timestamp"),
        ({**TERM, "fixed_term": 0}, "term_of_zero_days", "fixed_term"),
        ({**TERM, "fixed_term": -1}, "term_out_of_range", "fixed_term"),
        ({**TERM, "fixed_term": 36501}, "term_out_of_range", "fixed_term"),
        ({**TERM, "fixed_begin_term": -1}, "term_out_of_range", "fixed_begin_term"),
        ({**TERM, "end_timestamp": NOW - 1}, "ended", "end_timestamp"),
        ({**TERM, "end_timestamp": NOW * 1000}, "milliseconds", "end_timestamp"),
        ({"type": "DATE_TYPE_PERMANENT"}, "permanent_coupon", "type"),
    ],
)
def test_a_wrong_time_is_40079(date_info: dict[str, Any], cause: str, field: str) -> None:
    assert brief(of(date_info)) == (40079, cause, PATH + field)


@pytest.mark.parametrize("end", [NOW + 1, 2**31 - 1])
def test_a_range_may_end_until_2038(end: int) -> None:
    assert brief(of({**RANGE, "end_timestamp": end})) is None


def test_the_diagnosis_of_milliseconds_gives_the_seconds() -> None:
    assert verdict(of({**RANGE, "end_timestamp": 1577807999000})) == (
        40079,
        "milliseconds",
        {
            "path": PATH + "end_timestamp",
            "expected": "seconds, at most 2147483647",
            "got": "1577807999000",
            "repair": '"end_timestamp": 1577807999',
        },
    )
