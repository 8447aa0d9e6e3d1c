"""Answers as bytes: one line of JSON, errcode first (spec: cards.md 1.2)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.errors import Refusal
from kaquan.errors.catalogue import CATALOGUE
from kaquan.errors.explain import explain
from kaquan.store.apps import App

encode = msgspec.json.Encoder().encode
OK = {"errcode": 0, "errmsg": "ok"}
# Facts that an answer carries though it is a refusal: whoever repeated a mass message is told the first one's number.
CARRIED = {45065: ("msg_id",)}
JSON = b"application/json; charset=utf-8"


class Ok(msgspec.Struct):
    """Base of the answers that carry errcode and errmsg; subclasses add their members behind."""

    errcode: int = 0
    errmsg: str = "ok"


class Raw(msgspec.Struct, frozen=True):
    """An answer that is bytes already.

    Args:
        body: the bytes.
        content_type: what they are.
        status: HTTP status, 200 for everything an SDK calls.
        cache_seconds: how long the answer may be kept.
    """

    body: bytes
    content_type: str
    status: int = 200
    cache_seconds: int = 0


def raw_json(text: str) -> Raw:
    """Return an answer that is JSON already."""
    return Raw(text.encode(), JSON.decode())


def ok(**members: Any) -> dict[str, Any]:
    """Return a successful answer with these members behind errcode and errmsg."""
    return {**OK, **members}


def failure(refused: Refusal, rid: str, app: App | None) -> bytes:
    """Return the answer of a refused call.

    The trace follows the canonical text; behind it comes the path where 41011 has one, and the cause for sandbox apps.
    """
    text = f"{CATALOGUE[refused.errcode].errmsg(refused.cause, refused.facts)} rid: {rid}"
    if refused.errcode == 41011 and refused.facts.get("path"):
        text += f" {refused.facts['path']}"
    if app is not None and app.sandbox:
        text += " " + explain(refused.errcode, refused.cause, refused.facts).short()
    carried = {name: refused.facts[name] for name in CARRIED.get(refused.errcode, ())}
    return encode({"errcode": int(refused.errcode), "errmsg": text, **carried})
