"""Give a code away: the giver's words, and whether to one friend or into a group (spec: jssdk_and_pages.md 13)."""

from __future__ import annotations

import time
from typing import Any

from starlette.responses import Response

from kaquan.actions.give_code import Give, give_code
from kaquan.actions.return_gift import find_open_gift
from kaquan.actions.show_cards import ShownCard
from kaquan.actions.show_gift import show_givable
from kaquan.api.failed import keep_failure
from kaquan.api.gifts import new_gift_id
from kaquan.errors import Errcode, Refusal
from kaquan.rules.gift import GREETING_BYTES
from kaquan.rules.text import utf8_len
from kaquan.wallet.face import face_of_card
from kaquan.wallet.gift import BUSY
from kaquan.web.links import text_of
from kaquan.web.page import page
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere, Visit

NOT_GIVEN = zh("这张卡券不可转赠")
# What a holder reads who cannot give a code away.
TEXTS = {
    "giving_off": NOT_GIVEN,
    "bound_gift": NOT_GIVEN,
    "consumed": zh("已使用"),
    "expired": zh("已过期"),
    "unavailable": zh("已失效"),
}
TOO_LONG = zh("留言太长，最多 {most} 个汉字")
ELSEWHERE = {Errcode.INVALID_CARD_ID, Errcode.INVALID_SERIAL_CODE, Errcode.CARD_ID_MISSING}


@page("/wallet/{appid}/{card_id}/{code}/give", "GET", "POST")
async def give(visit: Visit) -> Response:
    """Ask what to say with a code, and give it away; what is given already is shown as a gift."""
    await visit.enter(visit.path["appid"])
    openid = await visit.openid()
    greeting = visit.form.get("greeting", "").replace("\r\n", "\n").strip()
    try:
        if visit.request.method == "GET" or utf8_len(greeting) > GREETING_BYTES:
            return await ask(visit, openid, greeting)
        return visit.go(f"/gift/{await begin(visit, openid, greeting)}")
    except Refusal as refused:
        return await refuse(visit, openid, refused)


async def ask(visit: Visit, openid: str, greeting: str) -> Response:
    """Show the form."""
    fault = visit.text(TOO_LONG, most=GREETING_BYTES // 3) if greeting else ""
    return show(visit, await givable(visit, openid), fault=fault, greeting=greeting[:GREETING_BYTES])


async def givable(visit: Visit, openid: str) -> ShownCard:
    """Return the card of the code that the path names, if the visitor may give it away."""
    card_id, code = visit.path["card_id"], text_of(visit.path["code"])
    return await visit.read(lambda tx: show_givable(tx, visit.app.appid, openid, card_id, code, visit.now))


async def begin(visit: Visit, openid: str, greeting: str) -> str:
    """Give the code away and return the gift's name."""
    app, now, record = visit.app, visit.now, visit.platform.record()
    group = visit.form.get("to") == "group"
    card_id, code = visit.path["card_id"], text_of(visit.path["code"])
    wish = Give(new_gift_id(app.appid), openid, card_id, code, "", group, greeting)
    await visit.write(lambda tx: give_code(tx, app.appid, wish, now, record))
    return wish.gift_id


async def refuse(visit: Visit, openid: str, refused: Refusal) -> Response:
    """Show why a code cannot be given away, its gift where it is given already, and nothing of other people's codes."""
    if refused.errcode in ELSEWHERE or refused.cause == "deleted":
        raise NotHere
    appid, card_id, code = visit.path["appid"], visit.path["card_id"], text_of(visit.path["code"])
    if refused.cause == "gifting":
        return visit.go(f"/gift/{await visit.read(lambda tx: find_open_gift(tx, appid, card_id, code))}")
    rid = keep_failure(visit.call, refused, time.perf_counter())[0]
    return show(visit, None, text=visit.text(TEXTS.get(refused.cause, BUSY)), rid=rid)


def show(visit: Visit, card: ShownCard | None, **facts: str) -> Response:
    """Show the page, with the form where a card is given."""
    said: dict[str, Any] = {"fault": "", "greeting": "", "text": "", "rid": "", **facts}
    face = face_of_card(visit, card) if card else None
    return visit.show("wallet/give.html", face=face, most=GREETING_BYTES, **said)
