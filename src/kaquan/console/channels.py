"""Which ways a card can be handed out, and why not the others (spec: distribution.md 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from kaquan.errors import Refusal
from kaquan.errors.explain import explain
from kaquan.rules.claim import is_open
from kaquan.rules.qr import Wish, check_qr
from kaquan.rules.ways import ARTICLE, SHELF, TO_MANY, TO_ONE, check_way
from kaquan.web.desk import Desk
from kaquan.web.texts import zh


class Channel(msgspec.Struct, frozen=True):
    """One way, in words.

    Args:
        name: what it is called.
        call: the call of the wire, or of the page library.
        open: whether the card may go this way.
        note: why it may not, or what it needs.
    """

    name: str
    call: str
    open: bool
    note: str


# What a QR ticket of such a card has to name; the form asks for it.
QR_NEEDS = {
    "code_missing": zh("要写明券码，一个二维码只领一次"),
    "openid_missing": zh("要写明用户，一个二维码只领一次"),
}
PAGE_NEEDS = zh("卡券参数 card_ext 里要带券码")
PAGE_BOUND = zh("卡券参数 card_ext 里要写明用户")
PAGE_FREE = zh("卡券参数 card_ext 里不带券码")


def channels(visit: Desk, row: Any) -> list[Channel]:
    """Return every way for a card's row."""
    return [
        _qr(visit, row),
        _page(visit, row),
        _way(visit, zh("货架"), "/card/landingpage/create", lambda: check_way(SHELF, row)),
        _way(visit, zh("图文"), "/card/mpnews/gethtml", lambda: check_way(ARTICLE, row)),
        _way(visit, zh("客服消息"), "/cgi-bin/message/custom/send", lambda: check_way(TO_ONE, row)),
        _way(visit, zh("群发消息"), "/cgi-bin/message/mass/send", lambda: check_way(TO_MANY, row)),
    ]


def _way(visit: Desk, name: str, call: str, check: Callable[[], None]) -> Channel:
    try:
        check()
    except Refusal as refused:
        return Channel(visit.text(name), call, False, f"{int(refused.errcode)} · {_said(visit, refused)}")
    return Channel(visit.text(name), call, True, "")


def _qr(visit: Desk, row: Any) -> Channel:
    try:
        check_qr(Wish(row.card_id), row)
    except Refusal as refused:
        needs = QR_NEEDS.get(refused.cause)
        note = visit.text(needs) if needs else f"{int(refused.errcode)} · {_said(visit, refused)}"
        return Channel(visit.text("二维码"), "/card/qrcode/create", needs is not None, note)
    return Channel(visit.text("二维码"), "/card/qrcode/create", True, "")


def _page(visit: Desk, row: Any) -> Channel:
    own = row.use_custom_code and not row.deposit
    note = PAGE_NEEDS if own else PAGE_BOUND if row.bind_openid else PAGE_FREE
    return Channel(visit.text("网页添加卡券"), "wx.addCard", row.status != "CARD_STATUS_DELETE", visit.text(note))


def _said(visit: Desk, refused: Refusal) -> str:
    told = explain(refused.errcode, refused.cause, refused.facts)
    return told.zh if visit.language == "zh" else told.en


def obstacles(visit: Desk, row: Any) -> list[str]:
    """Return what keeps people from claiming the card whichever way it goes."""
    found = []
    if not is_open(row.status, row.shown):
        found.append(visit.text("卡券还没有通过审核：只有测试白名单里的用户可以领取。"))
    if row.quantity <= 0:
        found.append(visit.text("库存为 0：没有人能领到。"))
    return found
