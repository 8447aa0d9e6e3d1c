"""What a card says of itself, in the words of its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kaquan.rules import code as rule
from kaquan.rules.card_content import AdvancedInfo, BoardingPass, Content
from kaquan.rules.jump_url import safe_url
from kaquan.web.templates import moment
from kaquan.web.texts import Texts, zh

STAMP_TEXTS = {
    rule.CONSUMED: zh("已使用"),
    rule.EXPIRE: zh("已过期"),
    rule.GIFTING: zh("转赠中"),
    rule.UNAVAILABLE: zh("已失效"),
    rule.NOT_BEGUN: zh("未到使用时间"),
}
CELL_KINDS = {
    "URL_NAME_TYPE_TAKE_AWAY": zh("外卖"),
    "URL_NAME_TYPE_RESERVATION": zh("在线预订"),
    "URL_NAME_TYPE_USE_IMMEDIATELY": zh("立即使用"),
    "URL_NAME_TYPE_APPOINTMENT": zh("在线预约"),
    "URL_NAME_TYPE_EXCHANGE": zh("在线兑换"),
    "URL_NAME_TYPE_MALL": zh("在线商城"),
    "URL_NAME_TYPE_VEHICLE_INFORMATION": zh("车辆信息"),
}
SERVICES = {
    "BIZ_SERVICE_DELIVER": zh("外卖服务"),
    "BIZ_SERVICE_FREE_PARK": zh("停车位"),
    "BIZ_SERVICE_WITH_PET": zh("可带宠物"),
    "BIZ_SERVICE_FREE_WIFI": zh("免费 Wi-Fi"),
}
# Links that belong to a type; they lead where they say, with nothing appended.
TYPE_LINKS = {
    "MEETING_TICKET": ("map_url", zh("会场导览图")),
    "SCENIC_TICKET": ("guide_url", zh("导览图")),
    "BOARDING_PASS": ("check_in_url", zh("在线值机")),
}


def minutes(count: int) -> str:
    """Return a number of minutes."""
    return f"{count} min"


# Members of a boarding pass, and of single tickets, with their names and how they are written.
FLIGHT: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("flight", zh("航班"), str),
    ("air_model", zh("机型"), str),
    ("departure_time", zh("起飞时间"), moment),
    ("landing_time", zh("降落时间"), moment),
    ("boarding_time", zh("登机时间"), moment),
    ("gate", zh("登机口"), str),
)
TICKET: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("passenger_name", zh("乘机人"), str),
    ("class", zh("舱位"), str),
    ("seat", zh("座位"), str),
    ("gate", zh("登机口"), str),
    ("boarding_time", zh("登机时间"), moment),
    ("etkt_bnr", zh("电子客票号"), str),
    ("ticket_class", zh("票类型"), str),
    ("show_time", zh("放映时间"), moment),
    ("duration", zh("时长"), minutes),
    ("screening_room", zh("放映厅"), str),
    ("begin_time", zh("开始时间"), moment),
    ("end_time", zh("结束时间"), moment),
    ("zone", zh("区域"), str),
    ("entrance", zh("入口"), str),
    ("seat_number", zh("座位"), lambda seats: seats if isinstance(seats, str) else " ".join(seats)),
)
Rows = list[tuple[str, str]]


def rows(text: Texts, content: Content, ticket: Mapping[str, Any]) -> Rows:
    """Return name and value of what a ticket says: the flight, and what was said of this one alone."""
    told = {**fields_of(content), **ticket}
    names = [*FLIGHT, *TICKET] if isinstance(content, BoardingPass) else list(TICKET) if ticket else []
    shown: dict[str, tuple[str, str]] = {}
    if isinstance(content, BoardingPass):
        shown["route"] = (text("行程"), f"{content.from_} → {content.to}")
    for name, label, write in names:
        if told.get(name) and name not in shown:
            shown[name] = (text(label), write(told[name]))
    return list(shown.values())


def fields_of(content: Content) -> dict[str, Any]:
    """Return the members of a boarding pass; other types say all they have in one text."""
    return {name: getattr(content, name) for name, _, _ in FLIGHT} if isinstance(content, BoardingPass) else {}


def type_link(card_type: str, content: Content) -> tuple[str, str]:
    """Return name and address of the link of a type; both empty without one."""
    field, name = TYPE_LINKS.get(card_type, ("", ""))
    url = safe_url(getattr(content, field)) if field else ""
    return (name, url) if url else ("", "")


def services(text: Texts, advanced: AdvancedInfo) -> list[str]:
    """Return what the merchant offers beside, a word each."""
    return [text(SERVICES[one]) for one in advanced.business_service if one in SERVICES]
