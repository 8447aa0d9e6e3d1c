"""The card_ext that comes with a claim (spec: auth_and_signatures.md 6.2, qa_cases.md E5 and E13)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.errors.nearest import nearest
from kaquan.rules.fields import shown

TEXTS = ("code", "openid", "timestamp", "nonce_str", "signature", "outer_str", "outer_id", "balance")
KNOWN = (*TEXTS, "fixed_begintimestamp", "api_ticket")
NEEDED = ("timestamp", "signature")
MAX_NONCE = 32
MAX_OUTER = 128
STEP = "40080 not_string not_json not_object wrong_type missing_key misspelt_key too_long"
"""The step of :func:`parse_card_ext`."""


def parse_card_ext(value: Any, place: str = "card_ext") -> dict[str, str]:
    """Return the members of a card_ext as texts, as they are signed; empty ones are left out.

    Args:
        value: what was sent.
        place: where the request has it.

    Raises:
        Refusal: 40080 naming the key or the JSON fault.
    """
    if not isinstance(value, str):
        raise Errcode.INVALID_CARD_EXT("not_string", path=place, expected="string holding JSON", got=shown(value))
    try:
        members = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise Errcode.INVALID_CARD_EXT("not_json", path=place, reason=str(fault)[:120]) from fault
    if not isinstance(members, dict):
        raise Errcode.INVALID_CARD_EXT("not_object", path=place, expected="object", got=shown(members))
    ext = {name: _text(name, member, place) for name, member in members.items() if member is not None}
    for name in NEEDED:
        if not ext.get(name):
            raise _missing(name, ext, place)
    _check_lengths(ext, place)
    return {name: text for name, text in ext.items() if text}


def _missing(name: str, ext: dict[str, str], place: str) -> Refusal:
    sent = next((other for other in ext if other not in KNOWN and nearest(other, KNOWN) == name), "")
    facts = {"path": f"{place}.{name}", "key": name}
    if sent:
        return Errcode.INVALID_CARD_EXT("misspelt_key", sent=sent, did_you_mean=name, **facts)
    return Errcode.INVALID_CARD_EXT("missing_key", **facts)


def _text(name: str, member: Any, place: str) -> str:
    if isinstance(member, int) and not isinstance(member, bool):
        return str(member)
    if not isinstance(member, str) and name in TEXTS:
        raise Errcode.INVALID_CARD_EXT(
            "wrong_type", path=f"{place}.{name}", key=name, expected="string", got=shown(member)
        )
    text = member if isinstance(member, str) else ""
    if "\0" in text:
        facts = {"path": f"{place}.{name}", "key": name, "expected": "text without U+0000", "got": shown(text)}
        raise Errcode.INVALID_CARD_EXT("wrong_type", **facts)
    return text


def _check_lengths(ext: dict[str, str], place: str) -> None:
    for name, limit in (("nonce_str", MAX_NONCE), ("outer_str", MAX_OUTER)):
        if len(ext.get(name, "").encode()) > limit:
            raise Errcode.INVALID_CARD_EXT("too_long", path=f"{place}.{name}", key=name, limit=limit)
