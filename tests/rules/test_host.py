"""Hosts as an operator writes them."""

from __future__ import annotations

import re

import pytest

from kaquan.rules.host import host_of, owner_of

HOSTS = {
    "shop.example.com": "shop.example.com",
    "Shop.Example.COM": "shop.example.com",
    "localhost": "localhost",
    "127.0.0.1:9000": "127.0.0.1:9000",
    "shop.example.com:0443": "shop.example.com:443",
    "xn--fiqs8s.example": "xn--fiqs8s.example",
}
NONE = {
    "": "it is no host name",
    "https://shop.example.com": "leave the scheme away",
    "shop.example.com/": "leave the path away",
    "shop.example.com/cards": "leave the path away",
    "shop.example.com?a": "leave the path away",
    "shop.example.com#a": "leave the path away",
    "shop.example.com\\a": "leave the path away",
    "ann@shop.example.com": "leave the user away",
    "shop.example.com, b.example": "it has blanks in it",
    "shop.example.com,b.example": "it has to be one host",
    "*.example.com": "it has to be one host",
    "熊猫.example": "write it in its ASCII form (xn--)",
    "shop.example.com:": "the port has to be 1 to 65535",
    "shop.example.com:0": "the port has to be 1 to 65535",
    "shop.example.com:65536": "the port has to be 1 to 65535",
    "shop.example.com:x": "the port has to be 1 to 65535",
    "[::1]:80": "an IPv6 address is not taken",
    "::1": "an IPv6 address is not taken",
    "-shop.example": "it is no host name",
    "shop..example": "it is no host name",
    "shop.example.": "it is no host name",
    "shop_1.example": "it is no host name",
    f"{'a' * 64}.example": "it is no host name",
    ".".join(["a" * 49] * 6): "it is no host name",
    "shop\0.example": "write it in its ASCII form (xn--)",
}


@pytest.mark.parametrize("text", HOSTS)
def test_a_host_is_kept_in_the_form_in_which_it_is_compared(text: str) -> None:
    assert host_of(text) == HOSTS[text]
    assert host_of(HOSTS[text]) == HOSTS[text]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_host_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(NONE[text])):
        host_of(text)


def test_an_owner_is_a_short_name() -> None:
    assert owner_of("panda-tea_1") == "panda-tea_1"
    for text in ("", "a b", "a/b", "熊猫", "x" * 65):
        with pytest.raises(ValueError, match="1 to 64"):
            owner_of(text)
