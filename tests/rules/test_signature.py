"""Signatures over sorted values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.vectors import VECTORS, by_name, named
from kaquan.rules.signature import (
    card_ext_signature,
    card_sign,
    msg_signature,
    push_signature,
    same,
    sha1,
    sha1_of_sorted,
    verify_card_ext,
    wx_config_signature,
)

Case = dict[str, Any]
WX_CONFIG = by_name(VECTORS["wx_config"])
CARD_EXT = by_name(VECTORS["card_ext"])
SENT_CARD_EXTS = [case for case in VECTORS["card_ext"] if "card_ext_string" in case]


def ticket_and_members(case: Case) -> tuple[str, str, dict[str, str]]:
    members = dict(case["inputs"])
    return members.pop("api_ticket"), members.pop("card_id"), members


@named(VECTORS["wx_config"])
def test_wx_config_is_signed_as_published(case: Case) -> None:
    given_ = case["inputs"]
    signed = wx_config_signature(given_["jsapi_ticket"], given_["noncestr"], given_["timestamp"], given_["url"])
    assert signed == sha1(case["string1"]) == case["signature"]


@named(VECTORS["wx_config_wrong"], "mistake")
def test_a_mistaken_wx_config_has_another_signature(case: Case) -> None:
    assert case["signature_wrong"] != WX_CONFIG[case["compare_with"]]["signature"]
    assert "string1" not in case or sha1(case["string1"]) == case["signature_wrong"]


@named(VECTORS["card_ext"])
def test_card_ext_is_signed_as_published(case: Case) -> None:
    assert card_ext_signature(*ticket_and_members(case)) == case["signature"]
    assert sha1_of_sorted(case["inputs"].values()) == sha1(case["string_to_sign"]) == case["signature"]


@named(SENT_CARD_EXTS)
def test_a_card_ext_is_verified_from_its_members(case: Case) -> None:
    ticket, card_id, _ = ticket_and_members(case)
    ext = {name: str(value) for name, value in json.loads(case["card_ext_string"]).items()}
    assert verify_card_ext(card_id, ext, [ticket])


@named(VECTORS["card_ext_wrong"], "mistake")
def test_a_mistaken_card_ext_is_not_verified(case: Case) -> None:
    right = CARD_EXT[case["compare_with"]]
    ticket, card_id, members = ticket_and_members(right)
    assert not verify_card_ext(card_id, {**members, "signature": case["signature_wrong"]}, [ticket])


def test_the_previous_ticket_still_verifies_and_a_foreign_one_does_not() -> None:
    ticket, card_id, members = ticket_and_members(CARD_EXT["plain_card"])
    ext = {**members, "signature": CARD_EXT["plain_card"]["signature"]}
    tries = {(): False, ("other",): False, ("other", ticket): True, (ticket, "other"): True}
    assert {tickets: verify_card_ext(card_id, ext, tickets) for tickets in tries} == tries


@pytest.mark.parametrize("signature", ["", "0" * 40, "é", "\ud800", "c84440b2"])
def test_a_signature_of_another_form_is_no_signature(signature: str) -> None:
    ticket, card_id, members = ticket_and_members(CARD_EXT["plain_card"])
    assert not verify_card_ext(card_id, {**members, "signature": signature}, [ticket])


def test_a_card_ext_without_signature_is_not_verified() -> None:
    ticket, card_id, members = ticket_and_members(CARD_EXT["plain_card"])
    assert not verify_card_ext(card_id, members, [ticket])


@named(VECTORS["choose_card"])
def test_choose_card_is_signed_as_published(case: Case) -> None:
    filters = dict(case["inputs"])
    assert card_sign(filters.pop("api_ticket"), filters) == case["card_sign"]


@named(VECTORS["redirect_url_signature_UNSURE"], "variant")
def test_a_redirect_is_signed_as_a_sdk_signs_it(case: Case) -> None:
    assert sha1_of_sorted(case["inputs"].values()) == case["signature"]


@named(VECTORS["push_url_signature"])
def test_a_push_is_signed_as_published(case: Case) -> None:
    given_ = case["inputs"]
    assert push_signature(given_["token"], given_["timestamp"], given_["nonce"]) == case["signature"]


@named(VECTORS["aes_message"]["cases"])
def test_an_encrypted_push_is_signed_as_published(case: Case) -> None:
    given_ = case["inputs"]
    signed = msg_signature(given_["token"], given_["timestamp"], given_["nonce"], case["encrypt"])
    assert signed == case["msg_signature"]


def test_case_does_not_matter_in_a_signature() -> None:
    digest = sha1("x")
    assert (same(digest, digest), same(digest.upper(), digest), same(digest[1:], digest)) == (True, True, False)


@given(st.lists(st.text(st.characters(codec="utf-8"))), st.randoms())
def test_order_and_empty_values_do_not_matter(values: list[str], random: Any) -> None:
    shuffled = [*values, ""]
    random.shuffle(shuffled)
    assert sha1_of_sorted(shuffled) == sha1_of_sorted(values)
