"""Bodies of /cgi-bin/poi/addpoi for the tests."""

from __future__ import annotations

from typing import Any

LEAST: dict[str, Any] = {
    "business_name": "麦当劳",
    "province": "广东省",
    "city": "广州市",
    "address": "艺苑路11号",
    "telephone": "020-12345678",
    "categories": ["美食,快餐小吃"],
    "offset_type": 1,
    "longitude": 115.32375,
    "latitude": 25.097486,
}
FULL: dict[str, Any] = {
    **LEAST,
    "sid": "33788392",
    "branch_name": "艺苑路店",
    "district": "海珠区",
    "photo_list": [{"photo_url": "https://shop.example/1.jpg"}],
    "recommend": "套餐",
    "special": "外卖",
    "introduction": "连锁店",
    "open_time": "8:00-20:00",
    "avg_price": 35,
}


def store(**changes: Any) -> dict[str, Any]:
    """Return a valid body with these fields of base_info changed; None takes a field away."""
    return {"business": {"base_info": {**LEAST, **changes}}}
