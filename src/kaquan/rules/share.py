"""Whether a card's claim page may be handed on (spec: jssdk_and_pages.md 11.1 and 12, qa_cases.md Q3)."""

from __future__ import annotations

from kaquan.errors import Errcode, Refusal

SHARE_STEP = "45030 not_shared shared_from_one"


def may_share(can_share: bool, one_claim: bool, own_codes: bool, bound: bool) -> bool:
    """Tell whether a page offers to share its card.

    Args:
        can_share: the card's switch.
        one_claim: the ticket by which the visitor came serves one claim alone.
        own_codes: each claim has to bring a code of the merchant's own, which a shared link does not.
        bound: the card is for named people.
    """
    return can_share and not (one_claim or own_codes or bound)


def share_refusal(card_id: str, can_share: bool, one_claim: bool, own_codes: bool, bound: bool) -> Refusal | None:
    """Return why a card is not shared, None when it may be; the arguments are those of :func:`may_share`."""
    if not can_share:
        return Errcode.CARD_LIMITED("not_shared", card_id=card_id)
    if not may_share(can_share, one_claim, own_codes, bound):
        return Errcode.CARD_LIMITED("shared_from_one", card_id=card_id)
    return None
