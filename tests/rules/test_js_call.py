"""What pages ask for (spec: jssdk_and_pages.md 2 and 4, auth_and_signatures.md 6.1)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Refusal
from kaquan.rules.js_call import Config, check_api_list, check_call, check_signature, failed, read_config
from kaquan.rules.signature import sha1, wx_config_signature

VECTORS = json.loads((Path(__file__).parents[1] / "vectors.json").read_text("utf-8"))
TICKET = "T" * 86
TICKETS = (TICKET, "previous")
URL = "http://shop.test/goods?id=1&from=a%20b"
SIGNED = Config("wx1", "1700000000", "n1", "", URL, URL, "#top")


def refused(check: Any, *args: Any) -> str:
    try:
        check(*args)
    except Refusal as refusal:
        return f"{int(refusal.errcode)} {refusal.cause}"
    return ""


def signed(signature: str, **changed: str) -> Config:
    return msgspec.structs.replace(SIGNED, signature=signature, **changed)


def by(url: str = URL, ticket: str = TICKET, timestamp: str = "1700000000", nonce: str = "noncestr") -> Config:
    return signed(sha1(f"jsapi_ticket={ticket}&{nonce}=n1&timestamp={timestamp}&url={url}"))


@pytest.mark.parametrize("row", VECTORS["wx_config"], ids=lambda row: str(row["name"]))
def test_vectors_pass(row: dict[str, Any]) -> None:
    sent = row["inputs"]
    config = Config("wx1", sent["timestamp"], sent["noncestr"], row["signature"].upper(), row["url_signed"])
    check_signature(config, (sent["jsapi_ticket"],))


def test_the_previous_ticket_and_the_address_of_the_first_load_will_do() -> None:
    check_signature(by(ticket="previous"), TICKETS)
    check_signature(
        signed(wx_config_signature(TICKET, "n1", "1700000000", "http://shop.test/"), landing="http://shop.test/"),
        TICKETS,
    )


def test_what_was_signed_otherwise_is_refused() -> None:
    others = [by(ticket="another"), by(URL + "#top"), by(timestamp="1700000001"), by(nonce="nonceStr"), signed("")]
    assert {refused(check_signature, one, TICKETS) for one in others} == {"63002 config"}
    assert refused(check_signature, by(), ()) == "63002 config"


def test_config_is_read_and_its_list_is_needed() -> None:
    sent = {"appid": "a", "timestamp": "1", "nonce_str": "n", "signature": "s", "url": "u", "api_list": ["x"]}
    assert read_config(sent) == Config("a", "1", "n", "s", "u", api_list=["x"])
    assert refused(read_config, {**sent, "timestamp": 1}) == "40097 js_config"
    assert refused(read_config, {}) == "40097 js_config"
    assert refused(check_api_list, SIGNED) == "40097 js_api_list"


CARD = {"card_id": "p1", "card_ext": "{}"}
CALLS: list[tuple[Any, Any, str]] = [
    ("batchAddCard", {"card_list": [CARD]}, ""),
    ("batchAddCard", {"card_list": [CARD] * 20}, ""),
    ("batchAddCard", {"card_list": [CARD] * 21}, "40080 too_many_cards"),
    ("batchAddCard", {"card_list": []}, "40080 no_cards"),
    ("batchAddCard", {"card_list": {}}, "40080 no_cards"),
    ("batchAddCard", {}, "40080 no_cards"),
    ("batchAddCard", {"card_list": ["p1"]}, "40080 card_id_type"),
    ("batchAddCard", {"card_list": [{**CARD, "card_id": 1}]}, "40080 card_id_type"),
    ("batchAddCard", {"card_list": [{**CARD, "card_id": "p" * 65}]}, "40080 card_id_type"),
    ("batchAddCard", {"card_list": [CARD, {**CARD, "card_ext": {}}]}, "40080 not_string"),
    ("batchAddCard", {"card_list": [{**CARD, "card_ext": None}]}, "40080 not_string"),
    ("batchAddCard", {"card_list": [{"card_id": "p1"}]}, "40080 not_string"),
    ("openCardDetail", CARD, ""),
    ("openCardDetail", {"card_id": "p1", "card_ext": {}}, "40080 not_string"),
    ("batchViewCard", {"card_list": [{"card_id": "p1", "code": "1"}]}, ""),
    ("chooseCard", {}, ""),
    ("chooseCard", [], "40097 js_method"),
    ("chooseInvoice", {}, "40097 js_method"),
    (None, {}, "40097 js_method"),
    ([], {}, "40097 js_method"),
]


@pytest.mark.parametrize(("method", "args", "cause"), CALLS)
def test_calls_are_checked_before_they_are_taken(method: Any, args: Any, cause: str) -> None:
    assert refused(check_call, method, args) == cause


def test_what_came_to_nothing_is_named_after_the_call() -> None:
    assert failed("batchAddCard") == {"err_msg": "batch_add_card:fail"}
    assert failed("chooseCard", "cancel") == {"err_msg": "choose_card:cancel"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
)


@given(JSON, JSON)
def test_any_json_is_taken_or_refused(method: Any, args: Any) -> None:
    refused(check_call, method, args)
    refused(check_call, "batchAddCard", {"card_list": args})
    refused(read_config, args)
