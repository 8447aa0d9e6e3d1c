"""What stands on a card, in both languages."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from card_bodies import card

from kaquan.actions.show_cards import ShownCard
from kaquan.api.card_body import read_create
from kaquan.rules.card_content import Content
from kaquan.web.claim_face import Face
from kaquan.web.texts import Texts
from kaquan.web.visit import Visit

BEGIN, END = 1_467_025_553, 1_470_000_000
RANGE = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": BEGIN, "end_timestamp": END}
TERM = {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 30}


def face(language: Any) -> Face:
    """Return what reads cards in a language."""
    return Face(cast("Visit", SimpleNamespace(text=Texts(language), language=language)))


def shown(kind: str = "GROUPON", own: dict[str, Any] | None = None, **base: Any) -> ShownCard:
    """Return a card as pages show it."""
    body = card(kind, base)
    body["card"][kind.lower()] |= own or {}
    card_type, content = read_create(json.dumps(body).encode(), "strict")
    assert isinstance(content, Content)
    return ShownCard("p1", card_type, content, "", 1)


@pytest.mark.parametrize(
    ("kind", "own", "zh", "en"),
    [
        ("CASH", {"reduce_cost": 1050}, "¥10.50", "¥10.50"),
        ("DISCOUNT", {"discount": 30}, "7 折", "30% off"),
        ("DISCOUNT", {"discount": 25}, "7.5 折", "25% off"),
        ("GROUPON", {}, "团购券", "Group deal"),
        ("MOVIE_TICKET", {}, "电影票", "Film ticket"),
    ],
)
def test_the_main_figure(kind: str, own: dict[str, Any], zh: str, en: str) -> None:
    one = shown(kind, own)
    assert (face("zh").worth(one), face("en").worth(one)) == (zh, en)


@pytest.mark.parametrize(
    ("date", "zh", "en"),
    [
        (RANGE, "2016-06-27 至 2016-08-01 有效", "Valid 2016-06-27 to 2016-08-01"),
        ({**TERM, "fixed_begin_term": 0}, "领取后 30 天内有效", "Valid for 30 days after the claim"),
        (
            {**TERM, "fixed_begin_term": 2},
            "领取 2 天后生效，有效 30 天",
            "Valid for 30 days, from 2 days after the claim",
        ),
        (
            {**TERM, "end_timestamp": END},
            "领取后 30 天内有效，最晚至 2016-08-01",
            "Valid for 30 days after the claim, until 2016-08-01 at the latest",
        ),
        ({"type": "DATE_TYPE_PERMANENT"}, "永久有效", "Valid without end"),
        ({**RANGE, "type": 1}, "2016-06-27 至 2016-08-01 有效", "Valid 2016-06-27 to 2016-08-01"),
    ],
)
def test_the_validity(date: dict[str, Any], zh: str, en: str) -> None:
    one = shown(date_info=date)
    assert (face("zh").validity(one), face("en").validity(one)) == (zh, en)


def test_from_what_sum_on_and_what_for() -> None:
    assert face("zh").condition(shown("CASH", {"least_cost": 1000})) == "满 10 元可用"
    assert face("zh").condition(shown("CASH", {"least_cost": 0})) == face("zh").condition(shown()) == ""
    assert face("zh").detail(shown("GIFT", {"gift": "一杯咖啡"})) == "一杯咖啡"
    assert face("zh").detail(shown("CASH")) == ""


def test_the_colour_is_one_of_the_list() -> None:
    assert [face("zh").tone(shown(color=one)) for one in ("Color102", "#63b359")] == ["Color102", ""]
