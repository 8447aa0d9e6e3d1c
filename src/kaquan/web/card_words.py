"""What stands on a card wherever it is shown: its colour, what it is worth, when it can be used."""

from __future__ import annotations

from kaquan.rules.card_content import Cash, Content, Discount
from kaquan.rules.card_tables import COLORS
from kaquan.rules.money import yuan_of
from kaquan.rules.validity import FOREVER
from kaquan.web.templates import day
from kaquan.web.texts import Texts, zh

KINDS = {
    "GROUPON": zh("团购券"),
    "CASH": zh("代金券"),
    "DISCOUNT": zh("折扣券"),
    "GIFT": zh("兑换券"),
    "GENERAL_COUPON": zh("优惠券"),
    "MEMBER_CARD": zh("会员卡"),
    "SCENIC_TICKET": zh("景点门票"),
    "MOVIE_TICKET": zh("电影票"),
    "BOARDING_PASS": zh("登机牌"),
    "MEETING_TICKET": zh("会议门票"),
    "BUS_TICKET": zh("汽车票"),
    "LUCKY_MONEY": zh("红包"),
    "GENERAL_CARD": zh("礼品卡"),
}
# Type -> the member that says what the card gives, and its heading.
DETAILS = {
    "GROUPON": ("deal_detail", zh("团购详情")),
    "GIFT": ("gift", zh("兑换内容")),
    "GENERAL_COUPON": ("default_detail", zh("优惠详情")),
    "MEETING_TICKET": ("meeting_detail", zh("会议详情")),
    "SCENIC_TICKET": ("ticket_class", zh("票类型")),
    "MOVIE_TICKET": ("detail", zh("电影票详情")),
}


def tone(color: str) -> str:
    """Return a card's colour as style sheets name it (``tone-…``), empty for one that is no colour of cards."""
    return color if color in COLORS else ""


def figure(text: Texts, content: Content) -> str:
    """Return what is taken off, empty where a card is not about money."""
    if isinstance(content, Cash):
        return f"¥{yuan_of(content.reduce_cost)}"
    if not isinstance(content, Discount):
        return ""
    # What is left is said in Chinese, what is taken off in English: no translation of each other.
    return f"{(100 - content.discount) / 10:g} 折" if text.language == "zh" else f"{content.discount}% off"


def least_cost(text: Texts, content: Content) -> str:
    """Return from what sum on a card can be used, empty where it always can."""
    return from_sum(text, content.least_cost) if isinstance(content, Cash) and content.least_cost else ""


def from_sum(text: Texts, fen: int) -> str:
    """Return that something can be used from a sum on."""
    return text("满 {yuan} 元可用", yuan=yuan_of(fen))


def validity(text: Texts, begin: int, end: int) -> str:
    """Return when a code can be used; times are UTC seconds."""
    if (begin, end) == FOREVER:
        return text("永久有效")
    times = {"begin": begin, "end": end}
    # Dots, since a line may break behind a hyphen.
    return text("{begin} 至 {end}", **{name: day(at).replace("-", ".") for name, at in times.items()})


def detail(card_type: str, content: Content) -> tuple[str, str]:
    """Return heading and text of what a card gives; both empty where its type has none."""
    field, heading = DETAILS.get(card_type, ("", ""))
    return (heading, getattr(content, field)) if field else ("", "")
