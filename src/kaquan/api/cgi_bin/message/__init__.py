"""``/cgi-bin/message/*``: what all messages share (spec: distribution.md 7)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.errors import Errcode
from kaquan.rules.card_ext import STEP as CARD_EXT
from kaquan.rules.fields import Belongs, CardId, MissingAs, OneOf
from kaquan.rules.message import KINDS, OTHERS, TEXT, WXCARD, Note, card_note, text_note

_ANY_KIND = OTHERS | set(KINDS)


def _of(kind: str) -> Belongs:
    return Belongs("msgtype", frozenset({kind}), _ANY_KIND, Errcode.INVALID_MESSAGE_TYPE, "unknown")


class Text(msgspec.Struct):
    """A text."""

    content: Annotated[str, MissingAs(Errcode.EMPTY_CONTENT)]


class WxCard(msgspec.Struct):
    """A card, and what its claim brings."""

    card_id: CardId
    card_ext: Any = None


class Message(msgspec.Struct, kw_only=True):
    """What every message says."""

    msgtype: Annotated[str, OneOf(KINDS, Errcode.INVALID_MESSAGE_TYPE, also=OTHERS)]
    text: Annotated[Text | None, _of(TEXT)] = None
    wxcard: Annotated[WxCard | None, _of(WXCARD)] = None


NOTE = f"48001 not_implemented | 45002 too_long | {CARD_EXT}"
"""The step of :func:`note_of`."""


def note_of(path: str, request: Message) -> Note:
    """Return what the message says that is sent through this path.

    Raises:
        Refusal: 48001 a kind that is not built, 45002, 40080.
    """
    if request.msgtype == TEXT and request.text:
        return text_note(request.text.content)
    if request.msgtype == WXCARD and request.wxcard:
        return card_note(request.wxcard.card_id, request.wxcard.card_ext)
    raise Errcode.API_UNAUTHORIZED("not_implemented", path=f"{path} {request.msgtype}")
