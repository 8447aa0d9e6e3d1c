"""The smallest change of a request: said, read back, and carried out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors.change import Change, apply, parse

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
WORDS = st.text("abcdefghij ", min_size=1, max_size=20)
NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
CHANGES = (
    st.builds(Change, st.sampled_from(["set", "remove"]), JSON)
    | st.builds(Change, st.just("fill"), WORDS)
    | st.builds(Change, st.just("rename"), st.text(max_size=20))
    | st.builds(Change, st.just("take"), st.integers(-(2**53), 2**53))
)


@given(CHANGES, NAMES)
def test_what_is_said_is_read_back(change: Change, name: str) -> None:
    assert parse(change.text(f"card.base_info.{name}")) == change
    assert parse(change.text(f"{name}[3]")) == change


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        (Change("set", 500), "card.sku.quantity", '"quantity": 500'),
        (Change("set", "券"), "title", '"title": "券"'),
        (Change("fill", "text"), "card.title", '"title": <text>'),
        (Change("rename", "titel"), "card.title", '"title" instead of "titel"'),
        (Change("remove", 30), "card.date_info.fixed_term", 'without "fixed_term": 30'),
        (Change("remove", ""), "code[1]", 'without "code": ""'),
        (Change("take", 12), "location_id_list", "without 12"),
    ],
)
def test_each_kind_of_change_has_its_words(change: Change, path: str, said: str) -> None:
    assert change.text(path) == said


@pytest.mark.parametrize("text", ["", '"quantity": ', '"quantity": five', "without it", '"a": "cut sho…'])
def test_what_says_no_change_is_none(text: str) -> None:
    assert parse(text) is None


def test_a_value_that_was_cut_can_still_be_removed_but_not_put() -> None:
    long = "x" * 5000
    assert parse(Change("set", long).text("a")) is None
    assert parse(Change("remove", long).text("a")) == Change("remove")


BODY: dict[str, Any] = {"card": {"a": 1, "b": [{"c": 1}, {"c": 2}], "ids": [7, "8", 7]}}


@pytest.mark.parametrize(
    ("path", "change", "mended"),
    [
        ("card.a", Change("set", 2), {"a": 2, "b": [{"c": 1}, {"c": 2}], "ids": [7, "8", 7]}),
        ("card.d", Change("fill", "text"), {"a": 1, "b": [{"c": 1}, {"c": 2}], "ids": [7, "8", 7], "d": "<text>"}),
        ("card.z", Change("rename", "a"), {"z": 1, "b": [{"c": 1}, {"c": 2}], "ids": [7, "8", 7]}),
        ("card.a", Change("remove", 1), {"b": [{"c": 1}, {"c": 2}], "ids": [7, "8", 7]}),
        ("card.b[1].c", Change("set", 3), {"a": 1, "b": [{"c": 1}, {"c": 3}], "ids": [7, "8", 7]}),
        ("card.ids[1]", Change("set", 8), {"a": 1, "b": [{"c": 1}, {"c": 2}], "ids": [7, 8, 7]}),
        ("card.ids[2]", Change("remove", 7), {"a": 1, "b": [{"c": 1}, {"c": 2}], "ids": [7, "8"]}),
        ("card.ids", Change("take", 7), {"a": 1, "b": [{"c": 1}, {"c": 2}], "ids": ["8"]}),
        ("card.ids", Change("take", 8), {"a": 1, "b": [{"c": 1}, {"c": 2}], "ids": [7, 7]}),
    ],
)
def test_a_change_is_made_at_its_place_and_nowhere_else(path: str, change: Change, mended: dict[str, Any]) -> None:
    before = repr(BODY)
    assert apply(BODY, path, change) == {"card": mended}
    assert repr(BODY) == before


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("", Change("set", 1)),
        ("card.a.x", Change("set", 1)),
        ("card.b[2].c", Change("set", 1)),
        ("card.ids[3]", Change("set", 1)),
        ("card.ids[0]", Change("rename", "x")),
        ("card.x", Change("remove", 1)),
        ("card.x", Change("rename", "y")),
        ("card.ids", Change("take", 9)),
        ("card.a", Change("take", 1)),
        ("nothing.x", Change("fill", "text")),
    ],
)
def test_a_place_that_is_not_there_is_not_changed(path: str, change: Change) -> None:
    assert apply(BODY, path, change) is None


def test_a_rename_keeps_the_place_among_the_members_and_drops_an_empty_right_one() -> None:
    mended = apply({"a": 1, "titel": "x", "title": None, "b": 2}, "title", Change("rename", "titel"))
    assert list(mended.items()) == [("a", 1), ("title", "x"), ("b", 2)]
