"""Self-service: a holder redeems a card in front of the merchant's staff, in two deliberate steps."""

from __future__ import annotations

import re
import time
import unicodedata

import msgspec
from starlette.responses import Response

from kaquan.actions.consume_code import Consume
from kaquan.errors import Refusal
from kaquan.rules import code as rule
from kaquan.rules.money import fen_of, yuan_of
from kaquan.store.batch import outcome
from kaquan.wallet.card import offer_of
from kaquan.wallet.face import face_of
from kaquan.wallet.holder import Held, hold
from kaquan.wallet.refusal import said
from kaquan.web.page import page
from kaquan.web.texts import zh
from kaquan.web.visit import Visit

VERIFY_CODE = re.compile(r"[0-9A-Za-z]{1,20}")
VERIFY_CODE_WRONG = zh("验证码为 1 至 20 位数字或字母")
AMOUNT_WRONG = zh("金额以元为单位，最多两位小数，如 12.50")


class Typed(msgspec.Struct, frozen=True):
    """What the holder typed; ``fen`` is 0 where no amount is asked for."""

    verify_code: str = ""
    amount: str = ""
    fen: int = 0
    fault: str = ""


@page("/wallet/{appid}/{card_id}/{code}/consume", "GET", "POST")
async def consume(visit: Visit) -> Response:
    """Ask for what the card asks for, have it confirmed, and redeem the code."""
    held = await hold(visit)
    if not held.holding.self_consume_cell:
        return visit.go(held.path())
    if visit.request.method == "GET":
        return begin(visit, held)
    typed = typed_of(visit.form, held)
    if typed.fault or visit.form.get("confirmed") != "yes":
        return show(visit, held, "form" if typed.fault else "confirm", typed, visit.text(typed.fault))
    return await redeem(visit, held, typed)


def begin(visit: Visit, held: Held) -> Response:
    """Show the form, or what came of it; where neither can be, the card."""
    if held.state == rule.CONSUMED:
        return show(visit, held, "done", Typed())
    return show(visit, held, "form", Typed()) if offer_of(held).consume else visit.go(held.path())


def typed_of(form: dict[str, str], held: Held) -> Typed:
    """Return what was typed of what the card asks for, with what is wrong with it."""
    wanted = held.holding
    verify_code = unicodedata.normalize("NFKC", form.get("verify_code", ""))[:200].strip()
    amount = form.get("amount", "")[:200].strip()
    fen = fen_of(amount) if wanted.need_remark_amount else 0
    fault = "" if fen is not None else AMOUNT_WRONG
    if wanted.need_verify_code and not VERIFY_CODE.fullmatch(verify_code):
        fault = VERIFY_CODE_WRONG
    return Typed(verify_code if wanted.need_verify_code else "", amount, fen or 0, fault)


async def redeem(visit: Visit, held: Held, typed: Typed) -> Response:
    """Redeem the code through the hot command; the merchant is told what was typed (user_consume_card)."""
    started = time.perf_counter()
    command = Consume(
        held.code,
        visit.now,
        held.card_id,
        openid=held.openid,
        verify_code=typed.verify_code,
        remark_amount=str(typed.fen) if typed.fen else "",
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
