"""The ways a card is handed out, and which card may go which way (spec: distribution.md 1, cards.md 13 and 14.1)."""

from __future__ import annotations

from typing import Any

from kaquan.errors import Errcode
from kaquan.rules.card_tables import DELETED
from kaquan.rules.claim import is_open

SHELF = "shelf"
ARTICLE = "article"
TO_ONE = "message to one person"
TO_MANY = "message to many people"

# The way -> the answer for a card that only named people may claim.
BOUND = {
    SHELF: Errcode.BIND_OPENID,
    ARTICLE: Errcode.BIND_OPENID,
    TO_ONE: Errcode.CARD_LIMITED,
    TO_MANY: Errcode.CARD_LIMITED,
}
MESSAGES = frozenset({TO_ONE, TO_MANY})

PAGE_ORDER = ("40078 deleted", "40158 custom_code", "40112 bound_card")
MESSAGE_ORDER = (
    "40078 deleted",
    "40158 custom_code",
    "45030 bound_card",
    "40078 sent_before_approval",
    "45031 stock_empty",
)
LIST_SIZE = "44005 no_cards | 45039 too_many_cards"
"""The steps of :func:`check_way` for what is open to everybody and for messages, and of :func:`check_card_list`."""


def check_card_list(path: str, size: int, most: int) -> None:
    """Go on only if a list of cards has a size the call takes.

    Raises:
        Refusal: 44005 an empty list, 45039 more than ``most``.
    """
    facts = {"path": path, "expected": f"1 to {most} cards", "got": f"list of {size}"}
    if size == 0:
        raise Errcode.EMPTY_LIST("no_cards", **facts)
    if size > most:
        raise Errcode.CARD_LIST_SIZE("too_many_cards", limit=most, **facts)


def check_way(way: str, card: Any, path: str = "", openid: str = "", tester: bool = False) -> None:
    """Go on only if the card may go this way; QR tickets have rules of their own (:mod:`kaquan.rules.qr`).

    Args:
        way: one of this module's.
        card: its row, with the stock.
        path: where a longer request names the card.
        openid: whom a message makes the card out to, empty for nobody.
        tester: the one receiver may claim cards that are under review.

    Raises:
        Refusal: 40078 a deleted card, and in messages one that is not approved; 40158 codes of the merchant's own that
            are not deposited; 40112 or 45030 a card for named people; 45031 in messages, nothing left to claim.
    """
    facts = {"card_id": card.card_id, "way": way, **({"path": path} if path else {})}
    if card.status == DELETED:
        raise Errcode.INVALID_CARD_STATUS("deleted", status=card.status, **facts)
    if card.use_custom_code and not card.deposit:
        raise Errcode.CUSTOM_CODE_REFUSED("custom_code", **facts)
    if card.bind_openid and not openid:
        raise BOUND[way]("bound_card", **facts)
    if way in MESSAGES:
        _check_message(card, tester, facts)


def _check_message(card: Any, tester: bool, facts: dict[str, Any]) -> None:
    if not is_open(card.status, card.shown) and not tester:
        raise Errcode.INVALID_CARD_STATUS("sent_before_approval", status=card.status, **facts)
    if card.quantity <= 0:
        raise Errcode.STOCK_OUT("stock_empty", quantity=card.quantity, **facts)
