"""Answers as they were recorded on the original: the same keys in the same order, each with the same type.

Sources: cards.md 4-13, codes.md 2-9, distribution.md 2 and 5, auth_and_signatures.md 1 and 2. The values are examples
of our own. What differs on purpose: OuterStr of an event is there though empty (docs/choices.md), slashes stand bare.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from card_bodies import card

from support.api import Api
from support.callback import Receiver

Shape = Any
"""A type, a dict of shapes in the order of the keys, or a list with the shape of each member."""

OK: dict[str, Shape] = {"errcode": int, "errmsg": str}
TERM = {"type": str, "fixed_term": int, "fixed_begin_term": int}
RANGE = {"type": str, "begin_timestamp": int, "end_timestamp": int}
SKU = {"quantity": int, "total_quantity": int}
ADVANCED = {
    "time_limit": [str],
    "text_image_list": [str],
    "business_service": [str],
    "consume_share_card_list": [str],
    "share_friends": bool,
}
# A coupon with every field that the recorded one had.
RECORDED = {
    "sub_title": "周末",
    "service_phone": "020-1",
    "source": "x",
    "get_limit": 1,
    "can_give_friend": False,
    "custom_url_name": "订座",
    "custom_url": "https://shop.example/a",
    "custom_url_sub_title": "提前",
    "promotion_url": "https://shop.example/b",
    "promotion_url_name": "更多",
    "center_title": "使用",
    "center_sub_title": "到店",
    "center_url": "https://shop.example/c",
}
BASE_INFO = {
    "id": str,
    "logo_url": str,
    "code_type": str,
    "brand_name": str,
    "title": str,
    "sub_title": str,
    "date_info": TERM,
    "color": str,
    "notice": str,
    "service_phone": str,
    "description": str,
    "source": str,
    "location_id_list": [int],
    "get_limit": int,
    "can_share": bool,
    "can_give_friend": bool,
    "use_custom_code": bool,
    "bind_openid": bool,
    "status": str,
    "sku": SKU,
    "create_time": int,
    "update_time": int,
    "custom_url_name": str,
    "custom_url": str,
    "custom_url_sub_title": str,
    "promotion_url": str,
    "promotion_url_name": str,
    "center_title": str,
    "center_sub_title": str,
    "center_url": str,
    "area_code_list": [int],
}
CARD = {
    "card_type": str,
    "groupon": {"base_info": BASE_INFO, "deal_detail": str, "advanced_info": ADVANCED},
}
CODE = {"card_id": str, "begin_time": int, "end_time": int, "code": str}

Asked = Callable[[Api], Any]


def made(api: Api, **base: Any) -> str:
    """Create a coupon."""
    return api.create_card(card("GROUPON", base))


def claimed(api: Api, **base: Any) -> dict[str, str]:
    """Claim a coupon and return the body that names the code."""
    return {"code": api.claim(made(api, **base), api.person("ann"))}


def deposit(api: Api, path: str) -> Any:
    """Return the answer of a path about codes of a card in deposit mode."""
    mode = {"use_custom_code": True, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT", "sku": {"quantity": 0}}
    card_id = made(api, **mode)
    api.ok("/card/code/deposit", {"card_id": card_id, "code": ["11111"]})
    return api.post(path, {"card_id": card_id, "code": ["11111", "22222"]})


def ticket(api: Api) -> Any:
    """Return the answer to a new QR ticket."""
    return api.post("/card/qrcode/create", {"action_name": "QR_CARD", "action_info": {"card": {"card_id": made(api)}}})


def shelf(api: Api) -> Any:
    """Return the answer to a new shelf."""
    placed = [{"card_id": made(api), "thumb_url": "http://a.example/b"}]
    page = {"banner": "http://a.example/b", "page_title": "x", "can_share": True, "scene": "SCENE_H5"}
    return api.post("/card/landingpage/create", {**page, "card_list": placed})


def wallet(api: Api) -> Any:
    """Return the answer about what a person holds."""
    claimed(api)
    return api.post("/card/user/getcardlist", {"openid": api.person("ann")})


def decrypted(api: Api) -> Any:
    """Return the answer to an encrypt_code of the account."""
    sent = {"card_id": made(api), "code": "123456789012"}
    return api.post("/card/code/decrypt", {"encrypt_code": api.ok("/sandbox/encrypt_code", sent)["encrypt_code"]})


def consumed(api: Api) -> Any:
    """Return the answer to a consumption."""
    return api.post("/card/code/consume", claimed(api))


def token(api: Api) -> Any:
    """Return the answer to a sign-in."""
    return api.raw("GET", f"/cgi-bin/token?grant_type=client_credential&appid={api.appid}&secret={api.secret}")


RECORDINGS: dict[str, tuple[Asked, Shape]] = {
    "/card/create": (lambda api: api.post("/card/create", card()), {**OK, "card_id": str}),
    "/card/get": (lambda api: api.post("/card/get", {"card_id": made(api, **RECORDED)}), {**OK, "card": CARD}),
    "/card/batchget": (
        lambda api: made(api) and api.post("/card/batchget", {"offset": 0, "count": 9, "status_list": ""}),
        {**OK, "card_id_list": [str], "card_list": [], "total_num": int},
    ),
    "/card/delete": (lambda api: api.post("/card/delete", {"card_id": made(api)}), OK),
    "/card/modifystock": (lambda api: api.post("/card/modifystock", {"card_id": made(api)}), OK),
    "/card/getcolors": (lambda api: api.get("/card/getcolors"), {**OK, "colors": [{"name": str, "value": str}]}),
    "/card/getapplyprotocol": (
        lambda api: api.get("/card/getapplyprotocol"),
        {
            "category": [
                {
                    "primary_category_id": int,
                    "category_name": str,
                    "secondary_category": [
                        {
                            "secondary_category_id": int,
                            "category_name": str,
                            "need_qualification_stuffs": [str],
                            "can_choose_prepaid_card": int,
                            "can_choose_payment_card": int,
                        }
                    ],
                }
            ],
            **OK,
        },
    ),
    "/card/testwhitelist/set": (
        lambda api: api.post("/card/testwhitelist/set", {"openid": [api.person("ann")], "username": ["ann"]}),
        {**OK, "white_list_size": int, "success_openid": [str], "success_username": [str]},
    ),
    "/card/qrcode/create": (
        ticket,
        {**OK, "ticket": str, "expire_seconds": int, "url": str, "show_qrcode_url": str},
    ),
    "/card/landingpage/create": (shelf, {**OK, "url": str, "page_id": int}),
    "/card/mpnews/gethtml": (
        lambda api: api.post("/card/mpnews/gethtml", {"card_id": made(api)}),
        {**OK, "content": str},
    ),
    "/card/code/get": (
        lambda api: api.post("/card/code/get", claimed(api)),
        {**OK, "card": CODE, "openid": str, "can_consume": bool, "user_card_status": str},
    ),
    "/card/code/consume": (consumed, {**OK, "card": {"card_id": str}, "openid": str}),
    "/card/code/decrypt": (decrypted, {**OK, "code": str}),
    "/card/code/deposit": (
        lambda api: deposit(api, "/card/code/deposit"),
        {**OK, "succ_code": [str], "duplicate_code": [str], "fail_code": [str]},
    ),
    "/card/code/getdepositcount": (lambda api: deposit(api, "/card/code/getdepositcount"), {**OK, "count": int}),
    "/card/code/checkcode": (
        lambda api: deposit(api, "/card/code/checkcode"),
        {**OK, "exist_code": [str], "not_exist_code": [str]},
    ),
    "/card/code/unavailable": (lambda api: api.post("/card/code/unavailable", claimed(api)), OK),
    "/card/user/getcardlist": (
        wallet,
        {**OK, "card_list": [{"code": str, "card_id": str}], "has_share_card": bool},
    ),
    "/cgi-bin/token": (token, {"access_token": str, "expires_in": int}),
    "/cgi-bin/ticket/getticket": (
        lambda api: api.get("/cgi-bin/ticket/getticket", type="wx_card"),
        {**OK, "ticket": str, "expires_in": int},
    ),
    "a refusal": (lambda api: api.post("/card/code/get", {"code": "0"}), OK),
}


def shape(value: Any, like: Shape) -> Shape:
    """Return the shape of a value; a list has the shape of its members where it has any, else the expected one."""
    if isinstance(value, dict):
        known = like if isinstance(like, dict) else {}
        return {name: shape(one, known.get(name)) for name, one in value.items()}
    if isinstance(value, list):
        inner = like[0] if isinstance(like, list) and like else None
        found = [shape(one, inner) for one in value]
        return [found[0]] if found and all(one == found[0] for one in found) else found or like
    return type(value)


def ordered(one: Shape) -> Any:
    """Return a shape in which the order of the keys counts."""
    if isinstance(one, dict):
        return [(name, ordered(inner)) for name, inner in one.items()]
    return [ordered(inner) for inner in one] if isinstance(one, list) else one


@pytest.mark.parametrize("path", RECORDINGS)
def test_an_answer_has_the_recorded_keys_in_their_order(sandbox: Api, path: str) -> None:
    asked, recorded = RECORDINGS[path]
    answer = asked(sandbox)
    assert ordered(shape(answer, recorded)) == ordered(recorded), answer


def test_a_range_of_dates_is_shown_as_recorded(sandbox: Api) -> None:
    dates = {"type": 1, "begin_timestamp": 1400000000, "end_timestamp": "2147400000"}
    shown = sandbox.ok("/card/get", {"card_id": made(sandbox, date_info=dates)})["card"]["groupon"]["base_info"]
    assert ordered(shape(shown["date_info"], RANGE)) == ordered(RANGE)
    assert (shown["date_info"]["type"], shown["color"]) == ("DATE_TYPE_FIX_TIME_RANGE", "#63b359")


def test_what_was_never_set_is_not_shown_but_lists_are(sandbox: Api) -> None:
    shown = sandbox.ok("/card/get", {"card_id": made(sandbox)})["card"]["groupon"]
    left_out = {*RECORDED, "custom_url", "promotion_url"} - {"get_limit", "can_give_friend"}
    assert [name for name in BASE_INFO if name not in shown["base_info"]] == [
        name for name in BASE_INFO if name in left_out
    ]
    assert (shown["base_info"]["location_id_list"], shown["base_info"]["area_code_list"]) == ([], [])
    assert list(shown["advanced_info"]) == list(ADVANCED)


# Events: i is a bare integer, s a text in CDATA (events.md 5 and 6).
HEAD = "ToUserName:s FromUserName:s CreateTime:i MsgType:s Event:s "
EVENTS = {
    "card_pass_check": "CardId:s RefuseReason:s",
    "user_get_card": "CardId:s IsGiveByFriend:i UserCardCode:s FriendUserName:s OuterId:i OldUserCardCode:s OuterStr:s "
    "IsRestoreMemberCard:i IsRecommendByFriend:i",
    "user_consume_card": "CardId:s UserCardCode:s ConsumeSource:s LocationName:s StaffOpenId:s VerifyCode:s "
    "RemarkAmount:s OuterStr:s LocationId:i",
    "user_del_card": "CardId:s UserCardCode:s",
}
ELEMENT = re.compile(r"<(\w+)>(<!\[CDATA\[.*?\]\]>|-?\d+)</\1>", re.DOTALL)


def test_events_have_the_recorded_elements_in_their_order(sandbox: Api, receiver: Receiver) -> None:
    sandbox.ok("/sandbox/callback", receiver.settings())
    card_id, person = made(sandbox), sandbox.person("ann")
    codes = [sandbox.claim(card_id, person) for _ in range(2)]
    sandbox.ok("/card/code/consume", {"code": codes[0]})
    sandbox.ok("/sandbox/delete", {"openid": person, "card_id": card_id, "code": codes[1]})
    pushes = {one.event: one.body.decode() for one in receiver.wait(5)}
    found = {
        name: [f"{tag}:{'s' if text[0] == '<' else 'i'}" for tag, text in ELEMENT.findall(pushes[name])]
        for name in EVENTS
    }
    assert found == {name: (HEAD + fields).split() for name, fields in EVENTS.items()}
