"""Which of their codes a person may choose from on a merchant's page (spec: jssdk_and_pages.md 5; qa_cases.md E14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from kaquan.errors import Errcode
from kaquan.rules.signature import card_sign, same
from kaquan.rules.text import storable

TEXT_CHARACTERS = 128
SIGNED = ("app_id", "location_id", "timestamp", "nonce_str", "card_id", "card_type")
# Looking for the mistake in a signature takes a while; actions/explain_signature.py does.
NOT_SEARCHED = ({"mistake": "not_searched"},)
ORDER = (
    "63002 card_sign",
    "40056 holds_nothing none_usable all_filtered",
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

    @property
    def signed(self) -> dict[str, str]:
        """Return the values that are signed, by name."""
        return {name: getattr(self, name) for name in SIGNED}


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


def check_card_sign(filters: Filters, tickets: Sequence[str]) -> None:
    """Go on only if the filters were signed with one of the account's wx_card tickets (auth_and_signatures.md 6.3).

    Raises:
        Refusal: 63002; which mistake it was is looked for later.
    """
    computed = [card_sign(ticket, filters.signed) for ticket in tickets]
    if not any(same(filters.card_sign, one) for one in computed):
        right, sent = computed[0] if computed else "", filters.card_sign[:64]
        raise Errcode.INVALID_SIGNATURE("card_sign", computed=right, sent=sent, found=NOT_SEARCHED)


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


ANY = "*"
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
    if out["unusable"] == len(wallet):
        raise Errcode.INVALID_SERIAL_CODE("none_usable", held=len(wallet))
    counts = {name: out[name] for name in WIDEST}
    widest = WIDEST[max(counts, key=lambda name: counts[name] if WIDEST[name] else -1)]
    asked = {name: getattr(filters, name) or ANY for name in ("card_type", "card_id", "location_id")}
    raise Errcode.INVALID_SERIAL_CODE("all_filtered", held=len(wallet), widest=widest, **counts, **asked)
