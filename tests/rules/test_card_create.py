"""What /card/create refuses, line by line, and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import BASE, EVERYBODY, FULL_BASE, NOW, OWN, RANGE, brief, card, card_with, full, verdict

from kaquan.api.decode import Profile

B = "card.groupon.base_info."
A = "card.groupon.advanced_info."
MISSING = {"strict": 40053, "lenient": 41011}


@pytest.mark.parametrize("card_type", OWN)
def test_the_least_and_the_fullest_card_of_each_type_may_be_made(card_type: str) -> None:
    assert brief(card(card_type)) is None
    assert brief(full(card_type), permissions=EVERYBODY) is None


@pytest.mark.parametrize("profile", ["strict", "lenient"])
@pytest.mark.parametrize("name", BASE)
def test_each_field_of_base_info_that_is_required_is_missed(name: str, profile: Profile) -> None:
    for nothing in (..., None, ""):
        assert brief(card(base={name: nothing}), profile) == (MISSING[profile], "missing", B + name)


@pytest.mark.parametrize(
    ("card_type", "name"),
    [(card_type, name) for card_type, own in OWN.items() for name in own]
    + [(card_type, "base_info") for card_type in OWN],
)
def test_each_field_of_a_type_that_is_required_is_missed(card_type: str, name: str) -> None:
    optional = {"least_cost", "map_url", "guide_url", "gate", "boarding_time", "check_in_url"}
    expected = None if name in optional else (40053, "missing", f"card.{card_type.lower()}.{name}")
    assert brief(card_with(card_type, name, ...)) == expected


@pytest.mark.parametrize("profile", ["strict", "lenient"])
@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "card"),
        ({"card": {}}, "card.card_type"),
        ({"card": {"card_type": "GROUPON"}}, "card.groupon"),
        ({"card": {"card_type": "GROUPON", "cash": {}}}, "card.groupon"),
        ({"card": {"card_type": "GROUPON", "groupon": []}}, "card.groupon"),
        (card(base={"sku": {}}), B + "sku.quantity"),
        (card(base={"date_info": {}}), B + "date_info.type"),
        (card(base={"date_info": {"type": 1, "end_timestamp": NOW}}), B + "date_info.begin_timestamp"),
        (card(base={"date_info": {"type": "1", "begin_timestamp": NOW}}), B + "date_info.end_timestamp"),
        (card(base={"date_info": {"type": 2, "fixed_term": ""}}), B + "date_info.fixed_term"),
    ],
)
def test_a_missing_object_or_member_is_named(body: Any, path: str, profile: Profile) -> None:
    assert brief(body, profile) == (MISSING[profile], "missing", path)


def test_a_misspelt_field_is_offered_its_name() -> None:
    assert verdict(card(base={"notice": ..., "notcie": "x"})) == (
        40053,
        "misspelt",
        {
            "path": B + "notice",
            "expected": "text",
            "got": '"notcie"',
            "sent": "notcie",
            "did_you_mean": "notice",
            "repair": '"notice" instead of "notcie"',
        },
    )
    assert brief({"card": {"card_type": "GROUPON", "groupn": {}}}) == (40053, "misspelt", "card.groupon")


LIMITS = {
    "brand_name": 36,
    "title": 27,
    "notice": 48,
    "description": 3072,
    "sub_title": 54,
    "service_phone": 24,
    "source": 36,
    "center_title": 18,
    "center_sub_title": 24,
    "custom_url_sub_title": 18,
    "promotion_url_name": 15,
    "promotion_url_sub_title": 18,
    "center_app_brand_user_name": 128,
    "promotion_app_brand_pass": 128,
    "shake_slogan_title": 30,
    "shake_slogan_sub_title": 48,
}


@pytest.mark.parametrize(("name", "limit"), LIMITS.items())
def test_text_is_limited_in_bytes(name: str, limit: int) -> None:
    fits = "卡" * (limit // 3) + "x" * (limit % 3)
    cell = {"promotion_url_name": "x", "promotion_url": URL} if name.startswith("promotion") else {}
    assert brief(card(base={**cell, name: fits})) is None
    assert brief(card(base={**cell, name: fits + "x"})) == (45021, "too_long", B + name)


def test_a_merchant_name_has_room_for_12_chinese_characters() -> None:
    assert verdict(card(base={"brand_name": "卡" * 12})) is None
    assert verdict(card(base={"brand_name": "卡" * 13})) == (
        45021,
        "too_long",
        {
            "path": B + "brand_name",
            "expected": "at most 36 bytes (12 Chinese characters)",
            "got": "39 bytes",
            "limit": 36,
            "size": 39,
            "repair": f'"brand_name": "{"卡" * 12}"',
        },
    )


@pytest.mark.parametrize(("size", "expected"), [(128, None), (129, (45021, "too_long", B + "custom_url"))])
def test_an_address_has_128_bytes(size: int, expected: Any) -> None:
    url = "https://shop.example/".ljust(size, "x")
    assert brief(card(base={"custom_url": url, "custom_url_name": "订座"})) == expected


@pytest.mark.parametrize(
    ("card_type", "name", "limit"),
    [
        ("GROUPON", "deal_detail", 3072),
        ("GIFT", "gift", 3072),
        ("GENERAL_COUPON", "default_detail", 3072),
        ("MEETING_TICKET", "meeting_detail", 3072),
        ("SCENIC_TICKET", "ticket_class", 3072),
        ("MOVIE_TICKET", "detail", 3072),
        ("BOARDING_PASS", "from", 54),
        ("BOARDING_PASS", "to", 54),
        ("BOARDING_PASS", "flight", 24),
        ("BOARDING_PASS", "air_model", 24),
        ("BOARDING_PASS", "gate", 12),
    ],
)
def test_text_of_a_type_is_limited_in_bytes(card_type: str, name: str, limit: int) -> None:
    assert brief(card_with(card_type, name, "x" * limit)) is None
    assert brief(card_with(card_type, name, "x" * (limit + 1))) == (
        45021,
        "too_long",
        f"card.{card_type.lower()}.{name}",
    )


@pytest.mark.parametrize(
    ("errcode", "cause", "path", "base"),
    [
        (40071, "unknown", "card.card_type", "GROUPONS"),
        (40072, "unknown", B + "code_type", {"code_type": "CODE_TYPE_PDF417"}),
        (40076, "unknown", B + "color", {"color": "金色"}),
        (40076, "unknown", B + "color", {"color": "#ffd700"}),
        (40141, "not_http", B + "logo_url", {"logo_url": "javascript:alert(1)"}),
        (40066, "not_http", B + "center_url", {"center_url": "data:text/html,x"}),
        (40070, "wrong_type", B + "sku", {"sku": 500}),
        (40070, "wrong_type", B + "sku", {"sku": [1]}),
        (40122, "zero", B + "sku.quantity", {"sku": {"quantity": 0}}),
        (40122, "out_of_range", B + "sku.quantity", {"sku": {"quantity": -1}}),
        (40122, "out_of_range", B + "sku.quantity", {"sku": {"quantity": 100_000_001}}),
        (40150, "out_of_range", B + "get_limit", {"get_limit": -1}),
        (40150, "unknown_value", B + "get_custom_code_mode", {"get_custom_code_mode": "DEPOSIT"}),
        (43009, "permission_missing", B + "use_custom_code", {"use_custom_code": True}),
        (
            40150,
            "deposit_needs_custom_code",
            B + "use_custom_code",
            {"get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT"},
        ),
    ],
)
def test_each_wrong_field_has_its_errcode(errcode: int, cause: str, path: str, base: Any) -> None:
    body = {"card": {"card_type": base}} if isinstance(base, str) else card(base=base)
    assert brief(body) == (errcode, cause, path)


def test_the_diagnosis_of_a_colour_lists_the_colours() -> None:
    found = verdict(card(base={"color": "color010"}))
    assert found is not None
    errcode, cause, facts = found
    assert (errcode, cause, facts["did_you_mean"], facts["accepted"][:2], len(facts["accepted"])) == (
        40076,
        "unknown",
        "Color010",
        ["Color010", "Color020"],
        14,
    )


@pytest.mark.parametrize("color", ["Color010", "Color102", "#63b359", "#63B359", "#5E6671", "#5e6671"])
def test_a_colour_is_named_or_given_as_its_value(color: str) -> None:
    assert brief(card(base={"color": color})) is None


DEPOSIT = {"use_custom_code": True, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT"}


def test_deposit_mode_starts_without_stock() -> None:
    stocked = card(base={**DEPOSIT, "sku": {"quantity": 1}})
    assert brief(card(base={**DEPOSIT, "sku": {"quantity": 0}}), permissions=EVERYBODY) is None
    assert brief(stocked, permissions=EVERYBODY) == (40136, "stock_before_deposit", B + "sku.quantity")
    negative = card(base={**DEPOSIT, "sku": {"quantity": -1}})
    assert brief(negative, permissions=EVERYBODY) == (40122, "out_of_range", B + "sku.quantity")


@pytest.mark.parametrize("quantity", [1, 100_000_000, 5.0])
def test_the_stock_reaches_from_one_to_a_hundred_million(quantity: float) -> None:
    assert brief(card(base={"sku": {"quantity": quantity, "total_quantity": "ignored"}})) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("can_share", "true"),
        ("can_give_friend", "true"),
        ("can_share", "false"),
        ("bind_openid", "1"),
        ("use_all_locations", "TRUE"),
    ],
)
@pytest.mark.parametrize("profile", ["strict", "lenient"])
def test_a_quoted_boolean_is_40053(name: str, value: str, profile: Profile) -> None:
    meant = value.lower() if value != "1" else "true"
    facts = {"path": B + name, "expected": "boolean", "got": f'string "{value}"', "repair": f'"{name}": {meant}'}
    assert verdict(card(base={name: value}), profile) == (40053, "quoted_boolean", facts)


QUOTED = [
    card(base={"sku": {"quantity": "500"}}),
    card(base={"get_limit": "1"}),
    card(base={"use_limit": "1"}),
    card("CASH", least_cost="1000"),
    card("CASH", reduce_cost="100"),
    card("DISCOUNT", discount="30"),
    card(base={"date_info": {"type": 2, "fixed_term": "30"}}),
]


@pytest.mark.parametrize("body", QUOTED)
def test_a_quoted_integer_is_40053_in_strict_and_read_in_lenient(body: Any) -> None:
    assert (brief(body) or ())[:2] == (40053, "quoted_integer")
    assert brief(body, "lenient") is None


@pytest.mark.parametrize("profile", ["strict", "lenient"])
@pytest.mark.parametrize("name", ["title", "service_phone", "notice"])
def test_a_number_where_text_belongs_is_40053(name: str, profile: Profile) -> None:
    facts = {"path": B + name, "expected": "text", "got": "integer 4008", "repair": f'"{name}": "4008"'}
    assert verdict(card(base={name: 4008}), profile) == (40053, "unquoted_string", facts)


@pytest.mark.parametrize(
    ("card_type", "name", "value"),
    [
        ("DISCOUNT", "discount", 0),
        ("DISCOUNT", "discount", 100),
        ("CASH", "reduce_cost", 0),
        ("CASH", "least_cost", -1),
    ],
)
def test_amounts_out_of_range_are_40150(card_type: str, name: str, value: int) -> None:
    assert brief(card_with(card_type, name, value)) == (40150, "out_of_range", f"card.{card_type.lower()}.{name}")


@pytest.mark.parametrize(("card_type", "name", "value"), [("DISCOUNT", "discount", 1), ("DISCOUNT", "discount", 99)])
def test_a_discount_is_1_to_99_percent(card_type: str, name: str, value: int) -> None:
    assert brief(card_with(card_type, name, value)) is None


@pytest.mark.parametrize(
    ("advanced", "expected"),
    [
        ({"abstract": {"abstract": "x", "icon_url_list": []}}, (45044, "not_one", A + "abstract.icon_url_list")),
        ({"abstract": {"icon_url_list": ["http://a.cn"] * 2}}, (45044, "not_one", A + "abstract.icon_url_list")),
        ({"abstract": {"icon_url_list": ["a"]}}, (40141, "not_http", A + "abstract.icon_url_list[0]")),
        ({"abstract": {"icon_url_list": "http://a.cn"}}, None),
        ({"abstract": {"abstract": "", "icon_url_list": []}}, None),
        ({"abstract": []}, None),
        ({"text_image_list": [{"text": "x"}]}, (41026, "missing", A + "text_image_list[0].image_url")),
        (
            {"text_image_list": [{"image_url": "http://a.cn", "text": ""}]},
            (41026, "missing", A + "text_image_list[0].text"),
        ),
        ({"time_limit": [{"type": "FUNDAY"}]}, (40149, "unknown_day", A + "time_limit[0].type")),
        (
            {"time_limit": [{"type": "MONDAY", "begin_hour": 24}]},
            (40149, "out_of_range", A + "time_limit[0].begin_hour"),
        ),
        (
            {"time_limit": [{"type": "MONDAY", "end_minute": 60}]},
            (40149, "out_of_range", A + "time_limit[0].end_minute"),
        ),
        ({"business_service": "BIZ_SERVICE_WITH_PET"}, None),
        ({"business_service": ["BIZ_SERVICE_CAT"]}, (40150, "unknown_value", A + "business_service[0]")),
        ({"share_friends": True}, (73205, "retired", A + "share_friends")),
        ({"share_friends": 0}, None),
        ({"use_condition": {"accept_category": "x" * 513}}, (45021, "too_long", A + "use_condition.accept_category")),
    ],
)
def test_advanced_info_is_checked(advanced: Any, expected: Any) -> None:
    assert brief(card(advanced_info=advanced)) == expected


URL = "https://shop.example"


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ({"url_name_type": "URL_NAME_TYPE_RESERVATION", "custom_url": URL}, None),
        ({"url_name_type": 1, "custom_url": URL}, None),
        ({"url_name_type": 0, "custom_url": URL}, None),
        ({"url_name_type": 0}, None),
        ({"url_name_type": 0, "custom_url": None, "custom_url_name": ""}, None),
        ({"custom_url_name": "订座", "custom_app_brand_user_name": "gh_1@app"}, None),
        ({"url_name_type": "URL_NAME_TYPE_MALL"}, (40150, "cell_without_url", B + "custom_url")),
        ({"custom_url_name": "订座"}, (40150, "cell_without_url", B + "custom_url")),
        ({"custom_url": URL}, (40150, "cell_without_name", B + "custom_url_name")),
        ({"custom_app_brand_user_name": "gh_1@app"}, (40150, "cell_without_name", B + "custom_url_name")),
        ({"url_name_type": "MALL", "custom_url": URL}, (40150, "unknown_value", B + "url_name_type")),
        ({"url_name_type": 7, "custom_url": URL}, (40150, "unknown_value", B + "url_name_type")),
    ],
)
def test_a_cell_has_both_a_name_and_a_link_or_neither(base: Any, expected: Any) -> None:
    assert brief(card(base=base)) == expected


@pytest.mark.parametrize("card_type", ["MEMBER_CARD", "GENERAL_CARD"])
def test_stored_value_needs_the_balance_permission_and_other_cards_are_not_built(card_type: str) -> None:
    key = card_type.lower()
    body = {"card": {"card_type": card_type, key: {"supply_balance": True, "base_info": 5}}}
    plain = {"card": {"card_type": card_type, key: {"supply_balance": False, "prerogative": "x"}}}
    assert verdict(body) == (
        43010,
        "permission_missing",
        {
            "path": f"card.{key}.supply_balance",
            "expected": "false, or the permission",
            "got": "true",
            "permission": "balance",
            "repair": '"supply_balance": false',
        },
    )
    assert verdict(body, permissions=EVERYBODY) == (48001, "not_implemented", {"feature": card_type})
    assert verdict(plain) == (48001, "not_implemented", {"feature": card_type})


WRONG: list[tuple[int, Any]] = [
    (40071, {"card_type": "X"}),
    (40053, {"base": {"title": ...}}),
    (40053, {"base": {"can_share": "true"}}),
    (45021, {"base": {"source": "x" * 37}}),
    (40072, {"base": {"code_type": "X"}}),
    (40076, {"base": {"color": "X"}}),
    (43009, {"base": {"use_custom_code": True}}),
    (40079, {"base": {"date_info": {"type": "DATE_TYPE_PERMANENT"}}}),
    (40122, {"base": {"sku": {"quantity": 0}}}),
    (45044, {"advanced": {"abstract": {"abstract": "x"}}}),
    (40150, {"base": {"custom_url": URL}}),
    (73205, {"advanced": {"share_friends": True}}),
]


@pytest.mark.parametrize("first", range(len(WRONG)))
def test_of_two_mistakes_the_earlier_in_the_order_is_answered(first: int) -> None:
    for second in range(first, len(WRONG)):
        faults = [WRONG[first][1], WRONG[second][1]]
        base = {name: value for fault in faults for name, value in fault.get("base", {}).items()}
        advanced = {name: value for fault in faults for name, value in fault.get("advanced", {}).items()}
        body = card(base=base, advanced_info=advanced)
        body["card"] |= {name: value for fault in faults for name, value in fault.items() if name == "card_type"}
        assert (brief(body) or ())[:1] == (WRONG[first][0],), faults


@pytest.mark.parametrize(
    "base",
    [
        {"date_info": {**RANGE, "begin_timestamp": str(NOW), "end_timestamp": str(NOW + 9), "fixed_term": 0}},
        {"date_info": {**RANGE, "type": 1}},
        {"date_info": {**RANGE, "type": "1", "fixed_term": None, "fixed_begin_term": ""}},
        {"date_info": {"type": 2, "fixed_term": 1, "begin_timestamp": 0, "end_timestamp": "0"}},
        {"sku": {"quantity": 100000000, "total_quantity": 100000000}, "get_limit": 1, "use_limit": 50},
        {"location_id_list": "123,456", "use_all_locations": True},
        {"location_id_list": ["123", 456], "get_limit": 0, "use_limit": 0},
        {name: None for name in FULL_BASE if name not in BASE},
        {name: "" for name in FULL_BASE if name not in BASE},
        {"can_share": 1, "can_give_friend": 0, "unknown_member": {"x": 1}},
        {"sub_merchant_info": {"merchant_id": "12"}, "pay_info": [], "giftcard_info": {"price": 10000.0}},
        {"url_name_type": 0, "promotion_url_name_type": 0, "max_give_friend_times": 0},
    ],
)
def test_what_sdks_send_by_themselves_is_accepted_in_strict(base: Any) -> None:
    assert brief(card(base=base)) is None
