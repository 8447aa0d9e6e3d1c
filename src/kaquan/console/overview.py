"""The first page of an account: what it is, how far it has come, and what to do next."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from kaquan.actions.list_cards import list_cards
from kaquan.rules.application import GRANTED
from kaquan.rules.permission import Right
from kaquan.web.desk import Desk, console_path, desk
from kaquan.web.nav import DESKS
from kaquan.web.texts import zh

# Page, the right it takes, and what is done there, in the order in which a merchant comes to it.
STEPS: tuple[tuple[str, Right, str, str], ...] = (
    ("applications", "application.submit", zh("开通卡券功能"), zh("添加功能插件，提交主体资料，等待平台审核")),
    ("cards/new", "card.change", zh("创建第一张卡券"), zh("填写卡券内容，右侧随时看到用户看到的样子")),
    ("distribution", "card.change", zh("投放"), zh("打印二维码、发链接或建一个货架")),
    ("members", "member.manage", zh("邀请同事"), zh("运营、开发者和收银员各有自己的权限")),
)


class Step(msgspec.Struct, frozen=True):
    """One step of the beginning; ``path`` is empty where the visitor may not take it."""

    path: str
    title: str
    text: str
    done: bool


@desk("/console/{appid}", sees="app.see")
async def overview(visit: Desk) -> Response:
    """Show the account with its state and the steps to a claimed card."""
    app = visit.app
    _, cards = await visit.read(lambda tx: list_cards(tx, app.appid, None, 0, 0))
    done = {"applications": app.card_function == GRANTED, "cards/new": cards > 0}
    return visit.show("console/overview.html", steps=[_step(visit, done, *one) for one in STEPS], cards=cards)


def _step(visit: Desk, done: dict[str, bool], page: str, right: Right, title: str, text: str) -> Step:
    reachable = visit.may(right) and f"/console/{{appid}}/{page}" in DESKS
    path = console_path(visit.app.appid, page) if reachable else ""
    return Step(path, visit.text(title), visit.text(text), done.get(page, False))
