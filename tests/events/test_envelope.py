"""Query and body of a push."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from events.samples import APPID, config, from_body, pushed
from events.vectors import VECTORS, by_name, named
from kaquan.events.envelope import Envelope, envelope
from kaquan.events.outbox import CallbackConfig, Pushed
from kaquan.rules.message_crypto import decrypt_message
from kaquan.rules.signature import msg_signature

Case = dict[str, Any]
AES = by_name(VECTORS["aes_message"]["cases"])
PUBLISHED = [AES["user_get_card_safe"], AES["user_get_card_compat"]]
MODES = {"safe": "safe", "compat": "compatible"}
RANDOM = b"0123456789abcdef"


@named(VECTORS["xml_events_plain"])
def test_a_plain_push_is_signed_and_carries_the_event(case: Case) -> None:
    event = from_body(case["body"])
    push = envelope(config(), event, event.create_time, "1234567890", RANDOM)
    assert (urlencode(push.query), push.body.decode(), push.content_type) == (
        case["plain_query"],
        case["body"],
        "text/xml",
    )


@named(PUBLISHED)
def test_an_encrypted_push_is_as_published(case: Case) -> None:
    push = envelope(config(MODES[case["mode"]]), from_body(case["inputs"]["message"]), 1700000000, "1234567890", RANDOM)
    assert (urlencode(push.query), push.body.decode()) == (case["push_query"], case["push_body"])


def test_a_json_push_is_encrypted_as_published() -> None:
    case = AES["published_push_json"]
    inputs = case["inputs"]
    target = CallbackConfig(
        inputs["appid"], "gh_97417a04a28d", "", inputs["token"], inputs["encoding_aes_key"], "safe", "json"
    )
    event = Pushed(1, "o9AgO5Kd5ggOC-bXrbNODIiE3bGY", "debug_demo", 1714112445, {"debug_str": "hello world"}, 0)
    push = envelope(target, event, 1714112445, inputs["nonce"], inputs["random16"].encode())
    assert json.loads(push.body) == {"ToUserName": "gh_97417a04a28d", "Encrypt": case["encrypt"]}
    assert (push.query["msg_signature"], push.content_type) == (case["msg_signature"], "application/json")


def test_a_compatible_json_push_has_the_fields_and_the_message() -> None:
    plain = json.loads(sent("plain", "json").body)
    both = json.loads(sent("compatible", "json").body)
    text, appid = decrypt_message(config().aes_key, both.pop("Encrypt"))
    assert (both, json.loads(text), appid) == (plain, plain, APPID)


@pytest.mark.parametrize("format", ["xml", "json"])
def test_a_retry_is_signed_anew_over_the_same_event(format: str) -> None:
    one, two = sent("safe", format), sent("safe", format, 1700000005, "2", b"another random 16")
    assert (one.query["signature"], one.body) != (two.query["signature"], two.body)
    assert one.query["openid"] == two.query["openid"]


def sent(mode: str, format: str, timestamp: int = 1700000000, nonce: str = "1", random: bytes = RANDOM) -> Envelope:
    """Return a push of a sample event."""
    return envelope(config(mode, format), pushed(), timestamp, nonce, random[:16])


def test_the_message_signature_covers_the_body() -> None:
    signed = sent("safe", "json")
    encrypted = json.loads(signed.body)["Encrypt"]
    assert signed.query["msg_signature"] == msg_signature(config().token, "1700000000", "1", encrypted)
    assert signed.query["msg_signature"] != signed.query["signature"]
