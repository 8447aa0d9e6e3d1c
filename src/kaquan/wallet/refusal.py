"""What a holder reads when something is refused: a short text, and a reference that tells the merchant more."""

from __future__ import annotations

from kaquan.api.failed import keep_failure
from kaquan.errors import Errcode, Refusal
from kaquan.web.card_texts import STAMP_TEXTS
from kaquan.web.texts import zh
from kaquan.web.visit import Visit

BUSY = zh("系统繁忙，请稍后再试")
GONE = zh("这张卡券已不在你的卡包里")
USED_UP = zh("可使用的次数已用完")
TEXTS = {Errcode.INVALID_SERIAL_CODE: GONE, Errcode.USE_LIMIT_REACHED: USED_UP}


def said(visit: Visit, refused: Refusal, started: float) -> tuple[str, str]:
    """Return text and reference of a refusal, which is kept as a failed call.

    Args:
        visit: whose.
        refused: why; its state, where it has one, is what the holder is told.
        started: ``time.perf_counter()`` when the request came.
    """
    rid, _ = keep_failure(visit.call, refused, started)
    text = TEXTS.get(refused.errcode) or STAMP_TEXTS.get(str(refused.facts.get("status", "")), BUSY)
    return visit.text(text), rid
