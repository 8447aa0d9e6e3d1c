"""Lengths and masks."""

from __future__ import annotations

import pytest

from kaquan.rules.text import inert, mask_openid, mask_openids, mask_query, utf8_len

OPENID = "oTEST0OpenId00000000000000BB"
CARD_ID = "pTEST0CardId00000000000000AA"


@pytest.mark.parametrize(("text", "length"), [("", 0), ("abc", 3), ("优惠券", 9), ("é", 2), ("🎫", 4)])
def test_lengths_are_counted_in_utf8_bytes(text: str, length: int) -> None:
    assert utf8_len(text) == length


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A", "\t=1", "\r=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"])
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "1-1", "'=1", " =1", "a", "\u6c49"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


@pytest.mark.parametrize(("openid", "masked"), [(OPENID, "oTES***00BB"), ("12345678", "***"), ("", "***")])
def test_of_an_openid_only_both_ends_are_shown(openid: str, masked: str) -> None:
    assert mask_openid(openid) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f'{{"openid":"{OPENID}"}}', '{"openid":"oTES***00BB"}'),
        (f"{OPENID},{OPENID}", "oTES***00BB,oTES***00BB"),
        (f"card {CARD_ID}", f"card {CARD_ID}"),
        (f"x{OPENID}", f"x{OPENID}"),
    ],
)
def test_every_openid_in_a_text_is_masked_and_nothing_else(text: str, masked: str) -> None:
    assert mask_openids(text) == masked


@pytest.mark.parametrize(
    ("query", "masked"),
    [
        ("access_token=abc&type=wx_card", "access_token=***&type=wx_card"),
        ("grant_type=client_credential&appid=wx1&secret=s", "grant_type=client_credential&appid=wx1&secret=***"),
        (f"ACCESS_TOKEN=abc&openid={OPENID}", "ACCESS_TOKEN=***&openid=oTES***00BB"),
        ("?signature=1&msg_signature=2", "?signature=***&msg_signature=***"),
        ("my_token_count=3", "my_token_count=3"),
        ("", ""),
    ],
)
def test_secrets_and_openids_of_a_query_are_masked(query: str, masked: str) -> None:
    assert mask_query(query) == masked
