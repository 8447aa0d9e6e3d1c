"""The fields of the public checker, read as a question (spec: auth_and_signatures.md 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kaquan.rules.lab.question import (
    JSAPI,
    WX_CARD,
    Kind,
    Question,
    Ticket,
    about_card_ext,
    about_card_sign,
    about_config,
)
from kaquan.rules.lab.search import as_signed, in_order

MOST_CHARACTERS = 2048


class Tab(NamedTuple):
    """One of the checkers.

    Args:
        kind: of signature.
        ticket: the field of the ticket that is signed with.
        needed: the other fields without which nothing can be computed.
        optional: fields that may stay empty.
        signature: the field of the signature to be checked; empty to see the right one.
    """

    kind: Kind
    ticket: str
    needed: tuple[str, ...]
    optional: tuple[str, ...]
    signature: str

    @property
    def other(self) -> str:
        """Return the field of the ticket that may have been taken for the right one."""
        return "jsapi_ticket" if self.ticket == "api_ticket" else "api_ticket"

    @property
    def fields(self) -> tuple[str, ...]:
        """Return all fields in the order of the page."""
        return (self.ticket, *self.needed, *self.optional, self.signature, self.other)


TABS: dict[str, Tab] = {
    "batchAddCard": Tab(
        "card_ext",
        "api_ticket",
        ("card_id", "timestamp"),
        ("nonce_str", "code", "openid", "balance", "outer_str", "app_id"),
        "signature",
    ),
    "chooseCard": Tab(
        "card_sign",
        "api_ticket",
        ("app_id", "time_stamp"),
        ("nonce_str", "location_id", "card_id", "card_type"),
        "card_sign",
    ),
    "config": Tab("config", "jsapi_ticket", ("url", "timestamp", "noncestr"), (), "signature"),
}
"""The checkers by the names of the calls they are for."""


def read_fields(tab: Tab, sent: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a checker, without the blanks that come with pasting."""
    return {name: sent.get(name, "").strip()[:MOST_CHARACTERS] for name in tab.fields}


def missing_fields(tab: Tab, fields: Mapping[str, str]) -> list[str]:
    """Return the needed fields that are empty."""
    return [name for name in (tab.ticket, *tab.needed) if not fields[name]]


def question_of(tab: Tab, fields: Mapping[str, str]) -> Question:
    """Return what the fields ask; the needed ones are filled in."""
    kinds = (WX_CARD, JSAPI) if tab.ticket == "api_ticket" else (JSAPI, WX_CARD)
    pasted = zip((fields[tab.ticket], fields[tab.other]), kinds, strict=True)
    tickets = [Ticket(text, kind) for text, kind in pasted if text]
    given = fields[tab.signature]
    if tab.kind == "config":
        return about_config(fields["noncestr"], fields["timestamp"], [fields["url"]], given, tickets)
    if tab.kind == "card_sign":
        values = {name: fields[name] for name in (*tab.needed, *tab.optional) if name != "time_stamp"}
        return about_card_sign({**values, "timestamp": fields["time_stamp"]}, given, tickets)
    members = {name: fields[name] for name in ("timestamp", *tab.optional) if name != "app_id"}
    known = {"app_id": [fields["app_id"]] if fields["app_id"] else []}
    return about_card_ext(fields["card_id"], {**members, "signature": given}, tickets, known)


def what_is_signed(ask: Question) -> str:
    """Return the whole text that is signed, for the one who brought the ticket."""
    return as_signed(ask, in_order(ask, str))
