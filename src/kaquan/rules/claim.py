"""Whether a person may claim a card: the checks of the claim page, in their order (spec: jssdk_and_pages.md 11.3).

The facts are read under the lock of the card's stock, so that what is decided here still holds when it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.rules.code import presentable
from kaquan.rules.fields import MAX_CODE_CHARACTERS
from kaquan.rules.idempotency import Once
from kaquan.rules.signature import verify_card_ext
from kaquan.rules.text import mask_openid

OPEN = frozenset({"CARD_STATUS_VERIFY_OK", "CARD_STATUS_DISPATCH"})
CLOSED = {
    "CARD_STATUS_DELETE": "deleted",
    "CARD_STATUS_VERIFY_FAIL": "refused",
    "CARD_STATUS_SYS_OFF_SHELF": "off_shelf",
    "CARD_STATUS_SYS_DELETE": "deleted",
}


def is_open(status: str, shown: object) -> bool:
    """Tell whether everybody may claim a card: an approved one, also while a change of it is under review.

    Args:
        status: of the card.
        shown: what is shown of it meanwhile, false or empty where no change of an approved card is under review.
    """
    return status in OPEN or (bool(shown) and status not in CLOSED)


class Card(msgspec.Struct, frozen=True):
    """What a claim needs to know of a template; the order is that of the statement's columns.

    ``live`` tells that a change of the approved card is under review.
    """

    card_id: str
    card_type: str
    status: str
    use_custom_code: bool
    deposit: bool
    bind_openid: bool
    get_limit: int
    use_limit: int
    date_type: str
    begin_time: int
    end_time: int
    fixed_term: int
    fixed_begin_term: int
    live: bool = False

    @property
    def merchant_codes(self) -> bool:
        """Tell whether each claim must bring its code."""
        return self.use_custom_code and not self.deposit


class Qr(msgspec.Struct, frozen=True):
    """What a QR ticket says of one of its cards; the order is that of the statement's columns."""

    scan_id: str
    card_id: str
    code: str
    openid: str
    once: bool
    outer_str: str
    outer_id: int
    expire_time: int
    used_by: str


class Claim(msgspec.Struct):
    """One person's wish for one code of a card.

    Args:
        card_id, openid: what and who.
        code: the merchant's code, empty for platform-made ones.
        outer_str, outer_id: channel of the claim.
        card_ext: the card_ext as it arrived, parsed; None when the claim came without.
        tickets: the wx_card tickets a signature may be made with, current first.
        nonces: the others of the page that offers the card, of its ``wx.config`` and of other cards.
        scan_id: the QR ticket scanned, empty when none.
        now: the app's time, UTC seconds.
        once: the call's idempotency key, None without.
    """

    card_id: str
    openid: str
    now: int
    code: str = ""
    outer_str: str = ""
    outer_id: int = 0
    card_ext: dict[str, Any] | None = None
    tickets: tuple[str, ...] = ()
    nonces: tuple[str, ...] = ()
    scan_id: str = ""
    once: Once | None = None


class Seen(msgspec.Struct):
    """What is known when a claim is decided; earlier claims of the same batch are counted in.

    Args:
        card: the template, None when there is none.
        quantity: codes left.
        whitelisted: the person tests for this account.
        held: codes of this card the person has claimed so far.
        code_taken: the custom code is out already.
        unstocked: deposited codes that the stock does not count.
        signature_used: a claim was made with this signature before.
        qr: the QR ticket, None when the claim has none or it is unknown.
    """

    card: Card | None
    quantity: int = 0
    whitelisted: bool = False
    held: int = 0
    code_taken: bool = False
    unstocked: int = 0
    signature_used: bool = False
    qr: Qr | None = None


def code_given(claim: Claim, seen: Seen) -> str:
    """Return the custom code this claim brings, from the call, the card_ext or the QR ticket."""
    ext = claim.card_ext or {}
    return claim.code or str(ext.get("code") or "") or (seen.qr.code if seen.qr else "")


def openid_bound(claim: Claim, seen: Seen) -> str:
    """Return whom this claim is made out to, from the card_ext or the QR ticket; empty when to nobody."""
    ext = claim.card_ext or {}
    return str(ext.get("openid") or "") or (seen.qr.openid if seen.qr else "")


def _exists(claim: Claim, seen: Seen) -> Refusal | None:
    if seen.card is None:
        return Errcode.INVALID_CARD_ID("unknown", card_id=claim.card_id)
    if claim.scan_id and (seen.qr is None or seen.qr.card_id != claim.card_id):
        return Errcode.INVALID_CARD_ID("ticket_unknown", card_id=claim.card_id)
    return None


def _not_closed(claim: Claim, seen: Seen) -> Refusal | None:
    assert seen.card is not None
    cause = CLOSED.get(seen.card.status)
    if cause is None or (seen.whitelisted and cause == "refused"):
        return None
    return Errcode.INVALID_CARD_STATUS(cause, card_id=claim.card_id, status=seen.card.status)


def _signed(claim: Claim, seen: Seen) -> Refusal | None:
    if claim.card_ext is None or verify_card_ext(claim.card_id, claim.card_ext, list(claim.tickets)):
        return None
    # Which mistake it was is looked for later: here the card's stock is locked.
    found = [{"mistake": "not_searched"}]
    return Errcode.INVALID_CARD_EXT("signature", card_id=claim.card_id, members=sorted(claim.card_ext), found=found)


def _code_fits(claim: Claim, seen: Seen) -> Refusal | None:
    assert seen.card is not None
    code = code_given(claim, seen)
    facts = {"card_id": claim.card_id, "code": code, "length": len(code)}
    if seen.card.merchant_codes and not code:
        return Errcode.INVALID_CODE("missing", **facts)
    if code and not seen.card.merchant_codes:
        return Errcode.INVALID_CODE("deposit_card" if seen.card.deposit else "platform_card", **facts)
    if len(code) > MAX_CODE_CHARACTERS:
        return Errcode.INVALID_CODE("too_long", **facts)
    if not presentable(code):
        return Errcode.INVALID_CODE("characters", **facts)
    return None


def _bound(claim: Claim, seen: Seen) -> Refusal | None:
    assert seen.card is not None
    openid = openid_bound(claim, seen)
    if not seen.card.bind_openid:
        return None
    if not openid:
        return Errcode.INVALID_CARD_EXT("openid_missing", card_id=claim.card_id)
    if openid != claim.openid:
        return Errcode.INVALID_OPENID("bound_to_another", bound=mask_openid(openid), openid=mask_openid(claim.openid))
    return None


def approval_refusal(card_id: str, status: str, live: object, bound: bool, openid: str) -> Refusal | None:
    """Return why somebody who is no tester cannot have a card that waits for its review, or None.

    Args:
        card_id, status: the card.
        live: what is shown of it while a change is under review, false or empty without one.
        bound: the card is for named people.
        openid: the person.
    """
    if is_open(status, live):
        return None
    cause = "not_verified_bound" if bound else "not_verified"
    return Errcode.INVALID_CARD_STATUS(cause, card_id=card_id, status=status, openid=mask_openid(openid))


def _approved(claim: Claim, seen: Seen) -> Refusal | None:
    card = seen.card
    assert card is not None
    if seen.whitelisted:
        return None
    return approval_refusal(claim.card_id, card.status, card.live, card.bind_openid, claim.openid)


def _in_time(claim: Claim, seen: Seen) -> Refusal | None:
    assert seen.card is not None
    if seen.qr is not None and claim.now > seen.qr.expire_time:
        return Errcode.INVALID_TIME("ticket_expired", now=claim.now, end=seen.qr.expire_time)
    end = seen.card.end_time
    if end and claim.now > end and not seen.whitelisted:
        return Errcode.INVALID_TIME("card_expired", card_id=claim.card_id, now=claim.now, end=end)
    return None


def _code_free(claim: Claim, seen: Seen) -> Refusal | None:
    assert seen.card is not None
    if seen.code_taken:
        return Errcode.INVALID_CODE("taken", card_id=claim.card_id, code=code_given(claim, seen))
    if seen.card.deposit and seen.quantity <= 0:
        cause = "pool_empty" if seen.unstocked <= 0 else "stock_not_raised"
        return Errcode.STOCK_OUT(cause, card_id=claim.card_id, unstocked=seen.unstocked)
    return None


def _not_replayed(claim: Claim, seen: Seen) -> Refusal | None:
    if seen.signature_used:
        return Errcode.STOCK_OUT("signature_used", card_id=claim.card_id)
    if seen.qr is not None and seen.qr.once and seen.qr.used_by:
        return Errcode.GET_LIMIT_REACHED("ticket_used", card_id=claim.card_id)
    return None


def _within_limit(claim: Claim, seen: Seen) -> Refusal | None:
    assert seen.card is not None
    if seen.held < seen.card.get_limit:
        return None
    return Errcode.GET_LIMIT_REACHED("get_limit", card_id=claim.card_id, get_limit=seen.card.get_limit, held=seen.held)


def _in_stock(claim: Claim, seen: Seen) -> Refusal | None:
    if seen.quantity > 0:
        return None
    return Errcode.STOCK_OUT("stock_empty", card_id=claim.card_id, quantity=seen.quantity)


CHECKS: tuple[tuple[Callable[[Claim, Seen], Refusal | None], str], ...] = (
    (_exists, "40073 unknown ticket_unknown"),
    (_not_closed, "40078 deleted refused off_shelf"),
    (_signed, "40080 signature"),
    (_code_fits, "40116 missing deposit_card platform_card too_long characters"),
    (_bound, "40080 openid_missing | 40003 bound_to_another"),
    (_approved, "40078 not_verified not_verified_bound"),
    (_in_time, "40079 ticket_expired card_expired"),
    (_code_free, "40116 taken | 45031 pool_empty stock_not_raised"),
    (_not_replayed, "45031 signature_used | 45033 ticket_used"),
    (_within_limit, "45033 get_limit"),
    (_in_stock, "45031 stock_empty"),
)
"""The checks of a claim in order of precedence, each with the step of its refusals."""


def decide(claim: Claim, seen: Seen) -> Refusal | None:
    """Return the first check's refusal, or None when the claim may be made."""
    for check, _ in CHECKS:
        refused = check(claim, seen)
        if refused is not None:
            return refused
    return None


def foresee(claim: Claim, seen: Seen) -> Refusal | None:
    """Return what a claim would be refused for; without an openid what anybody would be who is no tester.

    Args:
        claim: its openid is empty as long as nobody is signed in.
        seen: read without a lock, so that it may have changed when the claim is made.
    """
    person = claim.openid or openid_bound(claim, seen)
    return decide(msgspec.structs.replace(claim, openid=person), seen)


def first_refusal(foreseen: Refusal | None, origin: Refusal | None, card_ext: Refusal | None) -> Refusal | None:
    """Return which of the refusals of a claim from a merchant's page comes first (spec: jssdk_and_pages.md 11.3).

    Args:
        foreseen: of the claim by itself, without a card_ext that could not be read.
        origin: of the page it comes from.
        card_ext: of the form of its card_ext.
    """
    if card_ext is not None and card_ext.cause == "not_string":
        return card_ext
    if foreseen is not None and foreseen.errcode == Errcode.INVALID_CARD_ID:
        return foreseen
    if origin is not None:
        return origin
    if foreseen is not None and foreseen.cause in CLOSED.values():
        return foreseen
    return card_ext or foreseen


REMIND_FROM = 200
REMIND_AT = 100
REMIND_EVERY = 12 * 3600


def remind(quantity: int, total_quantity: int, reminded_at: int, now: int) -> bool:
    """Tell whether a low stock is to be reported (spec: events.md 6.11)."""
    return total_quantity > REMIND_FROM and quantity <= REMIND_AT and now - reminded_at >= REMIND_EVERY
