"""What may be done with an issued code: states x calls (spec: codes.md 1)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from kaquan.errors import Errcode, Refusal

NORMAL = "NORMAL"
CONSUMED = "CONSUMED"
EXPIRE = "EXPIRE"
GIFTING = "GIFTING"
GIFT_TIMEOUT = "GIFT_TIMEOUT"
GIFT_SUCC = "GIFT_SUCC"
DELETE = "DELETE"
UNAVAILABLE = "UNAVAILABLE"
NOT_BEGUN = "NOT_BEGUN"
USABLE = frozenset({NORMAL, GIFT_TIMEOUT})
# What a wallet still lists: usable or not, but neither spent nor thrown nor given away.
LISTED = (NORMAL, GIFTING, GIFT_TIMEOUT, UNAVAILABLE)
GIFT_SECONDS = 24 * 3600
"""How long a gift can be accepted."""


class Code(msgspec.Struct, frozen=True):
    """One issued code as the rules see it; times are UTC seconds, ``scope`` is the card_id of custom codes."""

    code: str
    scope: str
    card_id: str
    openid: str
    status: str
    begin_time: int
    end_time: int
    outer_str: str
    event_time: int
    status_time: int
    card_type: str
    use_limit: int


CONSUMED_ALREADY = (Errcode.CODE_CONSUMED, "consumed")
IN_GIFT = (Errcode.INVALID_CODE_STATUS, "gifting")
DELETED = (Errcode.INVALID_CODE_STATUS, "deleted")
VOID = (Errcode.INVALID_CODE_STATUS, "unavailable")
GIVEN_AWAY = (Errcode.INVALID_SERIAL_CODE, "given_away")
Calls = Mapping[str, tuple[Errcode, str] | None]

# call -> state -> refusal; a state that is not listed may make the call.
REFUSED: Mapping[str, Calls] = MappingProxyType(
    {
        "get": {
            CONSUMED: CONSUMED_ALREADY,
            EXPIRE: (Errcode.INVALID_CODE_STATUS, "expired"),
            GIFTING: IN_GIFT,
            DELETE: DELETED,
            UNAVAILABLE: VOID,
            GIFT_SUCC: GIVEN_AWAY,
        },
        "get_unchecked": {GIFT_SUCC: GIVEN_AWAY},
        "consume": {
            CONSUMED: CONSUMED_ALREADY,
            EXPIRE: (Errcode.INVALID_TIME, "expired"),
            NOT_BEGUN: (Errcode.INVALID_TIME, "not_begun"),
            GIFTING: IN_GIFT,
            DELETE: DELETED,
            UNAVAILABLE: VOID,
            GIFT_SUCC: GIVEN_AWAY,
        },
        "unavailable": {
            CONSUMED: CONSUMED_ALREADY,
            GIFTING: IN_GIFT,
            DELETE: DELETED,
            UNAVAILABLE: VOID,
            GIFT_SUCC: GIVEN_AWAY,
        },
        "update": {
            CONSUMED: (Errcode.INVALID_CODE_STATUS, "consumed"),
            GIFTING: IN_GIFT,
            DELETE: DELETED,
            UNAVAILABLE: VOID,
            GIFT_SUCC: GIVEN_AWAY,
        },
        "ticket": {
            CONSUMED: (Errcode.INVALID_CODE_STATUS, "consumed"),
            EXPIRE: (Errcode.INVALID_CODE_STATUS, "expired"),
            GIFTING: IN_GIFT,
            DELETE: DELETED,
            UNAVAILABLE: VOID,
            GIFT_SUCC: GIVEN_AWAY,
        },
        "delete": {
            GIFTING: IN_GIFT,
            DELETE: DELETED,
            GIFT_SUCC: GIVEN_AWAY,
        },
        "give": {
            CONSUMED: CONSUMED_ALREADY,
            EXPIRE: (Errcode.INVALID_CODE_STATUS, "expired"),
            GIFTING: IN_GIFT,
            DELETE: DELETED,
            UNAVAILABLE: VOID,
            GIFT_SUCC: GIVEN_AWAY,
        },
    }
)


ISSUED = f"{Errcode.INVALID_SERIAL_CODE:d} unknown wrong_card"
"""The step of a code that is looked up within its card (see :mod:`kaquan.errors.order`)."""
FOUND = f"{ISSUED} | {Errcode.CARD_ID_MISSING:d} custom_code"
"""The step of a code that is looked up with its card or without."""


def states(call: str) -> str:
    """Return the step of a call's refusals for the state of the code."""
    return " | ".join(f"{errcode:d} {cause}" for errcode, cause in filter(None, REFUSED[call].values()))


def presentable(code: str) -> bool:
    """Tell whether a merchant's code can be shown and typed: nothing unprintable, no blank at an end."""
    return code.isprintable() and code == code.strip()


def gift_over(code: Code, now: int) -> bool:
    """Tell whether a code was given away, and nobody has accepted it in time; whoever gave it holds it again."""
    return code.status == GIFTING and now >= code.status_time + GIFT_SECONDS


def state(code: Code, now: int) -> str:
    """Return the state of a code at a time.

    Expiry and the begin of the validity are computed, never stored; the end of a gift is computed until it is stored.
    """
    status = GIFT_TIMEOUT if gift_over(code, now) else code.status
    if status not in USABLE:
        return status
    if now > code.end_time:
        return EXPIRE
    return NOT_BEGUN if now < code.begin_time else status


def refusal(call: str, code: Code, now: int) -> Refusal | None:
    """Return why a call on this code is refused, or None (spec: codes.md 1.1)."""
    standing = state(code, now)
    refused = REFUSED[call].get(standing)
    if refused is None:
        return None
    errcode, cause = refused
    times = {"now": now, "begin": code.begin_time, "end": code.end_time, "changed": code.status_time}
    return errcode(cause, code=code.code, card_id=code.card_id, status=standing, **times)


def pick(candidates: list[Code], code: str, card_id: str | None) -> Code | Refusal:
    """Return the code meant by its text and, for custom codes, its card.

    Platform-made codes are unique per account, custom ones only within their card (spec: codes.md, head).

    Args:
        candidates: every issued code of this text in the account.
        code: the text.
        card_id: the card named in the call, or None.
    """
    if card_id:
        found = [one for one in candidates if one.card_id == card_id]
        if not found and candidates:
            return Errcode.INVALID_SERIAL_CODE("wrong_card", code=code, card_id=card_id)
    else:
        found = [one for one in candidates if not one.scope]
        if not found and candidates:
            return Errcode.CARD_ID_MISSING("custom_code", code=code)
    return found[0] if found else Errcode.INVALID_SERIAL_CODE("unknown", code=code, card_id=card_id or "")


def consume_refusal(code: Code, consumed: int, now: int) -> Refusal | None:
    """Return why a code cannot be consumed, or None (spec: codes.md 3).

    Args:
        code: the code.
        consumed: how many codes of this card its holder has consumed.
        now: UTC seconds.
    """
    if code.card_type == "MEMBER_CARD":
        return Errcode.INVALID_CARD_TYPE("member_card_consumed", code=code.code, card_id=code.card_id)
    refused = refusal("consume", code, now)
    if refused is None and consumed >= code.use_limit:
        return Errcode.USE_LIMIT_REACHED("use_limit", code=code.code, use_limit=code.use_limit, consumed=consumed)
    return refused
