"""What is stored of a card and how /card/get shows it; colours and statuses."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import BASE, FULL_ADVANCED, FULL_BASE, NOW, OWN, RANGE, card, full, read

from kaquan.errors import Refusal
from kaquan.rules.card import from_text, normalise, render, to_text
from kaquan.rules.card_content import Content
from kaquan.rules.card_tables import ADVANCED_INFO, BASE_INFO, colors, statuses_of


def stored(body: dict[str, Any]) -> Content:
    content = read(body)
    assert isinstance(content, Content)
    return normalise(content)


def shown(body: dict[str, Any]) -> dict[str, Any]:
    return render("p1", stored(body), "CARD_STATUS_NOT_VERIFY", 499999, 500000, NOW, NOW + 10)


def ordered(value: Any) -> Any:
    """Return the value as nested pairs, so that the order of keys counts."""
    if isinstance(value, dict):
        return [(name, ordered(inner)) for name, inner in value.items()]
    return value


def test_a_least_card_is_shown_in_the_order_of_the_wire() -> None:
    base = {
        "id": "p1",
        "logo_url": BASE["logo_url"],
        "code_type": "CODE_TYPE_TEXT",
        "brand_name": "微信餐厅",
        "title": "双人套餐",
        "date_info": {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 90, "fixed_begin_term": 0},
        "color": "#63b359",
        "notice": "使用时出示此券",
        "description": "不可与其他优惠同享",
        "location_id_list": [],
        "get_limit": 50,
        "can_share": True,
        "can_give_friend": True,
        "use_custom_code": False,
        "bind_openid": False,
        "status": "CARD_STATUS_NOT_VERIFY",
        "sku": {"quantity": 499999, "total_quantity": 500000},
        "create_time": NOW,
        "update_time": NOW + 10,
        "area_code_list": [],
    }
    advanced = {
        "time_limit": [],
        "text_image_list": [],
        "business_service": [],
        "consume_share_card_list": [],
        "share_friends": False,
    }
    groupon = {"base_info": base, "deal_detail": "锅底二选一", "advanced_info": advanced}
    assert ordered(shown(card())) == ordered({"card_type": "GROUPON", "groupon": groupon})


def test_every_field_that_was_set_is_shown() -> None:
    changed = {"id": "p1", "color": "#63b359", "status": "CARD_STATUS_NOT_VERIFY", "area_code_list": []}
    times = {"create_time": NOW, "update_time": NOW + 10, "sku": {"quantity": 499999, "total_quantity": 500000}}
    base = {name: value for name, value in FULL_BASE.items() if name != "use_all_locations"} | changed | times
    content = shown(full())["groupon"]
    assert content == {"base_info": base, "deal_detail": "锅底二选一", "advanced_info": FULL_ADVANCED}
    assert list(content["base_info"]) == [name for name in BASE_INFO if name in base]
    assert list(content["advanced_info"]) == list(ADVANCED_INFO)


@pytest.mark.parametrize("card_type", OWN)
def test_the_fields_of_each_type_are_shown(card_type: str) -> None:
    content = shown(card(card_type))[card_type.lower()]
    assert list(content) == ["base_info", *OWN[card_type], "advanced_info"]
    assert {name: content[name] for name in OWN[card_type]} == OWN[card_type]


def test_a_threshold_of_nothing_is_shown_and_unset_text_is_not() -> None:
    assert shown(card("CASH", least_cost=...))["cash"]["least_cost"] == 0
    assert "map_url" not in shown(card("MEETING_TICKET", map_url=...))["meeting_ticket"]


@pytest.mark.parametrize(
    ("sent", "back"),
    [
        ({**RANGE, "type": 1}, RANGE),
        ({**RANGE, "type": "1", "fixed_term": 0}, RANGE),
        (
            {"type": 2, "fixed_term": 30, "end_timestamp": NOW + 9},
            {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 30, "fixed_begin_term": 0, "end_timestamp": NOW + 9},
        ),
    ],
)
def test_an_old_date_type_comes_back_by_its_name(sent: dict[str, Any], back: dict[str, Any]) -> None:
    assert ordered(shown(card(base={"date_info": sent}))["groupon"]["base_info"]["date_info"]) == ordered(back)


@pytest.mark.parametrize(
    ("sent", "kept", "value"),
    [
        ("Color102", "Color102", "#5E6671"),
        ("#5e6671", "Color102", "#5E6671"),
        ("#63B359", "Color010", "#63b359"),
    ],
)
def test_a_colour_is_kept_by_name_and_shown_by_value(sent: str, kept: str, value: str) -> None:
    body = card(base={"color": sent})
    assert (stored(body).base_info.color, shown(body)["groupon"]["base_info"]["color"]) == (kept, value)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"use_all_locations": True, "location_id_list": [1, 2]}, {"location_id_list": [], "use_all_locations": True}),
        ({"location_id_list": "0"}, {"location_id_list": []}),
        ({"get_limit": 0}, {"get_limit": 50}),
        ({"use_limit": 50}, {"use_limit": 50}),
        ({"url_name_type": 0}, {"url_name_type": ""}),
        (
            {"url_name_type": 0, "custom_url": "http://a.cn"},
            {"url_name_type": "URL_NAME_TYPE_TAKE_AWAY", "custom_url": "http://a.cn"},
        ),
        (
            {"promotion_url_name_type": 5, "promotion_url": "http://a.cn"},
            {"promotion_url_name_type": "URL_NAME_TYPE_MALL"},
        ),
    ],
)
def test_what_an_sdk_means_is_what_is_kept(sent: dict[str, Any], kept: dict[str, Any]) -> None:
    base = stored(card(base=sent)).base_info
    assert {name: getattr(base, name) for name in kept} == kept


def test_empty_objects_are_not_shown() -> None:
    body = card(base={"pay_info": {}}, advanced_info={"abstract": {"abstract": ""}, "use_condition": {}})
    content = shown(body)["groupon"]
    assert {"pay_info", "abstract", "use_condition"} & {*content["base_info"], *content["advanced_info"]} == set()


@pytest.mark.parametrize("card_type", OWN)
def test_stored_text_gives_the_same_content_back(card_type: str) -> None:
    for body in (card(card_type), full(card_type)):
        content = stored(body)
        assert from_text(card_type, to_text(content)) == content


def test_what_is_shown_may_be_sent_again() -> None:
    again = shown(full())
    for name in ("id", "status", "create_time", "update_time", "area_code_list"):
        del again["groupon"]["base_info"][name]
    again["groupon"]["base_info"]["sku"] = {"quantity": 0}
    assert stored({"card": again}) == stored(full())


def test_the_colours_are_listed_in_the_order_of_their_numbers() -> None:
    listed = colors()
    assert [color["name"] for color in listed] == sorted(color["name"] for color in listed)
    assert (len(listed), listed[0], listed[-1]) == (
        14,
        {"name": "Color010", "value": "#63b359"},
        {"name": "Color102", "value": "#5E6671"},
    )


@pytest.mark.parametrize(
    ("names", "matched"),
    [
        (
            [],
            {
                "CARD_STATUS_NOT_VERIFY",
                "CARD_STATUS_VERIFY_FAIL",
                "CARD_STATUS_VERIFY_OK",
                "CARD_STATUS_DELETE",
                "CARD_STATUS_DISPATCH",
                "CARD_STATUS_SYS_OFF_SHELF",
            },
        ),
        (["CARD_STATUS_VERIFY_FALL"], {"CARD_STATUS_VERIFY_FAIL"}),
        (["CARD_STATUS_USER_DELETE", "CARD_STATUS_VERIFY_OK"], {"CARD_STATUS_DELETE", "CARD_STATUS_VERIFY_OK"}),
        (["CARD_STATUS_USER_DISPATCH"], {"CARD_STATUS_DISPATCH"}),
        (["CARD_STATUS_EXPIRED", "CARD_STATUS_INIT"], set()),
    ],
)
def test_a_status_filter_knows_every_name(names: list[str], matched: set[str]) -> None:
    assert statuses_of(names) == matched


def test_an_unknown_status_is_40078() -> None:
    with pytest.raises(Refusal) as refused:
        statuses_of(["CARD_STATUS_VERIFY_OK", "CARD_STATUS_VERIFY_KO"])
    facts = refused.value.facts
    assert (refused.value.errcode, refused.value.cause, facts["path"], facts["got"], facts["did_you_mean"]) == (
        40078,
        "unknown",
        "status_list[1]",
        'string "CARD_STATUS_VERIFY_KO"',
        "CARD_STATUS_VERIFY_OK",
    )
