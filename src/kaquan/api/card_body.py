"""The body of ``/card/create``: its card_type decides what else is read (spec: cards.md 3)."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from kaquan.api.decode import Profile, Reader, load
from kaquan.rules.card_content import CONTENT_TYPES, CardType, Part
from kaquan.rules.card_tables import KEYS


class _Head(msgspec.Struct):
    card_type: CardType


class _Create(msgspec.Struct):
    card: _Head


_HEAD = Reader(_Create)


def _reader(card_type: str) -> Reader[Any]:
    card = msgspec.defstruct("Card", [("card_type", CardType), (KEYS[card_type], CONTENT_TYPES[card_type])])
    return Reader(msgspec.defstruct("Create", [("card", card)]))


_READERS = {card_type: _reader(card_type) for card_type in KEYS}


class CreateReader:
    """Reads the body of ``create``."""

    stages = (*_HEAD.stages, tuple(node for one in _READERS.values() for stage in one.stages for node in stage))

    def read(self, body: bytes, profile: Profile) -> tuple[str, Part]:
        """Return the card_type and the content; raises as :func:`read_create`."""
        return read_create(body, profile)


def read_create(body: bytes, profile: Profile) -> tuple[str, Part]:
    """Return the card_type and the content of a ``/card/create`` body; the objects of other types are ignored.

    Args:
        body: the raw body, ``{"card": {"card_type": X, "<x>": {...}}}``.
        profile: as for :meth:`Reader.read`.

    Raises:
        Refusal: as :meth:`Reader.read`; 40071 for an unknown card_type.
    """
    value = load(body)
    card_type = _HEAD.read_value(value, profile).card.card_type
    request = _READERS[card_type].read_value(value, profile)
    return card_type, cast(Part, getattr(request.card, KEYS[card_type]))
