"""Which pages may call (spec: auth_and_signatures.md 6.1, jssdk_and_pages.md 7, qa_cases.md A4 and E7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaquan.errors import Refusal
from kaquan.rules.js_domain import (
    Page,
    card_js_domain,
    change_refusal,
    check_js_domain,
    check_old_page,
    js_domains,
    page_of,
)


def page(url: str) -> Page:
    parts = url.split("/", 3)
    return page_of(url, "/".join(parts[:3]))


def refused(check: object, *args: object) -> str:
    try:
        check(*args)  # type: ignore[operator]
    except Refusal as refusal:
        return f"{int(refusal.errcode)} {refusal.cause}"
    return ""


PAGES = [
    ("http://shop.test/a?b=1#c", "http://shop.test", ("shop.test", "shop.test")),
    ("https://shop.test:443/", "https://shop.test", ("shop.test", "shop.test")),
    ("https://shop.test:8443/", "https://shop.test:8443", ("shop.test", "shop.test:8443")),
    ("http://[::1]:80/", "http://[::1]", ("::1", "[::1]")),
]


@pytest.mark.parametrize(("url", "origin", "found"), PAGES)
def test_a_page_is_known_by_its_host_and_a_port_other_than_the_usual(
    url: str, origin: str, found: tuple[str, str]
) -> None:
    one = page_of(url, origin)
    assert (one.host, one.place) == found
    assert "#" not in one.url


NO_PAGES = [
    ("http://shop.test/", "http://other.test", "40048 other_origin"),
    ("http://shop.test/", "https://shop.test", "40048 other_origin"),
    ("http://shop.test/", "null", "40048 other_origin"),
    ("http://shop.test/", "", "40048 other_origin"),
    ("http://shop.test@evil.test/", "http://shop.test", "40048 other_origin"),
    ("file:///shop.html", "null", "40048 not_a_page"),
    ("http://", "http://", "40048 not_a_page"),
    ("http://shop.test:99999/", "http://shop.test:99999", "40048 not_a_page"),
    ("http://[::1/", "http://[::1", "40048 not_a_page"),
    ("", "", "40048 not_a_page"),
]


@pytest.mark.parametrize(("url", "origin", "cause"), NO_PAGES)
def test_what_is_no_page_or_another_origins_is_refused(url: str, origin: str, cause: str) -> None:
    assert refused(page_of, url, origin) == cause


DOMAINS = [
    ("http://shop.test/", ["shop.test"], ""),
    ("http://m.shop.test/", ["shop.test"], ""),
    ("http://a.b.shop.test/", ["other.test", "shop.test"], ""),
    ("http://myshop.test/", ["shop.test"], "40048 js_domain"),
    ("http://test/", ["shop.test"], "40048 js_domain"),
    ("http://shop.test.evil.test/", ["shop.test"], "40048 js_domain"),
    ("http://shop.test:8080/", ["shop.test:8080"], ""),
    ("http://m.shop.test:8080/", ["shop.test:8080"], ""),
    ("http://shop.test:8080/", ["shop.test"], "40048 js_domain_port"),
    ("http://shop.test/", ["shop.test:8080"], "40048 js_domain"),
    ("http://shop.test/", [], "40048 no_js_domains"),
]


@pytest.mark.parametrize(("url", "domains", "cause"), DOMAINS)
def test_a_page_lies_on_a_safe_domain_or_below_it(url: str, domains: list[str], cause: str) -> None:
    assert refused(check_js_domain, page(url), domains) == cause


OLD = [
    ("http://shop.test/?wechat_card_js=1", "shop.test", ""),
    ("http://shop.test:8080/?a=2&wechat_card_js=1", "shop.test", ""),
    ("http://shop.test/", "", "48001 no_card_js_domain"),
    ("http://m.shop.test/?wechat_card_js=1", "shop.test", "48001 card_js_domain"),
    ("http://m.shop.test/", "shop.test", "48001 card_js_domain"),
    ("http://shop.test/", "shop.test", "48001 card_js_missing"),
    ("http://shop.test/?page=1", "shop.test", "48001 card_js_missing"),
    ("http://shop.test/?weichat_card_js=1", "shop.test", "48001 card_js_misspelt"),
    ("http://shop.test/?wechatCardJs=1", "shop.test", "48001 card_js_misspelt"),
    ("http://shop.test/?wechat_card_js", "shop.test", "48001 card_js_value"),
    ("http://shop.test/?wechat_card_js=true", "shop.test", "48001 card_js_value"),
]


@pytest.mark.parametrize(("url", "domain", "cause"), OLD)
def test_an_old_page_needs_its_domain_and_its_parameter(url: str, domain: str, cause: str) -> None:
    assert refused(check_old_page, page(url), domain) == cause


NAMES = [
    ("Shop.Example.com", "shop.example.com"),
    ("xn--fiq228c.com", "xn--fiq228c.com"),
    (" shop.test ", "shop.test"),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_name_is_compared_in_small_letters(text: str, name: str) -> None:
    assert card_js_domain(text) == name


NO_NAMES = [
    ("127.0.0.1", "card_js_address"),
    ("8.8.8.8", "card_js_address"),
    ("::1", "card_js_address"),
    ("[2001:db8::1]", "card_js_address"),
    ("shop.test:8080", "card_js_port"),
    ("https://shop.test", "card_js_scheme"),
    ("//shop.test", "card_js_scheme"),
    ("shop.test/", "card_js_path"),
    ("shop.test?a", "card_js_path"),
    ("com", "card_js_suffix"),
    ("localhost", "card_js_suffix"),
    ("com.cn", "card_js_suffix"),
    ("co.uk", "card_js_suffix"),
    ("", "card_js_malformed"),
    ("-shop.test", "card_js_malformed"),
    ("shop..test", "card_js_malformed"),
    ("shop_1.test", "card_js_malformed"),
    ("a b.test", "card_js_malformed"),
    ("商店.cn", "card_js_malformed"),
    ("*.shop.test", "card_js_malformed"),
    ("a.test,b.test", "card_js_malformed"),
    ("x" * 64 + ".test", "card_js_malformed"),
]


@pytest.mark.parametrize(("text", "cause"), NO_NAMES)
def test_each_thing_that_is_no_name_has_a_text_of_its_own(text: str, cause: str) -> None:
    # A scheme without a name in front of its colon is still told as one.
    expected = {"//shop.test": "card_js_path"}.get(text, cause)
    assert refused(card_js_domain, text) == f"40048 {expected}"


@pytest.mark.parametrize(
    ("now", "changes", "wanted", "may"),
    [("", 0, "a.cn", True), ("a.cn", 0, "b.cn", True), ("b.cn", 1, "b.cn", True), ("b.cn", 1, "c.cn", False)],
)
def test_the_domain_is_set_and_changed_once(now: str, changes: int, wanted: str, may: bool) -> None:
    assert (change_refusal(now, changes, wanted) is None) is may


def test_up_to_five_safe_domains_are_kept_once_each() -> None:
    assert js_domains(" A.test, b.test:8080 ,a.test,") == "a.test,b.test:8080"
    with pytest.raises(ValueError, match="at most 5"):
        js_domains("a.cn,b.cn,c.cn,d.cn,e.cn,f.cn")


@given(st.text(), st.text())
def test_any_texts_give_a_page_or_a_refusal(url: str, origin: str) -> None:
    assert refused(page_of, url, origin) in {"40048 not_a_page", "40048 other_origin"}
    refused(card_js_domain, url)
