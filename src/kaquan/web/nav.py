"""Where the desks' pages are: what rights each asks for, and what the navigation offers to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from kaquan.rules.permission import Right, may
from kaquan.web.texts import zh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kaquan.web.desk import Desk


@dataclass(frozen=True, slots=True)
class Needs:
    """The rights that a page asks for: to be seen, and to be posted to."""

    sees: Right
    changes: Right


DESKS: dict[str, Needs] = {}


class Link(msgspec.Struct, frozen=True):
    """A page in the navigation; ``sandbox`` is there for sandbox apps alone."""

    page: str
    label: str
    sandbox: bool = False


class Group(msgspec.Struct, frozen=True):
    """Pages that belong together; a group without a label stands by itself."""

    label: str
    links: tuple[Link, ...]


CONSOLE = "/console/{appid}"
OPERATOR = "/operator"
NAVIGATION: dict[str, tuple[Group, ...]] = {
    CONSOLE: (
        Group("", (Link("", zh("概览")), Link("applications", zh("功能与权限")))),
        Group(
            zh("卡券"),
            (
                Link("cards", zh("卡券管理")),
                Link("distribution", zh("投放")),
                Link("codes", zh("券码")),
                Link("people", zh("用户")),
                Link("statistics", zh("数据")),
            ),
        ),
        Group(
            zh("开发"),
            (
                Link("develop", zh("开发设置")),
                Link("calls", zh("请求日志")),
                Link("events", zh("事件推送")),
                Link("quota", zh("调用额度")),
                Link("sandbox", zh("沙箱"), sandbox=True),
                Link("rehearsal", zh("双屏演练"), sandbox=True),
            ),
        ),
        Group(zh("管理"), (Link("members", zh("成员")), Link("audit", zh("操作记录")))),
    ),
    OPERATOR: (
        Group("", (Link("", zh("概览")),)),
        Group(
            zh("审核"),
            (
                Link("cards", zh("卡券审核")),
                Link("applications", zh("功能申请")),
                Link("stores", zh("门店审核")),
                Link("spot-checks", zh("抽查")),
            ),
        ),
        Group(
            zh("平台"),
            (
                Link("merchants", zh("商户")),
                Link("health", zh("运行状况")),
                Link("settings", zh("平台设置")),
                Link("members", zh("成员")),
                Link("audit", zh("操作记录")),
            ),
        ),
    ),
}


class Shown(msgspec.Struct, frozen=True):
    """A link as a page shows it."""

    path: str
    label: str
    here: bool


def navigation(visit: Desk) -> list[tuple[str, list[Shown]]]:
    """Return the groups of links that the visitor may follow from a desk's page, with their labels."""
    root = CONSOLE if "appid" in visit.path else OPERATOR
    groups = ((group.label, list(_of_group(visit, root, group))) for group in NAVIGATION[root])
    return [(visit.text(label) if label else "", links) for label, links in groups if links]


def _of_group(visit: Desk, root: str, group: Group) -> Iterator[Shown]:
    here = visit.request.scope["path"].rstrip("/")
    for link in group.links:
        path = f"{root}/{link.page}".rstrip("/")
        needs = DESKS.get(path)
        hidden = link.sandbox and not visit.app.sandbox
        if needs is None or hidden or not may(visit.role, needs.sees):
            continue
        place = path.replace("{appid}", visit.path.get("appid", ""))
        inside = here == place or (bool(link.page) and here.startswith(place + "/"))
        yield Shown(place, visit.text(link.label), inside)
