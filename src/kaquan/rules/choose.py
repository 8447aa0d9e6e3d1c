"""Which of their codes a person may choose from on a merchant's page (spec: jssdk_and_pages.md 5; qa_cases.md E14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.rules.signature import card_sign, same, sha1
from kaquan.rules.text import storable

TEXT_CHARACTERS = 128
SIGNED = ("app_id", "location_id", "timestamp", "nonce_str", "card_id", "card_type")
ORDER = (
    "63002 card_sign_jsapi card_sign_left_out card_sign_unsorted card_sign",
    "40056 holds_nothing all_filtered",
)
"""The steps of what an empty list is due to."""


class Filters(msgspec.Struct, frozen=True):
    """The arguments of ``chooseCard``; empty filters let everything through."""

    app_id: str = ""
    location_id: str = ""
    card_type: str = ""
    card_id: str = ""
    timestamp: str = ""
    nonce_str: str = ""
    card_sign: str = ""


class Held(msgspec.Struct, frozen=True):
    """One code in a person's wallet.

    Args:
        usable: now, by its state and its validity.
        stores: the poi_ids where its card is used; empty for a card that names none, which is used everywhere.
        title, color: of the card, as its owner sees it.
        end_time: UTC seconds.
    """

    code: str
    card_id: str
    card_type: str
    usable: bool
    stores: tuple[int, ...]
    title: str
    color: str
    end_time: int


def read_filters(args: dict[str, Any]) -> Filters:
    """Return the filters of a call; what is no text counts as left out."""
    names = {name: name for name in Filters.__struct_fields__} | {"timestamp": "time_stamp"}
    texts = {name: args.get(sent) for name, sent in names.items()}
    known = {name: str(text) for name, text in texts.items() if isinstance(text, str | int)}
    return Filters(**{name: storable(text[:TEXT_CHARACTERS]) for name, text in known.items()})


def check_card_sign(filters: Filters, tickets: Sequence[str], jsapi_tickets: Sequence[str]) -> None:
    """Go on only if the filters were signed with one of the account's wx_card tickets (auth_and_signatures.md 6.3).

    Raises:
        Refusal: 63002 with the mistake that was made.
    """
    values = {name: getattr(filters, name) for name in SIGNED}
    computed = [card_sign(ticket, values) for ticket in tickets]
    if any(same(filters.card_sign, one) for one in computed):
        return
    raise _sign_refusal(filters, values, tickets, jsapi_tickets, computed)


def _sign_refusal(
    filters: Filters,
    values: dict[str, str],
    tickets: Sequence[str],
    jsapi_tickets: Sequence[str],
    computed: list[str],
) -> Refusal:
    facts: dict[str, Any] = {**values, "computed": computed[0] if computed else "", "sent": filters.card_sign[:64]}
    if _made(filters, (card_sign(ticket, values) for ticket in jsapi_tickets)):
        return Errcode.INVALID_SIGNATURE("card_sign_jsapi", **facts)
    for name in filter(values.get, SIGNED):
        others = {other: value for other, value in values.items() if other != name}
        if _made(filters, (card_sign(ticket, others) for ticket in tickets)):
            return Errcode.INVALID_SIGNATURE("card_sign_left_out", left_out=name, **facts)
    if _made(filters, (sha1("".join((ticket, *values.values()))) for ticket in tickets)):
        return Errcode.INVALID_SIGNATURE("card_sign_unsorted", **facts)
    return Errcode.INVALID_SIGNATURE("card_sign", **facts)


def _made(filters: Filters, signatures: Iterable[str]) -> bool:
    return any(same(filters.card_sign, one) for one in signatures)


def excluded_by(held: Held, filters: Filters) -> str:
    """Return what keeps a code out of the list, the first that does; empty when it is in."""
    if not held.usable:
        return "unusable"
    if filters.card_type and held.card_type != filters.card_type:
        return "by_type"
    if filters.card_id and held.card_id != filters.card_id:
        return "by_card"
    if filters.location_id and held.stores and filters.location_id not in map(str, held.stores):
        return "by_store"
    return ""


WIDEST = {"unusable": "", "by_type": "cardType", "by_card": "cardId", "by_store": "shopId"}


def choosable(wallet: Sequence[Held], filters: Filters) -> list[Held]:
    """Return the codes that may be chosen, in the order of the wallet.

    Raises:
        Refusal: 40056 there is none, with how many codes each filter excludes.
    """
    out = Counter(excluded_by(one, filters) for one in wallet)
    if out[""]:
        return [one for one in wallet if not excluded_by(one, filters)]
    if not wallet:
        raise Errcode.INVALID_SERIAL_CODE("holds_nothing", app_id=filters.app_id)
    counts = {name: out[name] for name in WIDEST}
    widest = WIDEST[max(counts, key=lambda name: counts[name] if WIDEST[name] else -1)]
    asked = {name: getattr(filters, name) for name in ("card_type", "card_id", "location_id")}
    raise Errcode.INVALID_SERIAL_CODE("all_filtered", held=len(wallet), widest=widest, **counts, **asked)
