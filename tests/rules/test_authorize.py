"""Where the consent page may lead back to: every way to be led elsewhere is refused (auth_and_signatures.md 5.1)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given as holds
from hypothesis import strategies as st

from kaquan.errors import Refusal
from kaquan.rules.authorize import appid_asked, check_account, led_back, read_asked

DOMAIN = "shop.example"
CODE = "C" * 32


def read(uri: str, domain: str = DOMAIN, state: str = "s1", scope: str = "snsapi_base") -> str:
    """Return where a code is led to, or errcode and cause of the refusal."""
    try:
        return led_back(read_asked({"redirect_uri": uri, "scope": scope, "state": state}, domain), CODE)
    except Refusal as refused:
        return f"{int(refused.errcode)} {refused.cause}"


BACK = {
    "http://shop.example": "http://shop.example/?code=C&state=s1",
    "http://shop.example/": "http://shop.example/?code=C&state=s1",
    "https://shop.example/a/b": "https://shop.example/a/b?code=C&state=s1",
    "HTTP://SHOP.EXAMPLE/A": "http://shop.example/A?code=C&state=s1",
    "http://shop.example:80/a": "http://shop.example:80/a?code=C&state=s1",
    "http://shop.example:8080/a": "http://shop.example:8080/a?code=C&state=s1",
    "http://shop.example?x=1": "http://shop.example?x=1&code=C&state=s1",
    "http://shop.example/a?x=1&y=%20": "http://shop.example/a?x=1&y=%20&code=C&state=s1",
    "http://shop.example/a#/card?id=1": "http://shop.example/a?code=C&state=s1#/card?id=1",
    "http://shop.example/a?x=1#top": "http://shop.example/a?x=1&code=C&state=s1#top",
    "http://shop.example#top": "http://shop.example?code=C&state=s1#top",
    "http://shop.example/茶 馆?店=1": "http://shop.example/%E8%8C%B6%20%E9%A6%86?%E5%BA%97=1&code=C&state=s1",
    "http://shop.example/a?next=http://evil.example/": (
        "http://shop.example/a?next=http://evil.example/&code=C&state=s1"
    ),
    "http://shop.example/@evil.example": "http://shop.example/@evil.example?code=C&state=s1",
    "http://shop.example//evil.example": "http://shop.example//evil.example?code=C&state=s1",
}

EVIL = {
    "http://evil.example/": "10003 other_host",
    "http://a.shop.example/": "10003 other_host",
    "http://shop.example.evil.example/": "10003 other_host",
    "http://evilshop.example/": "10003 other_host",
    "http://shop.example./": "10003 other_host",
    "http://shop-example/": "10003 other_host",
    "http://127.0.0.1/": "10003 other_host",
    "http://xn--shop-example.evil/": "10003 other_host",
    "http://shop.example@evil.example/": "10003 malformed",
    "http://shop.example:80@evil.example/": "10003 malformed",
    "http://evil.example@shop.example/": "10003 malformed",
    "http://user:pass@shop.example/": "10003 malformed",
    "http://evil.example\\@shop.example/": "10003 malformed",
    "http://evil.example\\.shop.example/": "10003 malformed",
    "http://shop.example\\.evil.example/": "10003 malformed",
    "http:\\\\shop.example\\": "10003 malformed",
    "http://shop.example/\\evil.example": "10003 malformed",
    "http://shop.example%2eevil.example/": "10003 malformed",
    "http://shop.example%40evil.example/": "10003 malformed",
    "http://shop.example%2f@evil.example/": "10003 malformed",
    "http://shop.example%00.evil.example/": "10003 malformed",
    "http://%73hop.example/": "10003 malformed",
    "http://evil.example#@shop.example/": "10003 other_host",
    "http://evil.example?@shop.example/": "10003 other_host",
    "http://evil.example/.shop.example": "10003 other_host",
    "http://shop。example/": "10003 malformed",
    "http://ｓhop.example/": "10003 malformed",
    "http://\u017fhop.example/": "10003 malformed",
    "http://shop.example/\ud800": "10003 malformed",
    "http://shop.example\t.evil.example/": "10003 malformed",
    "http://shop.example/\r\nSet-Cookie: a=b": "10003 malformed",
    "http://shop.example/\0": "10003 malformed",
    "http://shop.example/\u2028": "10003 malformed",
    " http://shop.example/": "10003 malformed",
    "http://shop.example /": "10003 malformed",
    "http:///shop.example/": "10003 malformed",
    "http:shop.example/": "10003 malformed",
    "http:/shop.example/": "10003 malformed",
    "//shop.example/": "10003 malformed",
    "/a": "10003 malformed",
    "shop.example": "10003 malformed",
    "http://": "10003 malformed",
    "http://:80/": "10003 malformed",
    "http://[::1]/": "10003 malformed",
    "http://[shop.example]/": "10003 malformed",
    "http://shop.example:/": "10003 malformed",
    "http://shop.example:0/": "10003 malformed",
    "http://shop.example:65536/": "10003 malformed",
    "http://shop.example:8o/": "10003 malformed",
    "http://shop.example:٨٠/": "10003 malformed",
    "javascript:alert(1)//http://shop.example/": "10003 malformed",
    "javascript://shop.example/%0aalert(1)": "10003 malformed",
    "data:text/html,x": "10003 malformed",
    "ftp://shop.example/": "10003 malformed",
    "weixin://shop.example/": "10003 malformed",
    "http%3A%2F%2Fshop.example%2F": "10003 encoded_twice",
    f"http://shop.example/{'a' * 2048}": "10003 malformed",
}


@pytest.mark.parametrize("uri", BACK)
def test_a_code_is_led_back_to_the_page_before_its_fragment(uri: str) -> None:
    assert read(uri) == BACK[uri].replace("code=C", f"code={CODE}")


@pytest.mark.parametrize("uri", EVIL)
def test_nobody_is_led_elsewhere(uri: str) -> None:
    assert read(uri) == EVIL[uri]


@holds(st.text(max_size=40), st.sampled_from(["http://", "https://", "http:", "//", "\\\\", ""]), st.text(max_size=10))
def test_whatever_is_taken_leads_to_the_domain(text: str, begin: str, end: str) -> None:
    for uri in (f"{begin}{text}{DOMAIN}{end}", f"{begin}{DOMAIN}{text}{end}", f"{begin}{text}@{DOMAIN}{end}"):
        found = read(uri)
        if not found.startswith("10003"):
            parts = urlsplit(found)
            assert (parts.scheme in {"http", "https"}, parts.hostname, parts.username) == (True, DOMAIN, None)
            assert found.isascii()
            assert found.isprintable()


@pytest.mark.parametrize(
    ("uri", "domain", "good"),
    [
        ("http://127.0.0.1:9000/", "127.0.0.1:9000", True),
        ("http://127.0.0.1:9001/", "127.0.0.1:9000", False),
        ("http://127.0.0.1/", "127.0.0.1:9000", False),
        ("https://shop.example/", "shop.example:443", True),
        ("http://shop.example/", "shop.example:443", False),
        ("http://shop.example/", "shop.example:80", True),
    ],
)
def test_a_domain_with_a_port_means_that_port(uri: str, domain: str, good: bool) -> None:
    assert (read(uri, domain) == "10003 other_host") is not good


def test_an_account_without_a_domain_leads_nobody_back() -> None:
    assert read("http://shop.example/", "") == "10003 no_domain"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("", "state="),
        ("a" * 128, "state=" + "a" * 128),
        ("JeffreySu-1", "state=JeffreySu-1"),
        ("a/b?c=d&e#f+g%20", "state=a%2Fb%3Fc%3Dd%26e%23f%2Bg%2520"),
        ("a" * 129, "10013 malformed"),
        ("a b", "10013 malformed"),
        ("a\r\n", "10013 malformed"),
        ("店", "10013 malformed"),
        ("\0", "10013 malformed"),
    ],
)
def test_a_state_comes_back_as_it_was_or_is_refused(state: str, said: str) -> None:
    found = read("http://shop.example/a", state=state)
    assert found.removeprefix(f"http://shop.example/a?code={CODE}&") == said


def test_who_refuses_is_led_back_with_the_state_alone() -> None:
    asked = read_asked({"redirect_uri": "http://shop.example/a#b", "scope": "snsapi_userinfo", "state": "s"}, DOMAIN)
    assert led_back(asked) == "http://shop.example/a?state=s#b"
    assert asked.origin == "http://shop.example"


@pytest.mark.parametrize("scope", ["snsapi_login", "snsapi_base,snsapi_userinfo", "SNSAPI_BASE", "snsapi_privateinfo"])
def test_other_scopes_are_refused(scope: str) -> None:
    assert read("http://shop.example/", scope=scope) == "10005 unknown_scope"


@pytest.mark.parametrize(
    ("known", "suspended", "said"), [(True, True, 10004), (False, False, 10016), (False, True, 10016)]
)
def test_an_account_has_to_be_there_and_not_suspended(known: bool, suspended: bool, said: int) -> None:
    check_account("wx1", True, False)
    with pytest.raises(Refusal) as refused:
        check_account("wx1", known, suspended)
    assert int(refused.value.errcode) == said


def test_what_is_missing_is_told_in_order() -> None:
    query = {"appid": "wx1", "redirect_uri": "http://shop.example/", "scope": "snsapi_base"}
    assert appid_asked(query) == "wx1"
    wanted = {"appid": 10012, "redirect_uri": 10011, "scope": 10010}
    given = dict(query)
    found = []
    for name in reversed(wanted):
        given[name] = ""
        with pytest.raises(Refusal) as refused:
            appid_asked(given)
        found.append(int(refused.value.errcode))
    assert found == [10010, 10011, 10012]
