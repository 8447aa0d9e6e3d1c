"""What a till says of a code before anything is pressed: the card, whether it may be used, and why not."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.actions.list_till import count_consumed
from kaquan.actions.load_card import load_card
from kaquan.actions.trace_code import nicknames
from kaquan.errors import Errcode, Refusal
from kaquan.rules import code as rule
from kaquan.rules.card import from_text
from kaquan.rules.card_content import BaseInfo
from kaquan.rules.code_trace import CONSUME, Kept
from kaquan.rules.use_time import is_use_time
from kaquan.web import card_words
from kaquan.web.code_words import STATES
from kaquan.web.desk import Desk
from kaquan.web.templates import moment
from kaquan.web.texts import Texts, zh
from kaquan.web.tracing import Told, told, trace
from kaquan.web.use_words import conditions

JUST_NOW = 120
# Cause of the refusal -> what to tell the customer.
WHY = {
    "consumed": zh("这张券已经核销过了"),
    "expired": zh("已过期：有效期到 {end} 为止"),
    "not_begun": zh("还没到使用时间：{begin} 起可用"),
    "gifting": zh("正在转赠中，请持有人先收回"),
    "deleted": zh("持有人已删除这张券"),
    "unavailable": zh("商户已把这张券设为失效"),
    "given_away": zh("已转赠给别人，请对方出示自己的券码"),
    "member_card_consumed": zh("会员卡不能核销"),
    "use_limit": zh("每人最多用 {use_limit} 张，此人已用 {consumed} 张"),
    "unknown": zh("本商户没有这个券码"),
    "suspended": zh("本账号已被平台停用，不能核销"),
}
OTHER = zh("没有核销成功，请再试一次")
UNSURE = zh("系统繁忙，还不知道结果。请再按一次，同一张券不会核销两次")
WRONG_TIME = zh("现在不在卡券写明的使用时段内")
WRONG_STORE = zh("卡券没有写明可在这家门店使用")


class Offer(msgspec.Struct, frozen=True):
    """What a till shows of a code.

    Args:
        title, figure, brand, validity: the card's.
        state: its name and the kind of its badge.
        nickname: the holder's, empty where it is not known.
        why: why it cannot be used, empty for a code that can.
        used: when, where and by whom it was used.
        just_now: whether that was a moment ago.
        warnings: what the staff have to judge.
        conditions: what the card says of its use.
        verify_code, amount: what the card asks for.
    """

    title: str
    figure: str
    brand: str
    validity: str
    state: tuple[str, str]
    nickname: str
    why: str
    used: Told | None
    used_at: int
    just_now: bool
    warnings: list[str]
    conditions: list[str]
    verify_code: bool
    amount: bool


def refused_words(text: Texts, refused: Refusal) -> str:
    """Say to who stands at a till why a code was not redeemed."""
    facts = {name: moment(value) if name in {"begin", "end"} else value for name, value in refused.facts.items()}
    if refused.cause in WHY:
        return text(WHY[refused.cause], **facts)
    return text(UNSURE if is_unsure(refused) else OTHER)


def is_unsure(refused: Refusal) -> bool:
    """Tell whether a refusal leaves open what was done, so that the same press has to be sent again."""
    return refused.errcode == Errcode.SYSTEM_ERROR


async def offer_of(visit: Desk, kept: Kept, poi_id: int = 0) -> Offer:
    """Return what there is to say of a code; ``poi_id`` is the store where the till stands, 0 for none."""
    appid, code, now = visit.app.appid, kept.code, visit.now
    asks = await visit.read(lambda tx: load_card(tx, appid, code.card_id))
    consumed = await visit.read(lambda tx: count_consumed(tx, appid, code))
    names = await visit.read(lambda tx: nicknames(tx, appid, [code.openid]))
    content = from_text(code.card_type, kept.shown or kept.content)
    base, refused = content.base_info, rule.consume_refusal(code, consumed, now)
    used = await _used(visit, kept) if code.status == rule.CONSUMED else None
    name, kind = STATES[rule.state(code, now)]
    return Offer(
        title=base.title,
        figure=card_words.figure(visit.text, content),
        brand=base.brand_name,
        validity=card_words.validity(visit.text, code.begin_time, code.end_time),
        state=(visit.text(name), kind),
        nickname=names.get(code.openid, ""),
        why=refused_words(visit.text, refused) if refused else "",
        used=used,
        used_at=code.status_time if used else 0,
        just_now=used is not None and now - code.status_time < JUST_NOW,
        warnings=[visit.text(one) for one in _warnings(content, base, poi_id, now)] if refused is None else [],
        conditions=conditions(visit.text, content.advanced_info),
        verify_code=asks.need_verify_code,
        amount=asks.need_remark_amount,
    )


def _warnings(content: Any, base: BaseInfo, poi_id: int, now: int) -> list[str]:
    elsewhere = poi_id and not base.use_all_locations and base.location_id_list and poi_id not in base.location_id_list
    wrong_time = not is_use_time(content.advanced_info.time_limit, now)
    return [text for text, holds in ((WRONG_TIME, wrong_time), (WRONG_STORE, elsewhere)) if holds]


async def _used(visit: Desk, kept: Kept) -> Told | None:
    traced = await trace(visit, kept)
    step = next((one for one in traced.steps if one.kind == CONSUME), None)
    return told(visit.text, traced, step) if step else None
