"""Self-service: a holder redeems a card in front of the merchant's staff, in two deliberate steps."""

from __future__ import annotations

import time

from starlette.responses import Response

from kaquan.actions.consume_code import Consume
from kaquan.errors import Refusal
from kaquan.rules import code as rule
from kaquan.rules.money import yuan_of
from kaquan.store.batch import outcome
from kaquan.wallet.card import offer_of
from kaquan.wallet.face import face_of
from kaquan.wallet.holder import Held, hold
from kaquan.wallet.refusal import said
from kaquan.web.page import page
from kaquan.web.remark import Typed, typed_of
from kaquan.web.visit import Visit


@page("/wallet/{appid}/{card_id}/{code}/consume", "GET", "POST")
async def consume(visit: Visit) -> Response:
    """Ask for what the card asks for, have it confirmed, and redeem the code."""
    held = await hold(visit)
    if not held.holding.self_consume_cell:
        return visit.go(held.path())
    if visit.request.method == "GET":
        return begin(visit, held)
    typed = typed_of(visit.form, held.holding.need_verify_code, held.holding.need_remark_amount)
    if typed.fault or visit.form.get("confirmed") != "yes":
        return show(visit, held, "form" if typed.fault else "confirm", typed, visit.text(typed.fault))
    return await redeem(visit, held, typed)


def begin(visit: Visit, held: Held) -> Response:
    """Show the form, or what came of it; where neither can be, the card."""
    if held.state == rule.CONSUMED:
        return show(visit, held, "done", Typed())
    return show(visit, held, "form", Typed()) if offer_of(held).consume else visit.go(held.path())


async def redeem(visit: Visit, held: Held, typed: Typed) -> Response:
    """Redeem the code through the hot command; the merchant is told what was typed (user_consume_card)."""
    started = time.perf_counter()
    command = Consume(
        held.code,
        visit.now,
        held.card_id,
        openid=held.openid,
        verify_code=typed.verify_code,
        remark_amount=typed.remark_amount,
    )
    try:
        outcome(await visit.platform.hot.consumes.submit(held.appid, held.card_id, command))
    except Refusal as refused:
        return show(visit, held, "form", typed, *said(visit, refused, started))
    visit.platform.wake(visit.app)
    return visit.go(held.path("consume"))


def show(visit: Visit, held: Held, step: str, typed: Typed, fault: str = "", rid: str = "") -> Response:
    """Show a step: ``form``, ``confirm`` or ``done``."""
    return visit.show(
        "wallet/card_consume.html",
        held=held,
        face=face_of(visit, held),
        step=step,
        typed=typed,
        yuan=yuan_of(typed.fen) if typed.fen else "",
        fault=fault,
        rid=rid,
    )
