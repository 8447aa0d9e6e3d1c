"""The body of ``/card/create``: its card_type decides what else is read (spec: cards.md 3)."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from kaquan.api.decode import HeadedReader, Profile, Reader
from kaquan.rules.card_content import CONTENT_TYPES, CardType, Part
from kaquan.rules.card_tables import KEYS


class _Head(msgspec.Struct):
    card_type: CardType


class _Create(msgspec.Struct):
    card: _Head


def _reader(card_type: str) -> Reader[Any]:
    card = msgspec.defstruct("Card", [("card_type", CardType), (KEYS[card_type], CONTENT_TYPES[card_type])])
    return Reader(msgspec.defstruct("Create", [("card", card)]))


class CreateReader(HeadedReader[_Create]):
    """Reads the body of ``create``: the objects of other types than its card_type are ignored."""

    def __init__(self) -> None:
        super().__init__(Reader(_Create), {name: _reader(name) for name in KEYS}, lambda head: head.card.card_type)

    def read(self, body: bytes, profile: Profile) -> tuple[str, Part]:
        """Return the card_type and the content; raises as :func:`read_create`."""
        card_type, request = self.read_named(body, profile)
        return card_type, cast(Part, getattr(request.card, KEYS[card_type]))


READER = CreateReader()


def read_create(body: bytes, profile: Profile) -> tuple[str, Part]:
    """Return the card_type and the content of a ``/card/create`` body.

    Args:
        body: the raw body, ``{"card": {"card_type": X, "<x>": {...}}}``.
        profile: as for :meth:`Reader.read`.

    Raises:
        Refusal: as :meth:`Reader.read`; 40071 for an unknown card_type.
    """
    return READER.read(body, profile)
