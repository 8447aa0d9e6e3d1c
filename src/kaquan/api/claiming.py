"""The one way to make a claim, for calls and for pages: the same command, the same batch, the same refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from kaquan.actions.claim_card import Claimed
from kaquan.actions.explain_signature import name_mistake
from kaquan.api.call import Call
from kaquan.api.card.owner import sharper
from kaquan.api.encode import Ok
from kaquan.errors import Refusal
from kaquan.rules.card_ext import parse_card_ext
from kaquan.rules.claim import Claim


class ClaimAnswer(Ok, kw_only=True):
    """The claimed code and its validity, UTC seconds."""

    code: str
    begin_time: int
    end_time: int


def claimed(code: Claimed) -> ClaimAnswer:
    """Return the answer to a claim."""
    return ClaimAnswer(code=code.code, begin_time=code.begin_time, end_time=code.end_time)


def add_card_ext(call: Call, one: Claim, card_ext: Any) -> None:
    """Put the card_ext that came with a claim into it, with the tickets it may be signed with.

    Raises:
        Refusal: 40080, it cannot be read.
    """
    one.card_ext = parse_card_ext(card_ext)
    one.outer_str = one.outer_str or one.card_ext.get("outer_str", "")
    one.tickets = call.platform.tokens.tickets(call.app, "wx_card", call.now)


async def make_claim(call: Call, one: Claim, answer: Callable[[Claimed], Any]) -> Any:
    """Claim a card and return the answer to its code.

    Raises:
        Refusal: the checks of the claim page, with the cause that holds; -1 when too many claims wait.
    """
    try:
        return await call.settle(call.platform.hot.claims, one.card_id, one, answer)
    except Refusal as refused:
        raise await sharpened(call, one, refused) from None


async def sharpened(call: Call, one: Claim, refused: Refusal) -> Refusal:
    """Return the refusal of a claim with its real cause: the mistake in a signature, whose card it is."""
    named = await name_mistake(call.platform, call.app, one, refused)
    return await sharper(call, named, one.card_id)


def read_claimed(text: bytes) -> ClaimAnswer:
    """Return the answer of a claim that was kept as text."""
    return msgspec.json.decode(text, type=ClaimAnswer)
