"""The merchants' lines of business and the papers each needs (spec: cards.md 5); the list is this platform's own."""

from __future__ import annotations

from typing import Any

FOOD = ("food_service_license_id", "food_service_license_bizmedia_id")
MEDICAL = ("medical_institution_license_id", "medical_institution_license_bizmedia_id")
TRAVEL = ("travel_agency_license_id", "travel_agency_license_bizmedia_id")
LODGING = ("special_trade_license_id", "special_trade_license_bizmedia_id")
CINEMA = ("film_projection_license_id", "film_projection_license_bizmedia_id")
SCHOOL = ("school_running_license_id", "school_running_license_bizmedia_id")

# Line -> kind of shop -> papers, whether prepaid cards may be applied for, whether cards may be paid with.
# Ids are the positions from 1, a kind's behind a hundred times its line's: what is added goes to the end.
CATEGORIES: dict[str, dict[str, tuple[tuple[str, ...], bool, bool]]] = {
    "餐饮": {
        "中餐": (FOOD, True, True),
        "西餐": (FOOD, True, True),
        "快餐小吃": (FOOD, True, True),
        "咖啡茶饮": (FOOD, True, True),
        "烘焙甜品": (FOOD, True, True),
    },
    "零售": {
        "超市便利": (FOOD, True, True),
        "服饰鞋包": ((), True, True),
        "数码家电": ((), True, True),
        "母婴用品": ((), True, True),
        "图书文具": ((), True, True),
    },
    "丽人": {
        "美发": ((), True, True),
        "美容护理": ((), True, True),
        "医疗美容": (MEDICAL, False, True),
    },
    "休闲": {
        "电影": (CINEMA, True, True),
        "健身": ((), True, True),
        "歌厅酒吧": (FOOD, True, True),
        "亲子游乐": ((), True, True),
    },
    "旅行": {
        "酒店": (LODGING, True, True),
        "景点门票": ((), False, True),
        "旅行社": (TRAVEL, False, True),
        "交通票务": ((), False, True),
    },
    "服务": {
        "教育培训": (SCHOOL, False, True),
        "医疗健康": (MEDICAL, False, True),
        "汽车服务": ((), True, True),
        "家政洗涤": ((), True, True),
    },
    "其他": {"其他": ((), False, False)},
}
KINDS_PER_LINE = 100


def categories() -> list[dict[str, Any]]:
    """Return the categories as ``/card/getapplyprotocol`` lists them."""
    return [
        {"primary_category_id": line, "category_name": name, "secondary_category": _kinds(line, kinds)}
        for line, (name, kinds) in enumerate(CATEGORIES.items(), 1)
    ]


def _kinds(line: int, kinds: dict[str, tuple[tuple[str, ...], bool, bool]]) -> list[dict[str, Any]]:
    return [
        {
            "secondary_category_id": line * KINDS_PER_LINE + position,
            "category_name": name,
            "need_qualification_stuffs": list(papers),
            "can_choose_prepaid_card": int(prepaid),
            "can_choose_payment_card": int(payment),
        }
        for position, (name, (papers, prepaid, payment)) in enumerate(kinds.items(), 1)
    ]
