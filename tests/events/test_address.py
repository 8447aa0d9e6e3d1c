"""Which addresses a callback may have."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import pytest
from aiohttp.abc import ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from kaquan.events.address import AddressRefused, GuardedResolver, check_address, check_url, kind_of

KINDS = {
    "public": "8.8.8.8 172.32.0.1 11.0.0.1 192.169.0.1 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::808:808",
    "loopback": "127.0.0.1 127.255.255.254 ::1 ::ffff:7f00:1 ::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::",
    "private": "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 198.18.0.1 fd12::1 2002:a00:1:: ::ffff:a00:1",
    "metadata": "169.254.169.254 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 ::ffff:a9fe:a9fe",
    "link-local": "169.254.1.1 fe80::1 fe80::1%eth0 ::ffff:169.254.1.1",
    "unspecified": "0.0.0.0 0.1.2.3 :: ::ffff:0.0.0.0",
    "multicast": "224.0.0.1 239.255.255.255 ff02::1 64:ff9b::e000:1",
    "reserved": "240.0.0.1 255.255.255.255 192.0.0.1 192.0.2.1 192.88.99.1 198.51.100.1 203.0.113.1 2001:db8::1 "
    "2001::1 100::1 64:ff9b:1::1 fec0::1 3fff::1 5f00::1 ::ffff:0:7f00:1 4000::1",
}
TABLE = [(text, kind) for kind, texts in KINDS.items() for text in texts.split()]
OPENED = {"loopback", "private"}


def allowed(text: str, allow_private: bool) -> bool:
    """Tell whether an address may be posted to."""
    try:
        check_address(text, allow_private)
    except AddressRefused:
        return False
    return True


@pytest.mark.parametrize(("text", "kind"), TABLE)
def test_an_address_is_of_its_kind(text: str, kind: str) -> None:
    assert kind_of(ipaddress.ip_address(text)) == kind


@pytest.mark.parametrize(("text", "kind"), TABLE)
def test_only_public_addresses_may_be_posted_to_unless_the_operator_opens_the_own_network(text: str, kind: str) -> None:
    assert (allowed(text, False), allowed(text, True)) == (kind == "public", kind == "public" or kind in OPENED)


@given(st.ip_addresses(v=4))
def test_an_address_cannot_hide_in_another_spelling(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    spellings = [0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80]
    kinds = {kind_of(ipaddress.IPv6Address(one)) for one in spellings}
    assert kinds == {kind_of(inner)}


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/", "127.0.0.1 is a loopback address"),
        ("http://[::1]:8080/", "::1 is a loopback address"),
        ("http://[::ffff:7f00:1]/", "::ffff:7f00:1 is a loopback address"),
        ("http://１２７.０.０.１/", "127.0.0.1 is a loopback address"),
        ("https://169.254.169.254/latest/meta-data/", "169.254.169.254 is a metadata address"),
        ("http://127.1/", "127.1 is not an address"),
        ("http://2130706433/", "2130706433 is not an address"),
        ("http://0177.0.0.1/", "0177.0.0.1 is not an address"),
        ("http://127.0.0.1./", "127.0.0.1. is not an address"),
        ("http://user:secret@8.8.8.8/", "a URL with a user in it"),
        ("http://user@8.8.8.8/", "a URL with a user in it"),
        ("ftp://8.8.8.8/", "not an http or https URL"),
        ("file:///etc/passwd", "not an http or https URL"),
        ("//8.8.8.8/", "not an http or https URL"),
        ("http:///x", "not an http or https URL"),
        ("", "not an http or https URL"),
        ("http://8.8.8.8:99999/", "not a URL"),
        ("http://[::1/", "not a URL"),
    ],
)
def test_a_refused_url_is_refused_with_a_reason(url: str, why: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        check_url(url, allow_private=False)
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://shop.example.com", "http://shop.example.com/"),
        ("https://shop.example.com:8443/a/b?x=1&y=%E7%A0%81#part", "https://shop.example.com:8443/a/b?x=1&y=码"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
    ],
)
def test_any_port_path_and_parameters_may_be_used(url: str, target: str) -> None:
    assert check_url(url, allow_private=False).human_repr() == target


def resolve(host: str, allow_private: bool = False) -> list[str]:
    """Return the addresses the guarded resolver gives for a name."""

    async def run() -> list[ResolveResult]:
        resolver = GuardedResolver(allow_private)
        try:
            return await resolver.resolve(host, 80)
        finally:
            await resolver.close()

    return [one["host"] for one in asyncio.run(run())]


@pytest.mark.parametrize("host", ["localhost", "0x7f.1", "0x7f000001", "LOCALHOST"])
def test_a_name_that_leads_to_loopback_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused, match=r"(127\.0\.0\.1|::1) is a loopback address"):
        resolve(host)


def test_a_name_that_leads_to_loopback_is_resolved_where_the_operator_allows_it() -> None:
    assert set(resolve("localhost", allow_private=True)) <= {"127.0.0.1", "::1"}


def test_a_name_with_one_refused_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 80)) for host in ("8.8.8.8", "192.168.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(AddressRefused, match=r"192\.168\.0\.1 is a private address"):
        resolve("both.example.com")
