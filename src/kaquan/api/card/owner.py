"""Whose card it is: a card of another account is not merely unknown (qa_cases.md E1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from kaquan.actions.load_card import account_of_card, has_card, load_card
from kaquan.api.call import Call
from kaquan.api.decode import load
from kaquan.api.encode import ok
from kaquan.api.gifts import GIVEN_AWAY, given_to
from kaquan.errors import Errcode, Refusal
from kaquan.errors.change import at, places
from kaquan.rules.text import storable
from kaquan.store.tx import Tx

T = TypeVar("T")


async def change_card(
    call: Call, card_id: str | None, action: Callable[[Tx], T], answer: Callable[[T], dict[str, Any]] = lambda _: ok()
) -> dict[str, Any]:
    """Change a card of the caller's own, None for one of several, and return the answer as :meth:`Call.commit` does.

    Raises:
        Refusal: 48001 when the card belongs to another account than the token, else what the action raises.
    """
    try:
        return await call.commit(action, answer)
    except Refusal as refused:
        raise await sharper(call, refused, card_id) from None


async def load_own_card(call: Call, card_id: str) -> Any:
    """Return the row of a card of the caller's own.

    Raises:
        Refusal: 40073 unknown, 48001 another account's.
    """
    try:
        return await call.read(lambda tx: load_card(tx, call.appid, card_id))
    except Refusal as refused:
        raise await sharper(call, refused, card_id) from None


async def check_named_card(call: Call, paths: tuple[str, ...]) -> None:
    """Refuse a call for the card its body names, where that is no card of the caller's own.

    Whoever writes to an unknown card is told so before the rest of the body is complained of (spec: cards.md 1.3).

    Args:
        call: with its body, JSON or not.
        paths: where the body may name the card.

    Raises:
        Refusal: 40073 unknown, 48001 another account's.
    """
    if not paths:
        return
    try:
        body = load(call.body)
    except Refusal:
        return
    for path in paths:
        card_id = at(body, places(path))
        if isinstance(card_id, str) and card_id == storable(card_id) != "":
            await load_own_card(call, card_id)


async def sharper(call: Call, refused: Refusal, card_id: str | None) -> Refusal:
    """Return the refusal that names the real cause: an unknown card may be another account's.

    Args:
        call: the call that was refused.
        refused: with which refusal.
        card_id: the card it names; None for that of the refusal itself, where it names several.
    """
    if refused.cause == GIVEN_AWAY:
        return await given_to(call, refused)
    card_id = card_id or refused.facts.get("card_id")
    if refused.errcode != Errcode.INVALID_CARD_ID or refused.cause != "unknown" or not card_id:
        return refused
    owner = await call.read(lambda tx: account_of_card(tx, card_id))
    if owner is None or owner == call.appid or not await call.read(lambda tx: has_card(tx, owner, card_id)):
        return refused
    place = {"path": refused.facts["path"]} if "path" in refused.facts else {}
    return Errcode.API_UNAUTHORIZED("foreign_card", card_id=card_id, appid=call.appid, owner=owner, **place)
