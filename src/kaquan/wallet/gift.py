"""A gift: whoever has its address accepts it here, and its giver shares it or takes it back (jssdk_and_pages.md 13)."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import segno
from starlette.responses import Response

from kaquan.actions.accept_gift import accept_gift
from kaquan.actions.return_gift import take_back_gift
from kaquan.actions.show_gift import show_gift
from kaquan.api.failed import keep_failure
from kaquan.api.gifts import appid_of, sources_of
from kaquan.errors import Refusal
from kaquan.rules.validity import FOREVER
from kaquan.store.tx import Tx
from kaquan.wallet.face import face_of_card
from kaquan.web.links import card_path
from kaquan.web.page import page
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere, Visit

GONE = zh("已被领取")
OVER = zh("已过期")
# What somebody who cannot accept a gift reads; who has it, or for whom it is, nobody is told.
TEXTS = {
    "gift_taken": GONE,
    "gift_for_another": GONE,
    "gift_taken_back": zh("已退回"),
    "gift_timed_out": OVER,
    "expired": OVER,
    "not_verified": zh("未生效"),
    "refused": zh("该券未通过审核"),
    "off_shelf": zh("该券未通过审核"),
}
BUSY = zh("系统繁忙，请稍后再试")
# What the giver reads of a gift that has ended.
ENDS = {
    "accepted": zh("对方已领取这张卡券"),
    "taken_back": zh("已收回，卡券可以继续使用"),
    "timed_out": zh("24 小时内无人领取，卡券已退回"),
}


@page("/gift/{gift_id}", "GET", "POST")
async def gift(visit: Visit) -> Response:
    """Show a gift, and do what its button says."""
    gift_id = visit.path["gift_id"]
    await visit.enter(appid_of(gift_id))
    openid = await visit.openid()
    refused = await act(visit, gift_id, openid) if visit.request.method == "POST" else None
    if visit.request.method == "POST" and refused is None:
        return visit.go(f"/gift/{gift_id}")
    return await show(visit, gift_id, openid, refused)


async def act(visit: Visit, gift_id: str, openid: str) -> Refusal | None:
    """Accept a gift or take it back, and return why not."""
    action = ACTIONS.get(visit.form.get("do", ""))
    if action is None:
        raise NotHere
    try:
        await visit.write(action(visit, gift_id, openid))
    except Refusal as refused:
        return refused
    return None


def accepting(visit: Visit, gift_id: str, openid: str) -> Callable[[Tx], object]:
    """Return what accepts a gift."""
    facts = (gift_id, openid, sources_of(visit.app), visit.now, visit.platform.record())
    return lambda tx: accept_gift(tx, visit.app.appid, *facts)


def taking_back(visit: Visit, gift_id: str, openid: str) -> Callable[[Tx], object]:
    """Return what takes a gift back."""
    facts = (gift_id, openid, visit.now, visit.platform.record())
    return lambda tx: take_back_gift(tx, visit.app.appid, *facts)


ACTIONS = {"accept": accepting, "take_back": taking_back}


async def show(visit: Visit, gift_id: str, openid: str, refused: Refusal | None) -> Response:
    """Show a gift to its giver, to who has it, or to anybody else."""
    try:
        shown = await visit.read(lambda tx: show_gift(tx, visit.app.appid, gift_id, openid, visit.now))
    except Refusal as unknown:
        raise NotHere from unknown
    mine, had = shown.gift.openid == openid, shown.gift.taker == openid
    refused = refused or (None if mine or had else shown.refused)
    rid = keep_failure(visit.call, refused, time.perf_counter())[0] if refused else ""
    text = TEXTS.get(refused.cause, BUSY) if refused else ENDS.get(shown.standing, "") if mine else ""
    return visit.show(
        "wallet/gift.html",
        shown=shown,
        face=face_of_card(visit, shown.card),
        mine=mine,
        had=had,
        text=visit.text(text) if text else "",
        rid=rid,
        link=f"{visit.platform.settings.base_url}/gift/{gift_id}",
        for_ever=shown.end_time >= FOREVER[1],
        held=card_path(visit.app.appid, shown.gift.card_id, shown.gift.new_code) if had else "",
    )


@page("/gift/{gift_id}/qr")
async def qr(visit: Visit) -> Response:
    """Draw the address of a gift, for a phone to scan."""
    gift_id = visit.path["gift_id"]
    await visit.enter(appid_of(gift_id))
    drawn = io.BytesIO()
    segno.make(f"{visit.platform.settings.base_url}/gift/{gift_id}", error="m").save(
        drawn, kind="svg", scale=4, border=3, light="white"
    )
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"cache-control": "private, max-age=86400"})
