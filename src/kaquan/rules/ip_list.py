"""Which addresses may ask for an account's tokens (spec: auth_and_signatures.md 1.1)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from kaquan.errors import Errcode, Refusal
from kaquan.rules.fields import SHOWN, shown

MOST = 100
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# What stands before the IPv4 address in an IPv6 address that stands for it.
MAPPED_BITS = 96


def read_ip_list(texts: Iterable[str]) -> str:
    """Return a list as it is kept: each entry once, in its usual spelling, joined by commas.

    Args:
        texts: IPv4 and IPv6 addresses and CIDR blocks; blank ones are left out.

    Raises:
        Refusal: 40097, with the entry's place and what is wrong with it.
    """
    entries = [text.strip() for text in texts if text.strip()]
    if len(entries) > MOST:
        raise Errcode.INVALID_ARGS("ip_too_many", path="ip_list", got=len(entries), expected=f"at most {MOST}")
    return ",".join(dict.fromkeys(_written(_network(text, place)) for place, text in enumerate(entries)))


def is_listed(ip_list: str, address: str) -> bool:
    """Tell whether an address may ask; an empty list lets everybody, what is no address is on no list.

    Args:
        ip_list: as :func:`read_ip_list` returns it.
        address: of the caller; IPv6 that stands for IPv4 counts as that.
    """
    if not ip_list:
        return True
    seen = _seen(address)
    return seen is not None and any(seen in network for network in _networks(ip_list))


def not_listed(ip_list: str, address: str, appid: str) -> Refusal:
    """Return the refusal of an address that is not on the list; the original names it in both forms."""
    seen = _seen(address)
    plain = str(seen) if seen else shown(address)
    ipv6 = f"::ffff:{plain}" if isinstance(seen, ipaddress.IPv4Address) else plain
    return Errcode.IP_NOT_LISTED("not_listed", ip=plain, ipv6=ipv6, appid=appid, listed=ip_list.split(","))


@lru_cache(1024)
def _networks(ip_list: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in ip_list.split(","))


def _seen(address: str) -> Address | None:
    seen = _address(address)
    return _unmapped(seen, seen.max_prefixlen)[0] if seen else None


def _network(text: str, place: int) -> Network:
    """Return the block that an entry stands for: of IPv4 where its IPv6 only stands for that."""
    facts = {"path": f"ip_list[{place}]", "got": shown(text), "entry": text[:SHOWN]}
    head, slash, size = text.partition("/")
    address = None if "%" in head else _address(head)
    if address is None:
        raise Errcode.INVALID_ARGS("ip_not_address", **facts)
    if slash and not (size.isascii() and size.isdigit() and int(size) <= address.max_prefixlen):
        raise Errcode.INVALID_ARGS("ip_block_size", **facts, expected=f"0 to {address.max_prefixlen}")
    address, bits = _unmapped(address, int(size) if slash else address.max_prefixlen)
    network = ipaddress.ip_network(f"{address}/{bits}", strict=False)
    if network.network_address != address:
        raise Errcode.INVALID_ARGS("ip_host_bits", **facts, bits=bits, did_you_mean=str(network))
    if not bits:
        raise Errcode.INVALID_ARGS("ip_everybody", **facts)
    return network


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _unmapped(address: Address, bits: int) -> tuple[Address, int]:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped and bits >= MAPPED_BITS:
        return address.ipv4_mapped, bits - MAPPED_BITS
    return address, bits


def _written(network: Network) -> str:
    alone = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if alone else str(network)
