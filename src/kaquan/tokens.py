"""Access tokens and tickets as texts.

A token carries its appid, kind, serial and time under a MAC, so that a call is checked against the app's snapshot
and needs no query; a ticket is the MAC itself, 86 characters (spec: auth_and_signatures.md 1 and 2).
"""

from __future__ import annotations

import base64
import hmac
import struct
from typing import Any

import msgspec

from kaquan.actions.issue_credential import LIFE
from kaquan.errors import Errcode, Refusal
from kaquan.keys import Keys
from kaquan.sources import url_safe
from kaquan.store.apps import App, Credential

HEAD = struct.Struct(">B18sQQ")
MAC_BYTES = 64
KINDS = ("classic", "stable")
# Of persons, in user_tokens.py; known here so that one of them in place of an account's is told so.
ACCESS, REFRESH = 2, 3
PURPOSE, USER_PURPOSE = "token", "user_token"
PREFIX = "77_"
REMEMBERED = 10_000


class Token(msgspec.Struct, frozen=True):
    """What a token says of itself; the MAC has been checked."""

    appid: str
    kind: str
    serial: int
    ends_at: int


class Tokens:
    """Makes tokens and tickets and reads tokens back.

    Args:
        keys: the platform's keys.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._read: dict[str, Token] = {}

    def token(self, appid: str, credential: Credential) -> str:
        """Return the text of a token."""
        kind = KINDS.index(credential.kind)
        return text_of(self._keys, PURPOSE, kind, appid, credential.serial, credential.issued_at)

    def ticket(self, appid: str, credential: Credential) -> str:
        """Return the text of a ticket."""
        return url_safe(
            self._keys.mac(f"ticket/{credential.kind}", f"{appid}/{credential.serial}/{credential.issued_at}")
        )

    def tickets(self, app: App, kind: str, now: int) -> tuple[str, ...]:
        """Return the tickets of a kind that still stand, the newest first."""
        standing = (one for one in app.credentials if one.kind == kind and one.ends_at > now)
        return tuple(self.ticket(app.appid, one) for one in standing)

    def read(self, text: str) -> Token:
        """Return what a token says.

        Raises:
            Refusal: 41001 empty, 40014 no token of this platform.
        """
        known = self._read.get(text)
        if known is not None:
            return known
        if not text:
            raise Errcode.ACCESS_TOKEN_MISSING("missing")
        token = self._parse(text)
        if len(self._read) >= REMEMBERED:
            self._read.clear()
        self._read[text] = token
        return token

    def _parse(self, text: str) -> Token:
        if parts_of(text) is None:
            raise Errcode.INVALID_ACCESS_TOKEN("malformed", length=len(text))
        told = told_by(self._keys, PURPOSE, text)
        if told is None:
            cause = "user_token" if told_by(self._keys, USER_PURPOSE, text) else "unknown"
            raise Errcode.INVALID_ACCESS_TOKEN(cause, length=len(text))
        kind, appid, serial, issued_at = told
        return Token(appid, KINDS[kind], serial, issued_at + LIFE)


def text_of(keys: Keys, purpose: str, kind: int, appid: str, number: int, serial: int) -> str:
    """Return a token that says this under the key of a purpose."""
    head = HEAD.pack(kind, appid.encode(), number, serial)
    return PREFIX + url_safe(head + keys.mac(purpose, head.hex()))


def parts_of(text: str) -> tuple[bytes, bytes] | None:
    """Return what a token says and its MAC; None for a text that has not the form of one."""
    try:
        raw = base64.urlsafe_b64decode(text.removeprefix(PREFIX) + "==")
    except ValueError:
        return None
    return (raw[: HEAD.size], raw[HEAD.size :]) if len(raw) >= HEAD.size else None


def told_by(keys: Keys, purpose: str, text: str) -> tuple[int, str, int, int] | None:
    """Return what :func:`text_of` wrote under the key of a purpose; None for any other text."""
    parts = parts_of(text)
    if parts is None or not hmac.compare_digest(parts[1], keys.mac(purpose, parts[0].hex())):
        return None
    kind, appid, number, serial = HEAD.unpack(parts[0])
    return kind, appid.decode(), number, serial


def standing(token: Token, app: App) -> Credential | None:
    """Return the app's record of a token, or None when the snapshot has none."""
    return next((one for one in app.credentials if one.serial == token.serial and one.kind == token.kind), None)


def newer_than_snapshot(token: Token, app: App) -> bool:
    """Tell whether the token was issued after the snapshot was taken."""
    latest = app.latest(token.kind)
    return latest is None or token.serial > latest.serial


def expired(app: App, **facts: Any) -> Refusal:
    """Return the refusal of an expired token with the errcode that the app's SDK renews its token on."""
    if app.expired_token == Errcode.INVALID_CREDENTIAL:
        return Errcode.INVALID_CREDENTIAL("expired", **facts)
    return Errcode.ACCESS_TOKEN_EXPIRED("expired", **facts)


def refusal(token: Token, app: App, now: int) -> Refusal | None:
    """Return why a token is not good any more, or None (spec: auth_and_signatures.md 1.3)."""
    facts = {"appid": app.appid, "kind": token.kind, "now": now}
    if now >= token.ends_at:
        return expired(app, ends_at=token.ends_at, ago=now - token.ends_at, **facts)
    credential = standing(token, app)
    if credential is None or now >= credential.ends_at:
        return Errcode.INVALID_CREDENTIAL("replaced", **facts)
    return None
