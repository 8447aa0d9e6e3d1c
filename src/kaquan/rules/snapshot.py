"""What a snapshot of an app says of itself, and how the names in it become those of another app."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from kaquan.errors import Errcode
from kaquan.errors.nearest import nearest
from kaquan.rules.fields import shown

FORMAT = 1
MOST_BYTES = 64 << 20
"""Of a file, as it is sent and kept."""
MOST_PLAIN_BYTES = 1 << 30
"""Of what is in it."""
MOST_KEPT = 20
NAME = re.compile(r"[^\x00-\x20\x7f/\\][^\x00-\x1f\x7f/\\]{0,39}")
APPID_BYTES, NAME_BYTES = 8, 24
# Characters of a name that hold nothing but the appid; the next one holds its last bits and some of chance.
OF_APPID = APPID_BYTES * 8 // 6
NAME_LENGTH = NAME_BYTES * 8 // 6
TAIL_LENGTH = 21


class Home(msgspec.Struct, frozen=True):
    """What the names in an app's rows are made of.

    Args:
        appid: tickets, gifts and pictures carry it.
        prefix: cards and people carry it behind their first letter.
        base_url: pictures are served below it.
    """

    appid: Annotated[str, Meta(pattern="^wx[0-9a-f]{16}$")]
    prefix: Annotated[str, Meta(pattern="^[A-Za-z0-9]{6}$")]
    base_url: str


class Head(msgspec.Struct, frozen=True, rename={"format": "kaquan_snapshot"}):
    """The first line of a snapshot.

    Args:
        format: of the file.
        schema: revision of the tables.
        home: of the app that was saved.
        name: the app's, for people.
        saved_at: UTC seconds of the wall clock.
        app_time: UTC seconds of the app's clock at that moment.
        rows: how many of each table.
        sha256: of everything behind this line.
    """

    format: int
    schema: str
    home: Home
    name: str
    saved_at: int
    app_time: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    rows: dict[str, int]
    sha256: str


def moved(old: Home, new: Home) -> Callable[[str], str] | None:
    """Return what turns the names in a text into those of another app; None where they stay as they are.

    Cards and people keep what stands behind their prefix, tickets and gifts their random part. What is signed or
    encrypted under the old app's keys cannot be turned: printed QR codes and encrypted codes go on naming that app.
    """
    if old == new:
        return None
    turns: dict[str, Callable[[str], str]] = {re.escape(old.base_url) + "(?=/)": lambda _: new.base_url}
    marks: tuple[str, ...] = (old.base_url,)
    if (old.appid, old.prefix) != (new.appid, new.prefix):
        head = _named(old.appid, bytes(NAME_BYTES - APPID_BYTES))[:OF_APPID]
        turns[old.appid] = lambda _: new.appid
        turns[f"(?<=[op]){old.prefix}(?=[A-Za-z0-9_-]{{{TAIL_LENGTH}}})"] = lambda _: new.prefix
        turns[f"{re.escape(head)}[A-Za-z0-9_-]{{{NAME_LENGTH - OF_APPID}}}"] = lambda name: _renamed(name, old, new)
        marks += (old.appid, old.prefix, head)
    pattern = re.compile("|".join(f"({one})" for one in turns))
    made = tuple(turns.values())

    def turn(text: str) -> str:
        # Most texts have no name in them, and looking for one this way takes a tenth of the time.
        if not any(mark in text for mark in marks):
            return text
        return pattern.sub(lambda found: made[(found.lastindex or 1) - 1](found[0]), text)

    return turn


def _named(appid: str, rest: bytes) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(appid.removeprefix("wx")) + rest).decode()


def _renamed(name: str, old: Home, new: Home) -> str:
    rest = base64.urlsafe_b64decode(name)[APPID_BYTES:]
    return _named(new.appid, rest) if name == _named(old.appid, rest) else name


def check_name(name: str) -> None:
    """Go on only if a kept snapshot may be called so.

    Raises:
        Refusal: 40097.
    """
    if not NAME.fullmatch(name):
        expected = "1 to 40 characters without / and \\"
        raise Errcode.INVALID_ARGS("snapshot_name", path="name", got=shown(name), expected=expected)


def check_known(name: str, known: list[str]) -> None:
    """Go on only if a snapshot of this name is kept.

    Raises:
        Refusal: 40097, with the nearest name.
    """
    if name not in known:
        facts = {"path": "name", "got": shown(name), "did_you_mean": nearest(name, known)}
        raise Errcode.INVALID_ARGS("snapshot_unknown", name=name[:40], known=known, **facts)
