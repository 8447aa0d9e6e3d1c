"""Which addresses may be posted to: merchants name the callback, and the server stands inside its own network.

The check is made on the address that is connected to, whatever name, spelling or resolver led there.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# The first that holds counts, so single addresses stand before the ranges they lie in.
RANGES: dict[str, tuple[str, ...]] = {
    "metadata": (
        "169.254.169.254/32",
        "169.254.170.2/32",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "fd00:ec2::/32",
    ),
    "unspecified": ("0.0.0.0/8", "::/128"),
    "loopback": ("127.0.0.0/8", "::1/128"),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "100.64.0.0/10", "fc00::/7"),
    "link-local": ("169.254.0.0/16", "fe80::/10"),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    "reserved": (
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
    ),
}
NETWORKS: list[tuple[str, Network]] = [
    (kind, ipaddress.ip_network(one)) for kind, networks in RANGES.items() for one in networks
]
# What an operator opens for callbacks inside the own network; metadata services never belong to a merchant.
OPENED = ("loopback", "private")
GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
# IPv6 ranges that stand for IPv4 addresses, and how far from the right these begin.
EMBEDDING: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
)
RESOLVERS = 16
SCHEMES = ("http", "https")


class AddressRefused(OSError):
    """The callback leads to an address that may not be posted to."""


def kind_of(address: Address) -> str:
    """Return what an address is for: ``public``, or the name of its range; IPv6 that stands for IPv4 counts as that."""
    for kind, network in NETWORKS:
        if address in network:
            return kind
    if isinstance(address, ipaddress.IPv4Address):
        return "public" if address.is_global else "reserved"
    for outer, shift in EMBEDDING:
        if address in outer:
            return kind_of(ipaddress.IPv4Address(int(address) >> shift & 0xFFFFFFFF))
    return "public" if address in GLOBAL_IPV6 and address.is_global else "reserved"


def check_address(text: str, allow_private: bool) -> None:
    """Go on only if the address may be posted to.

    Args:
        text: an IPv4 or IPv6 address in its usual spelling.
        allow_private: the operator lets callbacks go to loopback and private addresses.

    Raises:
        AddressRefused: it may not, or is none.
    """
    try:
        kind = kind_of(ipaddress.ip_address(text))
    except ValueError as fault:
        raise AddressRefused(f"{text} is not an address") from fault
    if kind != "public" and not (allow_private and kind in OPENED):
        raise AddressRefused(f"{text} is a {kind} address")


@lru_cache(1024)
def check_url(url: str, allow_private: bool) -> URL:
    """Return the URL, parsed and without fragment, if a callback may have it; a host's name is checked on connecting.

    Raises:
        AddressRefused: another scheme than http and https, no host, a user in it, or a refused address as host.
    """
    try:
        parsed = URL(url)
    except (ValueError, TypeError) as fault:
        raise AddressRefused("not a URL") from fault
    host = parsed.raw_host
    if parsed.scheme not in SCHEMES or not host:
        raise AddressRefused("not an http or https URL")
    if parsed.raw_user is not None or parsed.raw_password is not None:
        raise AddressRefused("a URL with a user in it")
    if ":" in host or host.replace(".", "").isdigit():
        check_address(host, allow_private)
    return parsed.with_fragment(None)


class GuardedResolver(AbstractResolver):
    """Resolves names to addresses that may be posted to; a name with one refused address is refused.

    Args:
        allow_private: the operator lets callbacks go to loopback and private addresses.
    """

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        # Threads of its own: a name server that hangs must not use up those the store runs on.
        self._threads = ThreadPoolExecutor(RESOLVERS, "resolve")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name.

        Raises:
            AddressRefused: one of them may not be posted to.
            OSError: the name has none.
        """
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, look_up, host, port, family)
        for one in found:
            check_address(one["host"], self._allow_private)
        return found

    async def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def look_up(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    """Return what the system's resolver knows of a name; blocks."""
    rows = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    return [
        ResolveResult(
            hostname=host, host=str(sockaddr[0]), port=port, family=found, proto=proto, flags=socket.AI_NUMERICHOST
        )
        for found, _, proto, _, sockaddr in rows
    ]
