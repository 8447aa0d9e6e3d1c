"""Whatever a body holds, a card is made or refused with the place of the mistake."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from card_bodies import EVERYBODY, NOW, OWN, full
from hypothesis import given
from hypothesis import strategies as st

from kaquan.api.card_body import read_create
from kaquan.errors import Refusal
from kaquan.rules.card import check_create, from_text, normalise, render, to_text
from kaquan.rules.card_content import Content

Place = tuple[str | int, ...]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["0", "1", "DATE_TYPE_FIX_TERM", "CODE_TYPE_TEXT", "true", "-5", "http://a.cn", "Color010"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "quantity", "title", "abstract", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """Yield the place of every value below this one."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in inner:
        yield (*place, name)
        yield from places(member, (*place, name))


def at(body: Any, place: Place) -> Any:
    for name in place:
        body = body[name]
    return body


def changed(body: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """Return the body with another value at a place."""
    copied: dict[str, Any] = json.loads(json.dumps(body))
    at(copied, place[:-1])[place[-1]] = value
    return copied


def path(place: Place) -> str:
    return "".join(f"[{name}]" if isinstance(name, int) else f".{name}" for name in place).removeprefix(".")


PLACES = [("GROUPON", place) for place in places(full())] + [
    (card_type, ("card", card_type.lower(), name)) for card_type, own in OWN.items() for name in own
]
WRONG = {str: {"an": "object"}, bool: "yes", int: "many", list: {"an": "object"}, dict: 7}


@pytest.mark.parametrize(("card_type", "place"), PLACES)
def test_a_value_of_the_wrong_type_is_refused_at_its_path(card_type: str, place: Place) -> None:
    body = full(card_type)
    for profile in ("strict", "lenient"):
        with pytest.raises(Refusal) as refused:
            read_create(json.dumps(changed(body, place, WRONG[type(at(body, place))])).encode(), profile)
        expected = 40070 if place[-1] == "sku" else 40053
        assert (refused.value.errcode, refused.value.facts["path"]) == (expected, path(place))


@given(st.sampled_from(PLACES), JSON, st.sampled_from(["strict", "lenient"]))
def test_any_value_in_any_place_is_read_or_refused(where: tuple[str, Place], value: Any, profile: Any) -> None:
    card_type, place = where
    body = json.dumps(changed(full(card_type), place, value)).encode()
    try:
        card_type, content = read_create(body, profile)
        check_create(card_type, content, EVERYBODY, NOW)
    except Refusal as refusal:
        assert json.dumps(refusal.facts)
        return
    assert isinstance(content, Content)
    kept = normalise(content)
    assert from_text(card_type, to_text(kept)) == kept
    assert json.dumps(render("p1", kept, "CARD_STATUS_VERIFY_OK", 1, 1, NOW, NOW))


@given(JSON, st.sampled_from(["strict", "lenient"]))
def test_any_value_as_a_body_is_refused(value: Any, profile: Any) -> None:
    for body in (value, {"card": value}, {"card": {"card_type": "GROUPON", "groupon": value}}):
        with pytest.raises(Refusal):
            read_create(json.dumps(body).encode(), profile)
