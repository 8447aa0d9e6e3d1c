"""SHA-1 signatures over sorted values (spec: auth_and_signatures.md 6).

All are 40 lower-case hex digits; what arrives is compared in constant time, whatever its case.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping

SIGNED_IN_CARD_EXT = ("timestamp", "code", "openid", "nonce_str", "balance")


def sha1(text: str) -> str:
    """Return the SHA-1 of a text as hex."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def sha1_of_sorted(values: Iterable[str]) -> str:
    """Return the SHA-1 over the values joined in ascending order of their bytes; empty ones add nothing."""
    return hashlib.sha1(b"".join(sorted(value.encode() for value in values)), usedforsecurity=False).hexdigest()


def same(given: str, computed: str) -> bool:
    """Compare a signature that arrived with the computed one."""
    return hmac.compare_digest(given.lower().encode("utf-8", "replace"), computed.encode())


def push_signature(token: str, timestamp: str, nonce: str) -> str:
    """Return ``signature`` of a push or of the check of its address (6.5)."""
    return sha1_of_sorted((token, timestamp, nonce))


def msg_signature(token: str, timestamp: str, nonce: str, encrypt: str) -> str:
    """Return ``msg_signature`` of an encrypted push (6.5)."""
    return sha1_of_sorted((token, timestamp, nonce, encrypt))


def wx_config_signature(ticket: str, noncestr: str, timestamp: str, url: str) -> str:
    """Return the signature of ``wx.config`` for a page; the fragment of its address is not signed (6.1)."""
    return sha1(f"jsapi_ticket={ticket}&noncestr={noncestr}&timestamp={timestamp}&url={url.partition('#')[0]}")


def card_ext_signature(ticket: str, card_id: str, ext: Mapping[str, str]) -> str:
    """Return the signature a card_ext with these members has to carry (6.2).

    Args:
        ticket: a wx_card ticket of the app that owns the card.
        card_id: the card.
        ext: the members as texts; those that are not signed are passed over.
    """
    return sha1_of_sorted([ticket, card_id, *(ext.get(name, "") for name in SIGNED_IN_CARD_EXT)])


def verify_card_ext(card_id: str, ext: Mapping[str, str], tickets: Iterable[str]) -> bool:
    """Tell whether a card_ext was signed with one of the tickets (6.2)."""
    given = ext.get("signature", "")
    return any(same(given, card_ext_signature(ticket, card_id, ext)) for ticket in tickets)


def card_sign(ticket: str, filters: Mapping[str, str]) -> str:
    """Return the cardSign of ``chooseCard`` (6.3).

    Args:
        ticket: a wx_card ticket.
        filters: app_id, location_id, timestamp, nonce_str, card_id, card_type.
    """
    return sha1_of_sorted([ticket, *filters.values()])
