"""What a page that called ``addCard`` is told (spec: jssdk_and_pages.md 4.2)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kaquan.errors import Refusal
from kaquan.rules.js_call import ANDROID, cards_of, failed
from kaquan.rules.js_domain import check_js_domain, check_old_page, page_of

CALLS = frozenset({"batchAddCard", "openCardDetail"})
NONCE_CHARACTERS = 64


def result_of(
    method: str, cards: Sequence[dict[str, Any]], codes: Sequence[str], before: dict[str, Any]
) -> dict[str, Any]:
    """Return the result of a call some of whose cards were claimed.

    Args:
        method: the call.
        cards: as it named them.
        codes: the encrypted code of each, empty where it was refused.
        before: the call's earlier result, whose codes stay; empty when there is none.
    """
    earlier = json.loads(before.get("card_list", "[]")) or [{}] * len(cards)
    told = [
        old if old.get("is_succ") else _told(card, code) for card, code, old in zip(cards, codes, earlier, strict=True)
    ]
    if not any(one["is_succ"] for one in told):
        return dict(failed(method))
    return {**failed(method, "ok"), "card_list": json.dumps(told, ensure_ascii=False, separators=(",", ":"))}


def _told(card: dict[str, Any], code: str) -> dict[str, Any]:
    return {"card_id": card["card_id"], "card_ext": card.get("card_ext", ""), "code": code, "is_succ": bool(code)}


def left_with(method: str, refusals: Sequence[Refusal | None]) -> dict[str, Any]:
    """Return the result when the visitor leaves: nothing could be claimed, or something could and was not."""
    return dict(failed(method, "fail" if all(refusals) else "cancel"))


def card_ext_text(card_ext: Any, device: str) -> Any:
    """Return a card_ext as it is read: a lenient device makes a string of an object, a strict one does not (4.1)."""
    if device == ANDROID and isinstance(card_ext, dict):
        return json.dumps(card_ext, ensure_ascii=False, separators=(",", ":"))
    return card_ext


def nonces_of(method: str, args: dict[str, Any]) -> tuple[str, ...]:
    """Return the nonces of a call: that of the page's ``wx.config`` and those of its cards.

    A page that mixes them up signs with another than it sends (qa_cases.md E8).
    """
    cards = cards_of(method, args) or []
    found = [args.get("verifyNonceStr"), *(_nonce(card.get("card_ext")) for card in cards)]
    texts = (one for one in found if isinstance(one, str) and 0 < len(one) <= NONCE_CHARACTERS)
    return tuple(dict.fromkeys(texts))


def _nonce(card_ext: Any) -> Any:
    try:
        members = json.loads(card_ext)
    except (TypeError, ValueError, RecursionError):
        return None
    return members.get("nonce_str") if isinstance(members, dict) else None


def origin_refusal(
    url: str, origin: str, signed: bool, js_domains: Sequence[str], card_js_domain: str
) -> Refusal | None:
    """Return why a page may not offer cards: the one of a call is judged again when its cards are shown.

    Args:
        url, origin: of the page, as they were kept.
        signed: it was allowed by ``wx.config``; else by being on the card JS API domain.
        js_domains, card_js_domain: of the account.
    """
    try:
        page = page_of(url, origin)
        if signed:
            check_js_domain(page, js_domains)
        else:
            check_old_page(page, card_js_domain)
    except Refusal as refused:
        return refused
    return None
