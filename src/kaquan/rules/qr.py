"""What a QR ticket may carry for which card (spec: cards.md 13.1, qa_cases.md E10)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.errors import Errcode
from kaquan.rules.card_tables import DELETED, DEPOSIT_MODE
from kaquan.rules.claim import OPEN
from kaquan.rules.fields import member, shown

PLACE = "action_info.card."
LIFE = 7_776_000
LIFE_RANGE = (60, 31_536_000)


class Wish(msgspec.Struct, frozen=True):
    """What one QR ticket is asked to do."""

    card_id: str
    code: str = ""
    openid: str = ""
    is_unique_code: bool = False
    outer_str: str = ""
    outer_id: int = 0


def life(expire_seconds: int | None) -> int:
    """Return how many seconds a ticket lives: within the range, 90 days when nothing is said."""
    least, most = LIFE_RANGE
    return LIFE if expire_seconds is None else min(max(expire_seconds, least), most)


def check_qr(wish: Wish, card: Any) -> None:
    """Go on only if the ticket fits the card.

    Raises:
        Refusal: 40053 naming the card's property and the field that disagree; 40078; 45031 for a unique code.
    """
    facts = {"card_id": wish.card_id}
    if card.status == DELETED:
        raise Errcode.INVALID_CARD_STATUS("deleted", status=card.status, **facts)
    merchant_codes = card.use_custom_code and not card.deposit
    if wish.code and not merchant_codes:
        cause = "code_on_deposit_card" if card.deposit else "code_on_platform_card"
        raise Errcode.INVALID_ACTION_INFO(cause, code=wish.code, **_not_taken(wish.code, card.deposit), **facts)
    if merchant_codes and not wish.code:
        raise Errcode.INVALID_ACTION_INFO("code_missing", **_needed("code"), **facts)
    if card.bind_openid and not wish.openid:
        raise Errcode.INVALID_ACTION_INFO("openid_missing", **_needed("openid"), **facts)
    if wish.is_unique_code and card.status not in OPEN:
        raise Errcode.INVALID_CARD_STATUS("unique_before_approval", status=card.status, **facts)
    if wish.is_unique_code and card.quantity <= 0:
        raise Errcode.STOCK_OUT("stock_empty", quantity=card.quantity, **facts)


def _not_taken(code: str, deposit: bool) -> dict[str, str]:
    """Return where a code stands that the card does not take, and what is to be done with it."""
    mode = f"get_custom_code_mode {DEPOSIT_MODE}" if deposit else "use_custom_code false"
    facts = {"expected": f"no code with {mode}", "got": shown(code), "repair": f"without {member('code', code)}"}
    return {"path": PLACE + "code", **facts}


def _needed(name: str) -> dict[str, str]:
    """Return where the card needs a text that is not there."""
    return {"path": PLACE + name, "expected": "text", "got": "nothing", "repair": f'"{name}": <text>'}
