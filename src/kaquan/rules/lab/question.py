"""What is asked of the laboratory: a signature, what it should stand for, and what the asker may know besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from kaquan.rules.signature import SIGNED_IN_CARD_EXT

Kind = Literal["card_ext", "card_sign", "config"]
Parts = tuple[tuple[str, str], ...]

WX_CARD, JSAPI, ACCESS_TOKEN = "wx_card", "jsapi", "access_token"
NEEDED: dict[str, str] = {"card_ext": WX_CARD, "card_sign": WX_CARD, "config": JSAPI}
"""The kind of ticket each signature is made with."""
TICKET: dict[str, str] = {"card_ext": "api_ticket", "card_sign": "api_ticket", "config": "jsapi_ticket"}
"""What the ticket is called among the values of each signature."""
OPTIONAL: dict[str, tuple[str, ...]] = {
    "card_ext": ("nonce_str", "code", "openid", "balance"),
    "card_sign": ("card_type", "card_id", "location_id", "nonce_str"),
    "config": (),
}
"""What may be left out of each, so that it may have been signed without being sent."""
FILTERS = ("app_id", "location_id", "timestamp", "nonce_str", "card_id", "card_type")
MOST_EXTRAS = 12
MOST_KNOWN = 20
LONGEST_EXTRA = 256


class Ticket(msgspec.Struct, frozen=True):
    """A ticket that may have been signed with.

    Args:
        value: its text, a secret.
        kind: ``wx_card``, ``jsapi``, or ``access_token`` for a token that could have been taken for one.
        standing: false for one whose time is over.
        owner: appid of the account it belongs to, empty for the asker's own.
    """

    value: str
    kind: str
    standing: bool = True
    owner: str = ""


class Question(msgspec.Struct, frozen=True):
    """One signature to be examined; the functions below make one.

    Args:
        kind: which rule it follows.
        given: the signature as it was sent.
        sent: the values it has to sign, by name and without the ticket; where several are good, the first is shown.
        tickets: all it may have been made with, the right ones among them.
        extras: what was sent beside it and is never signed.
        known: values that were not sent, or others than those sent, by name.
        secret: the appsecret, where the asker has it.
    """

    kind: Kind
    given: str
    sent: tuple[Parts, ...]
    tickets: tuple[Ticket, ...] = ()
    extras: Mapping[str, str] = {}
    known: Mapping[str, tuple[str, ...]] = {}
    secret: str = ""

    @property
    def good_tickets(self) -> list[str]:
        """Return the tickets that make a signature good, the current one first."""
        mine = (one for one in self.tickets if one.standing and not one.owner)
        return [one.value for one in mine if one.kind == NEEDED[self.kind] and one.value]

    def with_ticket(self, ticket: str, parts: Parts) -> Parts:
        """Return all that is signed, with a ticket."""
        return ((TICKET[self.kind], ticket), *parts)


def about_card_ext(
    card_id: str,
    ext: Mapping[str, str],
    tickets: Sequence[Ticket],
    known: Mapping[str, Sequence[str]] | None = None,
    secret: str = "",
) -> Question:
    """Ask about the signature of a card_ext (spec: auth_and_signatures.md 6.2).

    Args:
        card_id: the card.
        ext: the members as texts, those that are not signed and the signature too.
        tickets: candidates.
        known: values the page did not send: ``app_id``, other values of ``card_id``, ``openid``, ``code``.
        secret: the appsecret.
    """
    signed = [(name, ext[name]) for name in ext if name in SIGNED_IN_CARD_EXT and ext[name]]
    extras = {name: text for name, text in ext.items() if name not in {*SIGNED_IN_CARD_EXT, "signature"}}
    parts = (("card_id", card_id), *signed)
    return _question("card_ext", ext.get("signature", ""), (parts,), tickets, extras, known, secret)


def about_card_sign(
    values: Mapping[str, str],
    card_sign: str,
    tickets: Sequence[Ticket],
    known: Mapping[str, Sequence[str]] | None = None,
    secret: str = "",
) -> Question:
    """Ask about the cardSign of ``chooseCard`` (spec: auth_and_signatures.md 6.3).

    Args:
        values: app_id, timestamp, nonce_str and the filters location_id, card_id, card_type; others count as unsigned.
        card_sign: the signature.
        tickets: candidates.
        known: values the page did not send, by the same names.
        secret: the appsecret.
    """
    parts = tuple((name, values[name]) for name in FILTERS if values.get(name))
    extras = {name: text for name, text in values.items() if name not in FILTERS}
    return _question("card_sign", card_sign, (parts,), tickets, extras, known, secret)


def about_config(
    noncestr: str,
    timestamp: str,
    urls: Sequence[str],
    signature: str,
    tickets: Sequence[Ticket],
    known: Mapping[str, Sequence[str]] | None = None,
    secret: str = "",
) -> Question:
    """Ask about the signature of ``wx.config`` (spec: auth_and_signatures.md 6.1).

    Args:
        noncestr, timestamp: as the page passed them.
        urls: the page's address, and the one it was entered by where that is another; with their fragments.
        signature: the signature.
        tickets: candidates.
        known: other values, by the names noncestr, timestamp and url.
        secret: the appsecret.
    """
    cut = dict.fromkeys(url.partition("#")[0] for url in urls)
    sent = tuple((("noncestr", noncestr), ("timestamp", timestamp), ("url", url)) for url in cut)
    addresses = {"page": urls[0]} if urls else {}
    return _question("config", signature, sent, tickets, addresses, known, secret)


def _question(
    kind: Kind,
    given: str,
    sent: tuple[Parts, ...],
    tickets: Sequence[Ticket],
    extras: Mapping[str, str],
    known: Mapping[str, Sequence[str]] | None,
    secret: str,
) -> Question:
    few = {name: text for name, text in extras.items() if (text and len(text) <= LONGEST_EXTRA) or name == "page"}
    more = {name: tuple(values)[:MOST_KNOWN] for name, values in (known or {}).items()}
    return Question(kind, given, sent, tuple(tickets), dict(list(few.items())[:MOST_EXTRAS]), more, secret)
