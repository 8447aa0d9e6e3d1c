"""Addresses with parameters: table after jssdk_and_pages.md 10, and what holds for every address."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaquan.rules.jump_url import cell_url, jump_url, safe_url

A = "https://shop.example"
PAIRS = (("encrypt_code", "a+b/c="), ("card_id", "p1"))
TAIL = "encrypt_code=a%2Bb%2Fc%3D&card_id=p1"


@pytest.mark.parametrize(
    ("url", "jump"),
    [
        (A, f"{A}?{TAIL}"),
        (f"{A}/", f"{A}/?{TAIL}"),
        (f"{A}/book", f"{A}/book?{TAIL}"),
        (f"{A}/book?", f"{A}/book?{TAIL}"),
        (f"{A}/book?a=1", f"{A}/book?a=1&{TAIL}"),
        (f"{A}/book?a=1&", f"{A}/book?a=1&{TAIL}"),
        (f"{A}/book?a=%2B+b&c", f"{A}/book?a=%2B+b&c&{TAIL}"),
        (f"{A}/book?card_id=other", f"{A}/book?card_id=other&{TAIL}"),
        (f"{A}/book#top", f"{A}/book?{TAIL}#top"),
        (f"{A}/book?a=1#/route?b=2", f"{A}/book?a=1&{TAIL}#/route?b=2"),
        (f"{A}/book#", f"{A}/book?{TAIL}#"),
        (f"{A}/订座?店=一", f"{A}/订座?店=一&{TAIL}"),
        ("HTTP://shop.example:8080/a", f"HTTP://shop.example:8080/a?{TAIL}"),
        ("http://[::1]/a", f"http://[::1]/a?{TAIL}"),
    ],
)
def test_parameters_come_in_their_order_behind_the_query_and_before_the_fragment(url: str, jump: str) -> None:
    assert jump_url(url, PAIRS) == jump


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JavaScript:alert(1)//http://shop.example",
        "data:text/html,<script>1</script>",
        "vbscript:1",
        "//shop.example",
        "/wallet",
        "shop.example",
        "http:shop.example",
        "http://",
        "https://?a",
        "https:///a",
        "https://#a",
        " https://shop.example",
        "https://shop.example\n",
        "java\nscript:alert(1)",
        "https://shop.example/a b",
        "https://shop.example\\@evil.example",
        "https://shop.example/\x00",
        "ftp://shop.example",
    ],
)
def test_anything_else_leads_nowhere(url: str) -> None:
    assert (safe_url(url), jump_url(url, PAIRS)) == ("", "")


def test_empty_values_are_kept_and_blanks_are_percent_20() -> None:
    assert jump_url(A, (("outer_str", ""), ("x", "a b&c"))) == f"{A}?outer_str=&x=a%20b%26c"


def test_without_parameters_an_address_stays_as_it_is() -> None:
    assert jump_url(f"{A}/a#b", ()) == f"{A}/a#b"


def test_a_cell_tells_the_code_encrypted_and_then_the_card() -> None:
    assert cell_url(f"{A}/a", "k+/=", "p9") == f"{A}/a?encrypt_code=k%2B%2F%3D&card_id=p9"


TEXTS = st.text(min_size=1, max_size=9)
SEGMENTS = st.text("aZ09-._~/%+&=;:@!$'()*,", max_size=9)


@settings(max_examples=40)
@given(
    SEGMENTS,
    st.dictionaries(TEXTS, TEXTS, max_size=3),
    SEGMENTS,
    st.lists(st.tuples(TEXTS, st.text(max_size=9)), max_size=3),
)
def test_a_server_reads_what_was_there_and_then_what_was_added(
    path: str, query: dict[str, str], fragment: str, added: list[tuple[str, str]]
) -> None:
    first = jump_url(f"{A}/{path}", list(query.items()))
    jump = urlsplit(jump_url(f"{first}#{fragment}", added))
    assert parse_qsl(jump.query, keep_blank_values=True) == [*query.items(), *added]
    assert (jump.netloc, jump.fragment) == ("shop.example", fragment)
