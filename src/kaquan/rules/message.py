"""What a message may be, and when a mass message counts as the same one (spec: distribution.md 7)."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from kaquan.errors import Errcode
from kaquan.rules.card_ext import parse_card_ext
from kaquan.rules.fields import shown

TEXT = "text"
WXCARD = "wxcard"
KINDS = (TEXT, WXCARD)
# Kinds of the original that cannot be sent here.
OTHERS = frozenset(
    {"image", "voice", "video", "music", "news", "mpnews", "mpvideo", "mpnewsarticle", "msgmenu", "miniprogrampage"}
)
SUCCESS = "SEND_SUCCESS"
FAIL = "SEND_FAIL"
DELETED = "DELETE"
MOST_TEXT_BYTES = 2048
MOST_CLIENT_BYTES = 64
LEAST_PEOPLE, MOST_PEOPLE = 2, 10_000
REPEAT_TOO_FAST = 60
REPEAT = 86_400
PLACE = "wxcard.card_ext"


class Note(msgspec.Struct, frozen=True):
    """What a message says.

    Args:
        kind: ``text`` or ``wxcard``.
        content: the wire's object of that name, as JSON.
        card_id: the card, empty in a text.
        named: whom the card is made out to by its card_ext, empty for nobody.
    """

    kind: str
    content: str
    card_id: str = ""
    named: str = ""


def text_note(content: str) -> Note:
    """Return a text message.

    Raises:
        Refusal: 45002, it is too long.
    """
    size = len(content.encode())
    if size > MOST_TEXT_BYTES:
        facts = {"path": "text.content", "expected": f"1 to {MOST_TEXT_BYTES} bytes", "got": f"{size} bytes"}
        raise Errcode.CONTENT_SIZE("too_long", **facts)
    return Note(TEXT, msgspec.json.encode({"content": content}).decode())


def card_note(card_id: str, card_ext: Any) -> Note:
    """Return a message with a card; its card_ext may be a text holding JSON, or the object itself.

    Raises:
        Refusal: 40080 a card_ext that no claim could use.
    """
    content = {"card_id": card_id}
    named = ""
    if card_ext not in (None, "", {}):
        text = msgspec.json.encode(card_ext).decode() if isinstance(card_ext, dict) else card_ext
        named = parse_card_ext(text, PLACE).get("openid", "")
        content["card_ext"] = text
    return Note(WXCARD, msgspec.json.encode(content).decode(), card_id, named)


def client_id(given: str, target: str, note: Note) -> str:
    """Return what tells a mass message from others: the caller's own text, else a digest of target and content.

    Raises:
        Refusal: 45067, the text is too long.
    """
    size = len(given.encode())
    if size > MOST_CLIENT_BYTES:
        facts = {"path": "clientmsgid", "expected": f"at most {MOST_CLIENT_BYTES} bytes", "got": f"{size} bytes"}
        raise Errcode.CLIENT_ID_SIZE("too_long", **facts)
    told = f"{target}\n{note.kind}\n{note.content}"
    return given or hashlib.sha256(told.encode()).hexdigest()


def check_repeat(client: str, msg_id: int, sent_at: int, now: int) -> None:
    """Go on only if the last mass message of the same client id is a day old.

    Args:
        client: the client id.
        msg_id: of that message.
        sent_at: when it was sent, UTC seconds.
        now: UTC seconds.

    Raises:
        Refusal: 45066 within a minute, 45065 within a day; its answer carries the msg_id.
    """
    facts = {"path": "clientmsgid", "client": client, "msg_id": msg_id, "sent": sent_at, "until": sent_at + REPEAT}
    if now - sent_at < REPEAT_TOO_FAST:
        raise Errcode.CLIENT_ID_TOO_FAST("repeated", **facts)
    if now - sent_at < REPEAT:
        raise Errcode.CLIENT_ID_EXISTS("repeated", **facts)


def check_people(openids: list[str]) -> list[str]:
    """Return the people of a list, each once.

    Raises:
        Refusal: 40130 fewer than two, 45019 more than ten thousand.
    """
    people = list(dict.fromkeys(openids))
    if len(people) < LEAST_PEOPLE:
        facts = {"expected": f"{LEAST_PEOPLE} or more", "got": f"list of {len(people)}"}
        raise Errcode.TOO_FEW_OPENIDS("mass", path="touser", **facts)
    if len(people) > MOST_PEOPLE:
        raise Errcode.TOO_MANY_OPENIDS("mass", path="touser", size=len(people), limit=MOST_PEOPLE)
    return people


def check_tag(tag: int | None) -> None:
    """Refuse a mass message that goes to a tag: this account has none.

    Raises:
        Refusal: 45159.
    """
    if tag is None:
        raise Errcode.INVALID_TAG("no_target", path="filter", expected="is_to_all true, or tag_id", got="nothing")
    raise Errcode.INVALID_TAG("unknown_tag", path="filter.tag_id", tag=tag, got=shown(tag))
