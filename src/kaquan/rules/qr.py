"""What a QR ticket may carry for which card (spec: cards.md 13.1, qa_cases.md E10)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.errors import Errcode
from kaquan.errors.change import Change
from kaquan.rules.card_tables import DELETED, DEPOSIT_MODE
from kaquan.rules.claim import is_open
from kaquan.rules.fields import shown

PLACE = "action_info.card"
LIFE = 7_776_000
LIFE_RANGE = (60, 31_536_000)
# Of tickets that were never to end, such as those behind a shelf's links; the wire's tickets end before.
FOREVER = 2**31 - 1

ORDER = (
    "40078 deleted",
    "40053 code_on_deposit_card code_on_platform_card code_missing",
    "40053 openid_missing",
    "40078 unique_before_approval",
    "45031 stock_empty",
    "45029 live_tickets",
)
"""The steps of :func:`check_qr` and, behind it, :func:`check_live`."""


class Wish(msgspec.Struct, frozen=True):
    """What one QR ticket is asked to do for one card; ``place`` is where the request names the card."""

    card_id: str
    code: str = ""
    openid: str = ""
    is_unique_code: bool = False
    outer_str: str = ""
    outer_id: int = 0
    place: str = PLACE

    @property
    def facts(self) -> dict[str, str]:
        """Return the card, and which of several it is."""
        return {"card_id": self.card_id, **({} if self.place == PLACE else {"path": f"{self.place}.card_id"})}

    @property
    def once(self) -> bool:
        """Tell whether the ticket serves one claim of this card."""
        return bool(self.code or self.openid or self.is_unique_code)


def life(expire_seconds: int | None) -> int:
    """Return how many seconds a ticket lives: within the range, 90 days when nothing is said."""
    least, most = LIFE_RANGE
    return LIFE if expire_seconds is None else min(max(expire_seconds, least), most)


def check_live(live: int, most: int) -> None:
    """Go on only if the account may have another ticket.

    Args:
        live: cards of tickets that have not ended.
        most: how many of them an account may have.

    Raises:
        Refusal: 45029.
    """
    if live >= most:
        raise Errcode.QR_COUNT("live_tickets", limit=most)


def check_apart(wishes: list[Wish]) -> None:
    """Go on only if no card is named twice: a claim names its ticket and the card.

    Raises:
        Refusal: 40053 naming the later place.
    """
    seen: set[str] = set()
    for wish in wishes:
        if wish.card_id in seen:
            facts = {"expected": "another card", "got": shown(wish.card_id), **wish.facts}
            raise Errcode.INVALID_ACTION_INFO("card_twice", **facts)
        seen.add(wish.card_id)


def check_qr(wish: Wish, card: Any) -> None:
    """Go on only if the ticket fits the card.

    Raises:
        Refusal: 40053 naming the card's property and the field that disagree; 40078; 45031 for a unique code.
    """
    facts = wish.facts
    if card.status == DELETED:
        raise Errcode.INVALID_CARD_STATUS("deleted", status=card.status, **facts)
    merchant_codes = card.use_custom_code and not card.deposit
    if wish.code and not merchant_codes:
        cause = "code_on_deposit_card" if card.deposit else "code_on_platform_card"
        raise Errcode.INVALID_ACTION_INFO(cause, **facts | _not_taken(wish, card.deposit))
    if merchant_codes and not wish.code:
        raise Errcode.INVALID_ACTION_INFO("code_missing", **facts | _needed(wish, "code"))
    if card.bind_openid and not wish.openid:
        raise Errcode.INVALID_ACTION_INFO("openid_missing", **facts | _needed(wish, "openid"))
    if wish.is_unique_code and not is_open(card.status, card.shown):
        raise Errcode.INVALID_CARD_STATUS("unique_before_approval", status=card.status, **facts)
    if wish.is_unique_code and card.quantity <= 0:
        raise Errcode.STOCK_OUT("stock_empty", quantity=card.quantity, **facts)


def _not_taken(wish: Wish, deposit: bool) -> dict[str, str]:
    """Return where a code stands that the card does not take, and what is to be done with it."""
    mode = f"get_custom_code_mode {DEPOSIT_MODE}" if deposit else "use_custom_code false"
    facts = {"expected": f"no code with {mode}", "repair": Change("remove", wish.code).text("code")}
    return {"path": f"{wish.place}.code", "code": wish.code, "got": shown(wish.code), **facts}


def _needed(wish: Wish, name: str) -> dict[str, str]:
    """Return where the card needs a text that is not there."""
    return {
        "path": f"{wish.place}.{name}",
        "expected": "text",
        "got": "nothing",
        "repair": Change("fill", "text").text(name),
    }
