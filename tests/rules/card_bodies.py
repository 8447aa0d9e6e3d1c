"""Bodies of /card/create for the tests: the least of each type, and one with every field."""

from __future__ import annotations

import copy
import json
from typing import Any

from kaquan.api.card_body import read_create
from kaquan.api.decode import Profile
from kaquan.errors import Refusal
from kaquan.rules.card import check_create
from kaquan.rules.card_content import Part

NOW = 1_467_025_553
NOBODY = frozenset[str]()
EVERYBODY = frozenset({"custom_code", "balance"})

BASE: dict[str, Any] = {
    "logo_url": "http://mmbiz.qpic.cn/mmbiz/logo.jpg",
    "code_type": "CODE_TYPE_TEXT",
    "brand_name": "微信餐厅",
    "title": "双人套餐",
    "color": "Color010",
    "notice": "使用时出示此券",
    "description": "不可与其他优惠同享",
    "date_info": {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 90, "fixed_begin_term": 0},
    "sku": {"quantity": 500000},
}
RANGE = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": NOW, "end_timestamp": NOW + 86400}

OWN: dict[str, dict[str, Any]] = {
    "GROUPON": {"deal_detail": "锅底二选一"},
    "CASH": {"least_cost": 1000, "reduce_cost": 100},
    "DISCOUNT": {"discount": 30},
    "GIFT": {"gift": "一杯咖啡"},
    "GENERAL_COUPON": {"default_detail": "音乐木盒"},
    "MEETING_TICKET": {"meeting_detail": "二楼", "map_url": "https://shop.example/map"},
    "SCENIC_TICKET": {"ticket_class": "全日票", "guide_url": "https://shop.example/guide"},
    "MOVIE_TICKET": {"detail": "三维电影"},
    "BOARDING_PASS": {
        "from": "成都",
        "to": "广州",
        "flight": "CE123",
        "air_model": "空客A320",
        "departure_time": NOW,
        "landing_time": NOW + 7200,
        "gate": "A11",
        "boarding_time": NOW - 1800,
        "check_in_url": "https://air.example/in",
    },
    "BUS_TICKET": {},
    "LUCKY_MONEY": {},
}

_LINK = "https://shop.example/a?b=c"
_OPERATION = {
    "card_cell": {"card_id": "p1", "end_time": NOW},
    "url_cell": {"text": "看看", "url": _LINK, "end_time": NOW, "card_id_list": ["p1"], "app_brand_id": "gh_1@app"},
}
FULL_BASE: dict[str, Any] = {
    **BASE,
    "sub_title": "周末",
    "service_phone": "020-88888888",
    "source": "大众点评",
    "use_custom_code": True,
    "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT",
    "sku": {"quantity": 0},
    "bind_openid": True,
    "can_share": False,
    "can_give_friend": False,
    "location_id_list": [123, 456],
    "use_all_locations": False,
    "get_limit": 3,
    "use_limit": 100,
    "center_title": "立即使用",
    "center_sub_title": "到店使用",
    "center_url": _LINK,
    "center_app_brand_user_name": "gh_1@app",
    "center_app_brand_pass": "pages/a",
    "url_name_type": "URL_NAME_TYPE_RESERVATION",
    "custom_url_name": "订座",
    "custom_url": _LINK,
    "custom_url_sub_title": "提前一天",
    "custom_app_brand_user_name": "gh_1@app",
    "custom_app_brand_pass": "pages/b",
    "promotion_url_name_type": "URL_NAME_TYPE_MALL",
    "promotion_url_name": "更多优惠",
    "promotion_url": _LINK,
    "promotion_url_sub_title": "买一送一",
    "promotion_app_brand_user_name": "gh_1@app",
    "promotion_app_brand_pass": "pages/c",
    "need_push_on_view": True,
    "pay_info": {"swipe_card": {"is_swipe_card": True}},
    "is_pay_and_qrcode": True,
    "sub_merchant_info": {"merchant_id": 12},
    "use_dynamic_code": True,
    "giftcard_info": {"price": 100},
    "max_give_friend_times": 2,
    "can_shake": True,
    "shake_slogan_title": "摇一摇",
    "shake_slogan_sub_title": "再摇一摇",
    "modify_msg_operation": _OPERATION,
    "consume_msg_operation": _OPERATION,
    "activate_msg_operation": _OPERATION,
}
FULL_ADVANCED: dict[str, Any] = {
    "use_condition": {
        "accept_category": "鞋类",
        "reject_category": "阿迪达斯",
        "least_cost": 500,
        "object_use_for": "男装",
        "can_use_with_other_discount": False,
    },
    "abstract": {"abstract": "新季菜品", "icon_url_list": ["http://mmbiz.qpic.cn/mmbiz/icon.jpg"]},
    "text_image_list": [{"image_url": "http://mmbiz.qpic.cn/mmbiz/1.jpg", "text": "精选食材"}],
    "time_limit": [
        {"type": "MONDAY", "begin_hour": 0, "end_hour": 10, "begin_minute": 10, "end_minute": 59},
        {"type": "HOLIDAY"},
    ],
    "business_service": ["BIZ_SERVICE_FREE_WIFI", "BIZ_SERVICE_DELIVER"],
    "consume_share_self_num": 1,
    "consume_share_card_list": [{"card_id": "p2", "num": 1}],
    "share_friends": False,
}


def card(card_type: str = "GROUPON", base: dict[str, Any] | None = None, **own: Any) -> dict[str, Any]:
    """Return a valid body with these fields of base_info and of the type changed; ``...`` takes a field away."""
    content = _merged({"base_info": _merged(BASE, base or {}), **OWN[card_type]}, own)
    return {"card": {"card_type": card_type, card_type.lower(): content}}


def card_with(card_type: str, name: str, value: Any) -> dict[str, Any]:
    """Return a valid body with one field of the type changed."""
    changes: dict[str, Any] = {name: value}
    return card(card_type, **changes)


def full(card_type: str = "GROUPON") -> dict[str, Any]:
    """Return a valid body with every field."""
    return copy.deepcopy(card(card_type, FULL_BASE, advanced_info=FULL_ADVANCED))


def read(body: Any, profile: Profile = "strict") -> Part:
    """Return the content of a body."""
    return read_create(json.dumps(body).encode(), profile)[1]


def verdict(
    body: Any, profile: Profile = "strict", permissions: frozenset[str] = NOBODY, now: int = NOW
) -> tuple[int, str, dict[str, Any]] | None:
    """Return errcode, cause and facts of the refusal of a new card, None when it may be made."""
    try:
        card_type, content = read_create(json.dumps(body).encode(), profile)
        check_create(card_type, content, permissions, now)
    except Refusal as refusal:
        return int(refusal.errcode), refusal.cause, refusal.facts
    return None


def brief(body: Any, profile: Profile = "strict", permissions: frozenset[str] = NOBODY) -> tuple[int, str, str] | None:
    """Return errcode, cause and path of the refusal of a new card, None when it may be made."""
    found = verdict(body, profile, permissions)
    return None if found is None else (found[0], found[1], found[2].get("path", ""))


def _merged(whole: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**whole, **changes}.items() if value is not ...}
