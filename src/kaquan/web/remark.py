"""What is typed when a code is redeemed: what the staff say, and what was paid; asked for where the card wants it."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from kaquan.rules.money import fen_of
from kaquan.web.texts import zh

VERIFY_CODE = re.compile(r"[0-9A-Za-z]{1,20}")
VERIFY_CODE_WRONG = zh("验证码为 1 至 20 位数字或字母")
AMOUNT_WRONG = zh("金额以元为单位，最多两位小数，如 12.50")


class Typed(msgspec.Struct, frozen=True):
    """What was typed; ``fen`` is 0 where no amount is asked for."""

    verify_code: str = ""
    amount: str = ""
    fen: int = 0
    fault: str = ""

    @property
    def remark_amount(self) -> str:
        """Return the amount as the event has it: fen, empty for none."""
        return str(self.fen) if self.fen else ""


def typed_of(form: dict[str, str], verify_code: bool, amount: bool) -> Typed:
    """Return what was typed of what the card asks for, with what is wrong with it.

    Args:
        form: as it was sent.
        verify_code, amount: what the card asks for.
    """
    word = unicodedata.normalize("NFKC", form.get("verify_code", ""))[:200].strip()
    sum_ = form.get("amount", "")[:200].strip()
    fen = fen_of(sum_) if amount else 0
    fault = "" if fen is not None else AMOUNT_WRONG
    if verify_code and not VERIFY_CODE.fullmatch(word):
        fault = VERIFY_CODE_WRONG
    return Typed(word if verify_code else "", sum_, fen or 0, fault)
