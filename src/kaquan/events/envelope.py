"""What one push consists of: its query and its body, in the three modes (spec: events.md 2 and 3)."""

from __future__ import annotations

import msgspec

from kaquan.events.outbox import CallbackConfig, Pushed
from kaquan.events.render import Document, as_json, as_xml, document
from kaquan.rules.message_crypto import encrypt_message
from kaquan.rules.signature import msg_signature, push_signature

PLAIN, COMPATIBLE, SAFE = "plain", "compatible", "safe"
JSON = "json"
CONTENT_TYPES = {"xml": "text/xml", JSON: "application/json"}


class Envelope(msgspec.Struct, frozen=True):
    """One push, ready to be posted."""

    query: dict[str, str]
    body: bytes
    content_type: str


def signed(token: str, timestamp: str, nonce: str) -> dict[str, str]:
    """Return the parameters that every push and the check of an address carry."""
    return {"signature": push_signature(token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}


def envelope(config: CallbackConfig, event: Pushed, timestamp: int, nonce: str, random: bytes) -> Envelope:
    """Return an event as its merchant is to get it.

    Args:
        config: where to, and how.
        event: what happened.
        timestamp: moment of sending, UTC seconds.
        nonce: digits, new for each attempt.
        random: 16 bytes for the encryption, new for each attempt.

    Raises:
        ValueError: the EncodingAESKey cannot be one.
    """
    fields: Document = document(config.gh_id, event)
    query = {**signed(config.token, str(timestamp), nonce), "openid": event.openid}
    text = written(fields, config.format)
    if config.mode != PLAIN:
        encrypted = encrypt_message(config.aes_key, config.appid, text.encode(), random)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = msg_signature(config.token, str(timestamp), nonce, encrypted)
        text = sealed(fields, encrypted, config)
    return Envelope(query, text.encode(), CONTENT_TYPES[config.format])


def sealed(fields: Document, encrypted: str, config: CallbackConfig) -> str:
    """Return the body that carries an encrypted message, in compatible mode beside its plain fields."""
    if config.mode == COMPATIBLE:
        return written({**fields, "Encrypt": encrypted}, config.format)
    outer: Document = {"ToUserName": config.gh_id, "Encrypt": encrypted}
    return as_json(outer) if config.format == JSON else as_xml(outer, before="\n")


def written(fields: Document, format: str) -> str:
    """Return fields as a text of the format."""
    return as_json(fields) if format == JSON else as_xml(fields)
