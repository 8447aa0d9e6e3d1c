"""When and for what a coupon may be used, in the words of pages."""

from __future__ import annotations

from collections.abc import Iterator

from kaquan.rules.card_content import AdvancedInfo, TimeLimit, UseCondition
from kaquan.web.card_words import from_sum
from kaquan.web.texts import Texts, zh

DAYS = {
    "MONDAY": zh("周一"),
    "TUESDAY": zh("周二"),
    "WEDNESDAY": zh("周三"),
    "THURSDAY": zh("周四"),
    "FRIDAY": zh("周五"),
    "SATURDAY": zh("周六"),
    "SUNDAY": zh("周日"),
    "HOLIDAY": zh("节假日"),
}


def conditions(text: Texts, advanced: AdvancedInfo) -> list[str]:
    """Return where and how a coupon may be used, a sentence each."""
    said = list(_conditions(text, advanced.use_condition)) if advanced.use_condition else []
    return [*said, *(time_limit(text, one) for one in advanced.time_limit)]


def _conditions(text: Texts, given: UseCondition) -> Iterator[str]:
    if given.accept_category:
        yield text("适用于：{what}", what=given.accept_category)
    if given.reject_category:
        yield text("不适用于：{what}", what=given.reject_category)
    if given.least_cost:
        yield from_sum(text, given.least_cost)
    if given.object_use_for:
        yield text("购买 {what} 可用", what=given.object_use_for)
    if not given.can_use_with_other_discount:
        yield text("不可与其他优惠同享")


def time_limit(text: Texts, one: TimeLimit) -> str:
    """Return one period of use; without hours it is the whole day."""
    name = text(DAYS[one.type])
    if one.begin_hour is None and one.end_hour is None:
        return text("{day} 全天", day=name)
    begin, end = f"{one.begin_hour or 0:02d}:{one.begin_minute or 0:02d}", _end(one)
    return text("{day} {begin} 至 {end}", day=name, begin=begin, end=end)


def _end(one: TimeLimit) -> str:
    return "24:00" if one.end_hour is None else f"{one.end_hour:02d}:{one.end_minute or 0:02d}"
