"""The fields of a card in words: what each is called, and how its value reads."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from kaquan.rules.card_diff import differences, fields_of
from kaquan.rules.card_tables import COLORS
from kaquan.rules.jump_url import safe_url
from kaquan.rules.money import yuan_of
from kaquan.web.card_words import tone
from kaquan.web.desk import Desk
from kaquan.web.templates import moment
from kaquan.web.texts import zh

BASE = "base_info."
LABELS = {
    "base_info.logo_url": zh("商户标志"),
    "base_info.code_type": zh("码型"),
    "base_info.brand_name": zh("商户名称"),
    "base_info.title": zh("标题"),
    "base_info.sub_title": zh("副标题"),
    "base_info.color": zh("颜色"),
    "base_info.notice": zh("使用提醒"),
    "base_info.description": zh("使用须知"),
    "base_info.service_phone": zh("客服电话"),
    "base_info.source": zh("来源"),
    "base_info.sku.quantity": zh("库存"),
    "base_info.get_limit": zh("每人限领"),
    "base_info.use_limit": zh("每人限用"),
    "base_info.can_share": zh("可以分享"),
    "base_info.can_give_friend": zh("可以转赠"),
    "base_info.use_custom_code": zh("自定义券码"),
    "base_info.bind_openid": zh("指定用户领取"),
    "base_info.location_id_list": zh("可用门店"),
    "base_info.use_all_locations": zh("全部门店可用"),
    "base_info.date_info.type": zh("有效期类型"),
    "base_info.date_info.begin_timestamp": zh("有效期开始"),
    "base_info.date_info.end_timestamp": zh("有效期结束"),
    "base_info.date_info.fixed_term": zh("领取后有效天数"),
    "base_info.date_info.fixed_begin_term": zh("领取后几天生效"),
    "base_info.custom_url_name": zh("自定义入口"),
    "base_info.custom_url": zh("自定义入口链接"),
    "base_info.promotion_url_name": zh("营销入口"),
    "base_info.promotion_url": zh("营销入口链接"),
    "base_info.center_title": zh("居中按钮"),
    "base_info.center_url": zh("居中按钮链接"),
    "deal_detail": zh("团购详情"),
    "default_detail": zh("优惠详情"),
    "gift": zh("兑换内容"),
    "least_cost": zh("起用金额"),
    "reduce_cost": zh("减免金额"),
    "discount": zh("折扣"),
    "advanced_info.text_image_list": zh("图文介绍"),
    "advanced_info.abstract.icon_url_list": zh("封面图"),
    "advanced_info.abstract.abstract": zh("封面简介"),
    "advanced_info.time_limit": zh("可用时段"),
}
MONEY = frozenset({"least_cost", "reduce_cost"})
PICTURES = ("logo_url", "icon_url_list", "image_url", "background_pic_url")
ON, OFF = zh("是"), zh("否")


class Value(msgspec.Struct, frozen=True):
    """A field's value to be shown: as text, as pictures, or as a swatch of a colour."""

    text: str
    pictures: tuple[str, ...] = ()
    tone: str = ""


class Field(msgspec.Struct, frozen=True):
    """A field in words, with its name on the wire; ``before`` is None where it is not compared."""

    label: str
    path: str
    value: Value
    before: Value | None = None


def every_field(visit: Desk, content: msgspec.Struct) -> list[Field]:
    """Return all fields of a card that are set."""
    found = fields_of(content).items()
    return [Field(label(visit, path), path, shown(visit, path, value)) for path, value in found]


def changed_fields(visit: Desk, before: msgspec.Struct, after: msgspec.Struct) -> list[Field]:
    """Return the fields that a change makes different, with both values."""
    return [
        Field(label(visit, one.path), one.path, shown(visit, one.path, one.after), shown(visit, one.path, one.before))
        for one in differences(before, after)
    ]


def label(visit: Desk, path: str) -> str:
    """Return what a field is called, its name on the wire where it has no other."""
    return visit.text(LABELS[path]) if path in LABELS else path.removeprefix(BASE)


def shown(visit: Desk, path: str, value: Any) -> Value:
    """Return a field's value as a page shows it."""
    if value is None or value in ("", []):
        return Value("")
    if path.endswith(PICTURES):
        return Value("", tuple(filter(None, map(safe_url, value if isinstance(value, list) else [value]))))
    return Value(_text(visit, path, value), tone=tone(str(value)) if path == "base_info.color" else "")


def _text(visit: Desk, path: str, value: Any) -> str:
    if isinstance(value, bool):
        return visit.text(ON if value else OFF)
    if path.endswith("_timestamp"):
        return moment(value)
    if path in MONEY:
        return f"¥{yuan_of(value)}"
    if path == "base_info.color":
        return f"{value} {COLORS.get(value, '')}".strip()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
