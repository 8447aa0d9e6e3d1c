"""E9: JSON written wrongly: 40053 with the place, what was expected and what came; profile ``lenient`` is kinder."""

from __future__ import annotations

from typing import Any

import pytest
from card_bodies import NOW, card, card_with
from store_bodies import store

from qa.desk import Desk, repaired
from support.server import Server

TEXT = "40053 invalid actioninfo, please check document"
LENIENT_TEXT = "41011 missing required fields! please check document and request json!"
DEPOSIT = {
    "use_custom_code": True,
    "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT",
    "sku": {"quantity": 0},
}
BASE = "card.groupon.base_info."


def groupon(**base: Any) -> dict[str, Any]:
    """Return a body with these fields of base_info changed; ``...`` takes one away."""
    return card("GROUPON", base)


@pytest.mark.parametrize(
    ("body", "path", "expected", "got", "value"),
    [
        (groupon(title=...), BASE + "title", "text", "nothing", "下午茶"),
        (groupon(title=None), BASE + "title", "text", "null", "下午茶"),
        (groupon(brand_name=""), BASE + "brand_name", "text", 'string ""', "熊猫茶馆"),
        (groupon(sku={}), BASE + "sku.quantity", "integer", "nothing", 500),
        (groupon(date_info=...), BASE + "date_info", "object", "nothing", {"type": 2, "fixed_term": 9}),
        (groupon(date_info={"type": 2}), BASE + "date_info.fixed_term", "integer", "nothing", 30),
        (card_with("GROUPON", "deal_detail", ...), "card.groupon.deal_detail", "text", "nothing", "锅底二选一"),
        (card_with("CASH", "reduce_cost", ...), "card.cash.reduce_cost", "integer", "nothing", 100),
    ],
)
def test_1_a_required_field_is_missing(
    desk: Desk, body: dict[str, Any], path: str, expected: str, got: str, value: Any
) -> None:
    name = path.rpartition(".")[2]
    told = desk.refused("/card/create", body)
    assert told.pop("zh").startswith(f"缺少必填字段 {path}：应为")
    assert told == {
        "answer": TEXT,
        "cause": "missing",
        "path": path,
        "expected": expected,
        "got": got,
        "repair": f'"{name}": <{expected}>',
    }
    assert desk.passes("/card/create", repaired(body, told, value))


QUOTED = [
    (groupon(sku={"quantity": "500"}), BASE + "sku.quantity", 500),
    (groupon(get_limit="3"), BASE + "get_limit", 3),
    (groupon(use_limit="3"), BASE + "use_limit", 3),
    (groupon(date_info={"type": 2, "fixed_term": "30"}), BASE + "date_info.fixed_term", 30),
    (card_with("CASH", "least_cost", "1000"), "card.cash.least_cost", 1000),
    (card_with("CASH", "reduce_cost", "100"), "card.cash.reduce_cost", 100),
    (card_with("DISCOUNT", "discount", "30"), "card.discount.discount", 30),
]


@pytest.mark.parametrize(("body", "path", "number"), QUOTED)
def test_2_an_integer_is_sent_in_quotes(desk: Desk, body: dict[str, Any], path: str, number: int) -> None:
    told = desk.refused("/card/create", body)
    assert told == {
        "answer": TEXT,
        "cause": "quoted_integer",
        "zh": f'{path} 应为整数，实际加了引号：字符串 "{number}"。',
        "path": path,
        "expected": "integer",
        "got": f'string "{number}"',
        "repair": f'"{path.rpartition(".")[2]}": {number}',
    }
    assert desk.passes("/card/create", repaired(body, told))


@pytest.mark.parametrize(
    ("body", "path", "kind", "came"),
    [
        (groupon(title=88), BASE + "title", "integer", "88"),
        (groupon(service_phone=13800138000), BASE + "service_phone", "integer", "13800138000"),
        (groupon(notice=9.5), BASE + "notice", "number", "9.5"),
        (card_with("GIFT", "gift", 1), "card.gift.gift", "integer", "1"),
    ],
)
def test_3_a_string_is_sent_without_quotes(desk: Desk, body: dict[str, Any], path: str, kind: str, came: str) -> None:
    chinese = {"integer": "整数", "number": "数字"}[kind]
    told = desk.refused("/card/create", body)
    assert told == {
        "answer": TEXT,
        "cause": "unquoted_string",
        "zh": f"{path} 应为字符串，实际没有加引号：{chinese} {came}。",
        "path": path,
        "expected": "text",
        "got": f"{kind} {came}",
        "repair": f'"{path.rpartition(".")[2]}": "{came}"',
    }
    assert desk.passes("/card/create", repaired(body, told))


@pytest.mark.parametrize(
    ("body", "path", "expected", "sent"),
    [
        (groupon(title=..., titel="双人套餐"), BASE + "title", "text", "titel"),
        (groupon(brand_name=..., brandName="微信餐厅"), BASE + "brand_name", "text", "brandName"),
        (groupon(sku={"quantiy": 500}), BASE + "sku.quantity", "integer", "quantiy"),
        (groupon(code_type=..., codetype="CODE_TYPE_TEXT"), BASE + "code_type", "text", "codetype"),
        ({"card": {"card_type": "GROUPON", "groupn": card()["card"]["groupon"]}}, "card.groupon", "object", "groupn"),
        ({"card": {**card()["card"], "card_type": None, "cardType": "GROUPON"}}, "card.card_type", "text", "cardType"),
    ],
)
def test_4_a_field_name_is_misspelt(desk: Desk, body: dict[str, Any], path: str, expected: str, sent: str) -> None:
    name = path.rpartition(".")[2]
    told = desk.refused("/card/create", body)
    assert told == {
        "answer": TEXT,
        "cause": "misspelt",
        "zh": f"缺少必填字段 {path}，同级却有一个不认识的字段“{sent}”。",
        "path": path,
        "expected": expected,
        "got": f'"{sent}"',
        "did_you_mean": name,
        "repair": f'"{name}" instead of "{sent}"',
    }
    assert desk.passes("/card/create", repaired(body, told))


def test_all_four_in_one_body_are_repaired_in_one_go(desk: Desk) -> None:
    broken = groupon(title=..., titel="双人套餐", notice=5, sku={"quantity": "500"}, can_share="true")
    state, mended = desk.mended("/card/create", broken)
    assert (state, mended) == ("whole", groupon(notice="5", sku={"quantity": 500}, can_share=True))
    assert desk.passes("/card/create", mended)


def test_what_is_missing_leaves_a_blank_to_fill_in(desk: Desk) -> None:
    state, mended = desk.mended("/card/create", groupon(title=..., get_limit="3"))
    assert (state, mended) == ("incomplete", groupon(title="<text>", get_limit=3))


# There is no code that this one stands for.
NOWHERE = {"encryptCode": "x"}
QR_OF = {"action_name": "QR_CARD"}
PAGE = {
    "banner": "https://p.example/b",
    "page_title": "t",
    "can_share": True,
    "scene": "SCENE_H5",
    "card_list": [{"card_id": "$card", "thumb_url": "https://p.example/t"}],
}
# Of each mistake the calls that show it, with what an answer of either profile is like: `-` is a call that passes.
OTHERS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("/card/batchget", {}, "missing", "40053", "41011"),
    ("/card/batchget", {"offset": 0, "count": "10"}, "quoted_integer", "40053", "-"),
    ("/card/batchget", {"offset": 0, "count": 10, "status_list": [1]}, "unquoted_string", "40053", "40053"),
    ("/card/batchget", {"offset": 0, "cuont": 10}, "misspelt", "40053", "41011"),
    ("/card/modifystock", {"card_id": "$card", "increase_stock_value": "5"}, "quoted_integer", "40053", "-"),
    ("/card/modifystock", {"card_id": 5}, "unquoted_string", "40053", "40053"),
    ("/card/qrcode/create", QR_OF, "missing", "40053", "41011"),
    ("/card/qrcode/create", QR_OF | {"action_inf": "$qr"}, "misspelt", "40053", "41011"),
    ("/card/qrcode/create", QR_OF | {"action_info": {"card": {"card_id": 5}}}, "unquoted_string", "40053", "40053"),
    ("/card/landingpage/create", PAGE | {"page_title": None}, "missing", "40053", "41011"),
    ("/card/landingpage/create", PAGE | {"page_title": 5}, "unquoted_string", "40053", "40053"),
    ("/card/landingpage/create", PAGE | {"page_title": ..., "pageTitle": "t"}, "misspelt", "40053", "41011"),
    ("/card/code/deposit", {"card_id": "$deposit", "code": [1]}, "unquoted_string", "40053", "40053"),
    ("/card/code/decrypt", {}, "missing", "40053", "41011"),
    ("/card/code/decrypt", NOWHERE, "misspelt", "40053", "41011"),
    ("/card/testwhitelist/set", {"openid": [5]}, "unquoted_string", "40053", "40053"),
    ("/cgi-bin/message/custom/send", {"touser": "$ann", "msgtype": "wxcard"}, "missing", "40053", "41011"),
    ("/cgi-bin/poi/getpoilist", {"begin": 0, "limit": 1.5}, "wrong_type", "40053", "40053"),
    ("/ext/user", {"externalIds": ["u1"]}, "misspelt", "40053", "41011"),
]
# Where a missing field has an errcode of its own, that one says so, in both profiles.
OWN_CODE: list[tuple[str, dict[str, Any], str, str]] = [
    ("/card/get", {}, "missing", "41012"),
    ("/card/get", {"cardId": "$card"}, "misspelt", "41012"),
    ("/card/code/consume", {}, "missing", "41013"),
    ("/card/code/consume", {"cod": "1"}, "misspelt", "41013"),
    ("/card/code/deposit", {"card_id": "$deposit", "codes": ["A-1"]}, "misspelt", "41013"),
    ("/card/user/getcardlist", {"open_id": "$ann"}, "misspelt", "41009"),
    ("/cgi-bin/poi/addpoi", store(city=None), "missing", "65112"),
    ("/cgi-bin/poi/addpoi", store(city=None, ctiy="广州市"), "misspelt", "65112"),
]


def filled(value: Any, names: dict[str, Any]) -> Any:
    """Return a body with what stands for things of the account put in, and ``...`` taken away."""
    if isinstance(value, dict):
        return {name: filled(one, names) for name, one in value.items() if one is not ...}
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


def things(desk: Desk) -> dict[str, Any]:
    """Return what the bodies name."""
    card_id, deposit = desk.api.create_card(card()), desk.api.create_card(card("GROUPON", DEPOSIT))
    named = {"$card": card_id, "$deposit": deposit, "$ann": desk.api.person("ann")}
    return {**named, "$qr": {"card": {"card_id": card_id}}}


@pytest.mark.parametrize("profile", ["strict", "lenient"])
def test_other_calls_are_read_in_the_same_way(sqlite_server: Server, profile: str) -> None:
    desk = of_profile(sqlite_server, profile)
    names = things(desk)
    for path, body, cause, *answers in OTHERS:
        sent, answer = filled(body, names), answers[profile == "lenient"]
        if answer == "-":
            desk.passes(path, sent)
            continue
        told = desk.refused(path, sent)
        assert (told["answer"][:5], told["cause"]) == (answer, cause), path
        assert told["path"], path
        assert told["expected"], path
        if cause in {"quoted_integer", "misspelt"} and sent != NOWHERE:
            desk.passes(path, repaired(sent, told))


@pytest.mark.parametrize("profile", ["strict", "lenient"])
def test_a_missing_field_with_an_errcode_of_its_own_gives_that_one(sqlite_server: Server, profile: str) -> None:
    desk = of_profile(sqlite_server, profile)
    names = things(desk)
    for path, body, cause, answer in OWN_CODE:
        told = desk.refused(path, filled(body, names))
        assert (told["answer"][:5], told["cause"]) == (answer, cause), path


def test_an_item_of_a_list_is_repaired_in_its_place(desk: Desk) -> None:
    body = {"card_id": things(desk)["$deposit"], "code": ["A-1", 5, "A-3"]}
    told = desk.refused("/card/code/deposit", body)
    assert (told["path"], told["repair"]) == ("code[1]", '"5"')
    assert desk.passes("/card/code/deposit", repaired(body, told))["succ_code"] == ["A-1", "5", "A-3"]


TOLERATED: dict[str, dict[str, Any]] = {
    "null and empty text for what is optional": groupon(source=None, sub_title="", service_phone="", custom_url=None),
    "whole floats for integers": groupon(get_limit=3.0, sku={"quantity": 500.0}),
    "digit strings for ids": groupon(location_id_list=["12", "34"], use_all_locations=True),
    "digit strings for timestamps and the type": groupon(
        date_info={"type": "1", "begin_timestamp": str(NOW), "end_timestamp": "2147400000"}
    ),
    "members that nobody knows": groupon(colour="red", get_limits=5) | {"trace": {"id": 1}},
}


@pytest.mark.parametrize("body", TOLERATED.values(), ids=TOLERATED)
def test_what_typed_sdks_send_by_themselves_is_read(desk: Desk, body: dict[str, Any]) -> None:
    assert list(desk.passes("/card/create", body)) == ["card_id"]


def test_what_typed_sdks_send_to_other_calls_is_read(desk: Desk) -> None:
    card_id = desk.api.create_card(card())
    found = desk.passes("/card/batchget", {"offset": 0, "count": 5, "status_list": "CARD_STATUS_VERIFY_OK"})
    assert found["card_id_list"] == [card_id]
    asked = {"action_name": "QR_CARD", "expire_seconds": "1800", "action_info": {"card": {"card_id": card_id}}}
    assert desk.passes("/card/qrcode/create", asked)["expire_seconds"] == 1800
    nothing: dict[str, Any] = {"code": None, "openid": "", "outer_str": None, "outer_id": ""}
    one = {"card": {"card_id": card_id, "outer_id": "7", **nothing, "unknown": 1}}
    assert desk.passes("/card/qrcode/create", {"action_name": "QR_CARD", "action_info": one})["ticket"]
    assert desk.passes("/card/batchget", {"offset": 0.0, "count": 5.0, "status_list": None})["card_id_list"] == [
        card_id
    ]
    poi_id = desk.passes("/cgi-bin/poi/addpoi", store())["poi_id"]
    assert desk.passes("/cgi-bin/poi/getpoi", {"poi_id": str(poi_id)}) == desk.passes(
        "/cgi-bin/poi/getpoi", {"poi_id": float(poi_id)}
    )


@pytest.mark.parametrize("name", ["newcode", "new_code"])
def test_the_new_code_has_two_names(desk: Desk, name: str) -> None:
    card_id, ann = desk.api.create_card(card("GROUPON", {"use_custom_code": True})), desk.api.person("ann")
    desk.api.claim(card_id, ann, code="A-1")
    assert desk.passes("/card/code/update", {"card_id": card_id, "code": "A-1", name: "A-2"}) == {}
    assert desk.passes("/card/code/get", {"card_id": card_id, "code": "A-2"})["openid"] == ann


def of_profile(server: Server, profile: str) -> Desk:
    """Return an account whose requests are read so."""
    columns = {"card_function": "granted", "permissions": "custom_code,issue", "profile": profile}
    return Desk(server.new_app(sandbox=False, **columns), server.database)


@pytest.fixture
def lenient(server: Server) -> Desk:
    """An account that is answered as the service did from 2016 on."""
    return of_profile(server, "lenient")


@pytest.mark.parametrize("body", [groupon(titel=..., title=88), groupon(can_share="true"), groupon(get_limit="3x")])
def test_the_lenient_profile_is_no_kinder_to_what_nobody_could_read(lenient: Desk, body: dict[str, Any]) -> None:
    assert lenient.refused("/card/create", body)["answer"] == TEXT


def test_the_lenient_profile_names_the_misspelt_field_too(lenient: Desk) -> None:
    body = groupon(title=..., titel="双人套餐")
    told = lenient.refused("/card/create", body)
    assert (told["answer"], told["cause"], told["did_you_mean"]) == (LENIENT_TEXT, "misspelt", "title")
    assert lenient.passes("/card/create", repaired(body, told))


@pytest.mark.parametrize(("body", "path", "number"), QUOTED)
def test_the_lenient_profile_reads_digit_strings(lenient: Desk, body: dict[str, Any], path: str, number: int) -> None:
    shown: Any = lenient.passes("/card/get", lenient.passes("/card/create", body))
    for step in path.split("."):
        shown = shown[step]
    assert shown == number


def test_the_lenient_profile_answers_41011_with_the_place_of_what_is_missing(lenient: Desk) -> None:
    body = groupon(title=...)
    told = lenient.refused("/card/create", body)
    assert (told["answer"], told["cause"], told["path"]) == (LENIENT_TEXT, "missing", BASE + "title")
    assert lenient.passes("/card/create", repaired(body, told, "下午茶"))
