"""Who may give a code away, accept it and take it back (spec: jssdk_and_pages.md 13 and 14, codes.md 10.2).

A gift stands under a name that nobody can guess; whoever has it may look at the gift. It ends in one of three ways,
and whatever ends it does so under the lock of its code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.rules import code as code_rule
from kaquan.rules.claim import CLOSED, approval_refusal
from kaquan.rules.code import Code
from kaquan.rules.text import mask_openid

OPEN = "open"
ACCEPTED = "accepted"
TAKEN_BACK = "taken_back"
TIMED_OUT = "timed_out"
GREETING_BYTES = 600


class Gift(msgspec.Struct, frozen=True):
    """One gift; times are UTC seconds.

    Args:
        gift_id: its name.
        card_id, code, scope: what is given; the code as the giver had it.
        openid: the giver.
        receiver: the only one who may accept it, empty for whoever comes first.
        chat_room: given into a group.
        greeting: the giver's words.
        status: ``open``, ``accepted``, ``taken_back`` or ``timed_out``, as it is stored.
        taker: who accepted it, else empty.
        new_code: the code of who accepted it, else empty.
        create_time: when it was given.
        due_time: from when on it cannot be accepted any more.
        end_time: when it ended, 0 before.
    """

    gift_id: str
    card_id: str
    code: str
    scope: str
    openid: str
    receiver: str
    chat_room: bool
    greeting: str
    status: str
    taker: str
    new_code: str
    create_time: int
    due_time: int
    end_time: int = 0


class Card(msgspec.Struct, frozen=True):
    """What a gift needs to know of a template; ``shown`` is not empty while a change of it is under review."""

    card_id: str
    status: str
    shown: str
    can_give_friend: bool
    bind_openid: bool


class Accept(msgspec.Struct, frozen=True):
    """Somebody's wish to have what is given.

    Args:
        gift, card: what and of which card.
        end_time: of the code's validity.
        openid: who wants it.
        whitelisted: whether this is a tester.
        now: the app's time, UTC seconds.
    """

    gift: Gift
    card: Card
    end_time: int
    openid: str
    whitelisted: bool
    now: int


UNKNOWN = "40073 gift_unknown"
GIVING = (
    code_rule.ISSUED,
    "40056 other_holder",
    "45030 giving_off bound_gift",
    code_rule.states("give"),
    "40003 gift_to_oneself",
)
"""The steps of giving, behind those of the openids."""

Said = tuple[Errcode, str]
# What somebody who comes too late is told, by how the gift stands.
ENDED: Mapping[str, Said] = MappingProxyType(
    {
        ACCEPTED: (Errcode.GET_LIMIT_REACHED, "gift_taken"),
        TAKEN_BACK: (Errcode.INVALID_CARD_ID, "gift_taken_back"),
        TIMED_OUT: (Errcode.INVALID_TIME, "gift_timed_out"),
    }
)


def standing(gift: Gift, now: int) -> str:
    """Return how a gift stands at a time; its end by time is computed until it is stored."""
    return TIMED_OUT if gift.status == OPEN and now >= gift.due_time else gift.status


def give_refusal(card: Card, code: Code, openid: str, to: str, now: int) -> Refusal | None:
    """Return why a person cannot give a code away, or None.

    Args:
        card: its card.
        code: the code.
        openid: who wants to give it.
        to: the one who is to have it, empty for whoever comes first.
        now: UTC seconds.
    """
    facts = {"card_id": card.card_id, "code": code.code}
    if code.openid != openid:
        return Errcode.INVALID_SERIAL_CODE("other_holder", **facts)
    if card.bind_openid or not card.can_give_friend:
        return Errcode.CARD_LIMITED("bound_gift" if card.bind_openid else "giving_off", **facts)
    refused = code_rule.refusal("give", code, now)
    if refused is None and to == openid:
        return Errcode.INVALID_OPENID("gift_to_oneself", openid=mask_openid(openid), path="to")
    return refused


def _stands(wish: Accept) -> Refusal | None:
    ended = ENDED.get(standing(wish.gift, wish.now))
    return ended_refusal(wish.gift, ended, wish.now) if ended else None


def ended_refusal(gift: Gift, said: Said, now: int) -> Refusal:
    """Return what somebody who comes too late is told."""
    errcode, cause = said
    times = {"given": gift.create_time, "end": gift.end_time or gift.due_time, "now": now}
    return errcode(cause, card_id=gift.card_id, code=gift.code, openid=mask_openid(gift.taker), **times)


def _by_another(wish: Accept) -> Refusal | None:
    if wish.openid != wish.gift.openid:
        return None
    return Errcode.INVALID_OPENID("own_gift", openid=mask_openid(wish.openid), code=wish.gift.code)


def _for_this_one(wish: Accept) -> Refusal | None:
    gift = wish.gift
    if gift.receiver in {"", wish.openid}:
        return None
    # The errcode of who comes second: to the person it looks as if the gift were gone, and names nobody.
    people = {"receiver": mask_openid(gift.receiver), "openid": mask_openid(wish.openid)}
    return Errcode.GET_LIMIT_REACHED("gift_for_another", card_id=gift.card_id, code=gift.code, **people)


def _valid(wish: Accept) -> Refusal | None:
    if wish.now <= wish.end_time:
        return None
    facts = {"code": wish.gift.code, "card_id": wish.gift.card_id}
    return Errcode.INVALID_CODE_STATUS("expired", **facts, end=wish.end_time, now=wish.now)


def _approved(wish: Accept) -> Refusal | None:
    card = wish.card
    cause = CLOSED.get(card.status)
    # What people hold of a deleted card stays valid, so it can change hands.
    if wish.whitelisted or cause == "deleted":
        return None
    if cause is not None:
        return Errcode.INVALID_CARD_STATUS(cause, card_id=card.card_id, status=card.status)
    return approval_refusal(card.card_id, card.status, card.shown, False, wish.openid)


ACCEPTING: tuple[tuple[Callable[[Accept], Refusal | None], str], ...] = (
    (_stands, " | ".join(f"{errcode:d} {cause}" for errcode, cause in ENDED.values())),
    (_by_another, "40003 own_gift"),
    (_for_this_one, "45033 gift_for_another"),
    (_valid, "40127 expired"),
    (_approved, "40078 refused off_shelf not_verified"),
)
"""The checks of accepting in order of precedence, each with the step of its refusals."""


def accept_refusal(wish: Accept) -> Refusal | None:
    """Return the first check's refusal, or None when the gift may be accepted."""
    return next(filter(None, (check(wish) for check, _ in ACCEPTING)), None)


TAKING_BACK = ("40003 not_the_giver", "45033 gift_taken")
"""The steps of taking back, behind the look-up of the gift."""


def take_back_refusal(gift: Gift, openid: str, now: int) -> Refusal | None:
    """Return why a person cannot take a gift back, or None; one that has come back already is no fault."""
    if openid != gift.openid:
        return Errcode.INVALID_OPENID("not_the_giver", openid=mask_openid(openid), code=gift.code)
    return ended_refusal(gift, ENDED[ACCEPTED], now) if gift.status == ACCEPTED else None
