"""The form of a card and the body of its call say the same, whichever comes first."""

from __future__ import annotations

import json
from typing import Any, cast

import msgspec
import pytest
from card_bodies import EVERYBODY, FULL_ADVANCED, FULL_BASE, NOW, OWN, card, verdict

from kaquan.api.card_body import read_create
from kaquan.api.card_update_body import READS_UPDATE, read_update
from kaquan.app import load_endpoints
from kaquan.console.card_draft import content_of
from kaquan.console.card_editor import fresh
from kaquan.console.card_fields import TYPES, bounds_of, fields_of, is_changeable, is_reviewed
from kaquan.console.card_form import Form, field_at, local_time, typed_of
from kaquan.errors import Refusal
from kaquan.rules.card import normalise
from kaquan.rules.card_content import CONTENT_TYPES, Content
from kaquan.rules.card_update import changed
from kaquan.web.texts import Texts

load_endpoints()

# Members that the coupons and tickets of the form have no use for: of member cards and gift cards, of the shake, of
# messages, and what is given away after a redemption.
ELSEWHERE = {
    *("need_push_on_view", "pay_info", "is_pay_and_qrcode", "giftcard_info", "max_give_friend_times", "can_shake"),
    *("shake_slogan_title", "shake_slogan_sub_title", "modify_msg_operation", "consume_msg_operation"),
    *("activate_msg_operation", "consume_share_self_num", "consume_share_card_list"),
}
RANGE: dict[str, Any] = {
    "type": "DATE_TYPE_FIX_TIME_RANGE",
    "begin_timestamp": NOW - 60,
    "end_timestamp": NOW + 86400 * 30 - 1,
}


def offered(part: dict[str, Any]) -> dict[str, Any]:
    """Return the members that the form has."""
    return {name: value for name, value in part.items() if name not in ELSEWHERE}


def content(body: dict[str, Any]) -> Content:
    """Return what the API reads from a body."""
    return cast(Content, read_create(json.dumps(body).encode(), "strict")[1])


def typed(card_type: str, **fields: str) -> dict[str, list[str]]:
    """Return what somebody typed who filled a form in well, with these fields changed; dots are two underscores."""
    good = typed_of(card_type, content(card(card_type, {"date_info": RANGE})))
    return good | {name.replace("__", "."): [text] for name, text in fields.items()}


@pytest.mark.parametrize("card_type", TYPES)
@pytest.mark.parametrize("date", [RANGE, FULL_BASE["date_info"]], ids=["range", "term"])
def test_a_card_of_the_api_opened_in_the_form_makes_the_same_body(card_type: str, date: dict[str, Any]) -> None:
    base, advanced = offered({**FULL_BASE, "date_info": date}), offered(FULL_ADVANCED)
    body = card(card_type, base, advanced_info=advanced)
    stored = content(body)
    made = Form(card_type, typed_of(card_type, stored)).create().body
    assert msgspec.to_builtins(content(made)) == msgspec.to_builtins(stored)
    assert verdict(made, permissions=EVERYBODY) is None


def test_every_type_that_the_api_builds_has_a_form() -> None:
    built = {name for name, struct in CONTENT_TYPES.items() if issubclass(struct, Content)}
    assert set(TYPES) == built == set(OWN)


def test_every_member_that_can_be_sent_has_a_field_or_is_left_out_on_purpose() -> None:
    for card_type, struct in CONTENT_TYPES.items():
        if not issubclass(struct, Content):
            continue
        base = CONTENT_TYPES["GROUPON"].__annotations__ and content(card()).base_info.__struct_encode_fields__
        names = {one.top for one in fields_of(card_type)} | {"get_custom_code_mode"}
        assert {name for name in base if name not in names} - ELSEWHERE == set()
        own = set(struct.__struct_encode_fields__) - {"base_info"}
        assert own - names == set()


@pytest.mark.parametrize("card_type", TYPES)
def test_limits_are_those_of_the_rules(card_type: str) -> None:
    limits = {one.name: bounds_of(card_type, one.name).bytes for one in fields_of(card_type)}
    assert (limits["base_info.title"], limits["base_info.notice"], limits["base_info.logo_url"]) == (27, 48, 128)
    assert limits["advanced_info.abstract.icon_url_list"] == 128
    assert bounds_of(card_type, "advanced_info.text_image_list.text").bytes == 512
    assert bounds_of(card_type, "base_info.title").required
    assert not bounds_of(card_type, "advanced_info.use_condition.accept_category").required


@pytest.mark.parametrize("card_type", TYPES)
@pytest.mark.parametrize(
    ("fields", "permissions", "errcode", "field"),
    [
        ({"base_info__title": ""}, "", 40053, "base_info.title"),
        ({"base_info__title": "一二三四五六七八九十"}, "", 45021, "base_info.title"),
        ({"base_info__logo_url": "ftp://a"}, "", 40141, "base_info.logo_url"),
        ({"base_info__color": "red"}, "", 40076, "base_info.color"),
        ({"base_info__code_type": "NONE"}, "", 40072, "base_info.code_type"),
        ({"base_info__sku__quantity": "many"}, "", 40053, "base_info.sku.quantity"),
        ({"base_info__sku__quantity": ""}, "", 40053, "base_info.sku.quantity"),
        ({"base_info__sku__quantity": "0"}, "", 40122, "base_info.sku.quantity"),
        (
            {"base_info__sku__quantity": "5", "base_info__use_custom_code": "deposit"},
            "custom_code",
            40136,
            "base_info.sku.quantity",
        ),
        ({"base_info__use_custom_code": "own"}, "", 43009, "base_info.use_custom_code"),
        ({"base_info__date_info__type": ""}, "", 40053, "base_info.date_info.end_timestamp"),
        ({"base_info__date_info__begin_timestamp": ""}, "", 40053, "base_info.date_info.begin_timestamp"),
        ({"base_info__date_info__begin_timestamp": "soon"}, "", 40053, "base_info.date_info.begin_timestamp"),
        ({"base_info__date_info__end_timestamp": "1999-01-01T00:00"}, "", 40079, "base_info.date_info.end_timestamp"),
        (
            {"base_info__date_info__type": "DATE_TYPE_FIX_TERM", "base_info__date_info__fixed_term": "0"},
            "",
            40079,
            "base_info.date_info.fixed_term",
        ),
        ({"base_info__get_limit": "-1"}, "", 40150, "base_info.get_limit"),
        ({"base_info__center_url": "javascript:x"}, "", 40066, "base_info.center_url"),
        ({"base_info__custom_url_name": "订座"}, "", 40150, "base_info.custom_url"),
        ({"base_info__promotion_url": "https://a.example"}, "", 40150, "base_info.promotion_url_name"),
        ({"base_info__location_id_list": "1, x"}, "", 40053, "base_info.location_id_list"),
        ({"advanced_info__abstract__abstract": "新品"}, "", 45044, "advanced_info.abstract.icon_url_list"),
        ({"advanced_info__text_image_list[0]__text": "图呢"}, "", 41026, "advanced_info.text_image_list"),
        ({"advanced_info__time_limit[2]__type": "SOMEDAY"}, "", 40149, "advanced_info.time_limit"),
        (
            {"advanced_info__time_limit[0]__type": "MONDAY", "advanced_info__time_limit[0]__begin": "noon"},
            "",
            40053,
            "advanced_info.time_limit",
        ),
        ({"advanced_info__use_condition__least_cost": "一块"}, "", 40053, "advanced_info.use_condition.least_cost"),
        ({"advanced_info__business_service": "BIZ"}, "", 40150, "advanced_info.business_service"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_as_the_wire_refuses_it_and_shown_at_its_field(
    card_type: str, fields: dict[str, str], permissions: str, errcode: int, field: str
) -> None:
    body = Form(card_type, typed(card_type, **fields)).create().body
    refused = verdict(body, permissions=frozenset(permissions.split()))
    assert refused is not None
    at = field_at(card_type, refused[2]["path"])
    assert (refused[0], at and at.name) == (errcode, field)


@pytest.mark.parametrize(
    ("card_type", "fields", "errcode", "field"),
    [
        ("CASH", {"reduce_cost": ""}, 40053, "reduce_cost"),
        ("CASH", {"reduce_cost": "0"}, 40150, "reduce_cost"),
        ("CASH", {"reduce_cost": "1.234"}, 40053, "reduce_cost"),
        ("DISCOUNT", {"discount": "100"}, 40150, "discount"),
        ("GROUPON", {"deal_detail": ""}, 40053, "deal_detail"),
        ("SCENIC_TICKET", {"guide_url": "x"}, 40066, "guide_url"),
        ("BOARDING_PASS", {"from": ""}, 40053, "from"),
        ("BOARDING_PASS", {"departure_time": "later"}, 40053, "departure_time"),
    ],
)
def test_a_mistake_in_what_a_type_alone_has_is_shown_at_its_field(
    card_type: str, fields: dict[str, str], errcode: int, field: str
) -> None:
    refused = verdict(Form(card_type, typed(card_type, **fields)).create().body)
    assert refused is not None
    at = field_at(card_type, refused[2]["path"])
    assert (refused[0], at and at.name) == (errcode, field)


def test_what_belongs_to_the_other_kind_of_validity_is_not_sent() -> None:
    both = typed("GIFT", base_info__date_info__fixed_term="30", base_info__date_info__fixed_begin_term="0")
    as_range = Form("GIFT", both).create().body["card"]["gift"]["base_info"]["date_info"]
    term = {**both, "base_info.date_info.type": ["DATE_TYPE_FIX_TERM"], "base_info.date_info.end_timestamp": [""]}
    as_term = Form("GIFT", term).create().body["card"]["gift"]["base_info"]["date_info"]
    assert as_range == RANGE
    assert as_term == {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 30, "fixed_begin_term": 0}


def test_money_is_typed_in_yuan_and_times_in_those_of_beijing() -> None:
    form = Form(
        "CASH",
        typed("CASH", reduce_cost="20.5", least_cost="0", base_info__date_info__begin_timestamp="2026-01-01T00:00"),
    )
    cash = form.create().body["card"]["cash"]
    assert (cash["reduce_cost"], cash["least_cost"]) == (2050, 0)
    assert cash["base_info"]["date_info"]["begin_timestamp"] == 1_767_196_800
    assert local_time(1_767_196_800) == "2026-01-01T00:00:00"


def test_rows_that_nothing_was_typed_in_are_left_out() -> None:
    fields = {
        "advanced_info__text_image_list[3]__image_url": "https://a.example/1.jpg",
        "advanced_info__text_image_list[3]__text": "茶",
    }
    extra = Form("GIFT", typed("GIFT", **fields)).create().body["card"]["gift"]["advanced_info"]
    assert extra == {"text_image_list": [{"image_url": "https://a.example/1.jpg", "text": "茶"}]}


@pytest.mark.parametrize("card_type", TYPES)
def test_a_change_sends_what_differs_and_nothing_that_cannot_be_changed(card_type: str) -> None:
    stored = normalise(content(card(card_type, {"date_info": RANGE, "location_id_list": [7]})))
    opened = typed_of(card_type, stored)
    assert Form(card_type, opened).update("p1", stored).body == {"card_id": "p1", card_type.lower(): {}}
    fields = {
        "base_info.title": ["别的"],
        "base_info.notice": ["新的提醒"],
        "base_info.can_share": [],
        "base_info.location_id_list": [],
        "base_info.date_info.end_timestamp": [local_time(RANGE["end_timestamp"] + 60)],
    }
    body = Form(card_type, {**opened, **fields}).update("p1", stored).body
    sent = body[card_type.lower()]["base_info"]
    assert sent == {
        "notice": "新的提醒",
        "can_share": False,
        "location_id_list": [0],
        "date_info": {**RANGE, "end_timestamp": RANGE["end_timestamp"] + 60},
    }
    read = read_update(READS_UPDATE.read(json.dumps(body).encode(), "strict"), card_type)
    updated = changed(card_type, stored, read, 1)
    assert updated.reviewed
    assert set(updated.changed) == {"notice", "can_share", "location_id_list", "date_info"}


@pytest.mark.parametrize("card_type", TYPES)
def test_what_the_form_says_of_changes_is_what_the_rules_do(card_type: str) -> None:
    stored = normalise(content(card(card_type, {"date_info": RANGE})))
    samples = {"number": 9, "yuan": 900, "time": NOW + 99, "check": True, "uncheck": False, "color": "Color050"}
    for field in fields_of(card_type):
        if field.kind not in {"text", "long", "url", "color", "check", "uncheck"} or field.top == "advanced_info":
            continue
        value = samples.get(field.kind, "https://b.example/x" if field.kind == "url" else "改")
        part = {field.name.rpartition(".")[2]: value}
        body = {"card_id": "p1", card_type.lower(): {"base_info": part} if "." in field.name else part}
        try:
            sent = READS_UPDATE.read(json.dumps(body).encode(), "strict")
            reviewed: bool | None = changed(card_type, stored, read_update(sent, card_type), 1).reviewed
        except Refusal as refused:
            reviewed = None if refused.cause == "unchangeable" else is_reviewed(card_type, field)
        can = is_changeable(card_type, field, RANGE["type"])
        assert (reviewed is not None, bool(reviewed)) == (can, can and is_reviewed(card_type, field)), field.name


@pytest.mark.parametrize("card_type", TYPES)
def test_a_form_that_nobody_has_typed_in_can_be_shown(card_type: str) -> None:
    for form in (Form(card_type, {}), Form(card_type, fresh(card_type, NOW))):
        shown = content_of(card_type, form.content(), Texts("zh"), NOW)
        assert shown.base_info.title == "卡券名称"


@pytest.mark.parametrize(
    ("fields", "member", "value"),
    [
        ({"base_info__title": "一二三四五六七八九十"}, "title", "一二三四五六七八九"),
        ({"base_info__color": "red"}, "color", "Color010"),
        ({"base_info__get_limit": "x"}, "get_limit", 50),
        ({"base_info__center_url": "javascript:x", "base_info__center_title": "去"}, "center_title", "去"),
        ({"advanced_info__time_limit[0]__type": "SOMEDAY"}, "title", "双人套餐"),
        ({"advanced_info__text_image_list[0]__text": "图呢"}, "title", "双人套餐"),
    ],
)
def test_a_draft_with_mistakes_shows_what_is_right_in_it(fields: dict[str, str], member: str, value: Any) -> None:
    sent = Form("GIFT", typed("GIFT", **fields)).content()
    assert getattr(content_of("GIFT", sent, Texts("zh"), NOW).base_info, member) == value
