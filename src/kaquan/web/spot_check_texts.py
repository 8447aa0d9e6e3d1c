"""Spot checks in words, for the console and for the operator."""

from __future__ import annotations

from collections.abc import Sequence

from kaquan.actions.spot_check import Figures
from kaquan.web.texts import zh

ANSWER_NAMES = {"": zh("未答"), "used": zh("已使用"), "unused": zh("未使用"), "lost": zh("遗失")}
CHECK_STATES = {"open": zh("待回复"), "answered": zh("已回复"), "closed": zh("已结束")}
VERDICT_NAMES = {"": "—", "passed": zh("合格"), "failed": zh("不合格")}
DOUBTS = {
    "unreported": zh("商户说已使用，却没有回传核销"),
    "reported": zh("已核销，与回复不符"),
    "lapsed": zh("已过期，去向不明"),
}
CODE_STATES = {
    "": zh("已不存在"),
    "NORMAL": zh("未使用"),
    "NOT_BEGUN": zh("未到使用时间"),
    "GIFT_TIMEOUT": zh("未使用"),
    "GIFTING": zh("转赠中"),
    "CONSUMED": zh("已核销"),
    "EXPIRE": zh("已过期"),
    "DELETE": zh("用户已删除"),
    "UNAVAILABLE": zh("已设为失效"),
}


def total(figures: Sequence[Figures]) -> Figures:
    """Return the figures of all cards together."""
    sums = [sum(getattr(one, name) for one in figures) for name in ("issued", "consumed", "overdue")]
    return Figures("", "", *sums)
