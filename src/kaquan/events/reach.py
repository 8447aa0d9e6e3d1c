"""Whether a callback's host can be found and reached, for a merchant who asks (spec: auth_and_signatures.md 3)."""

from __future__ import annotations

import asyncio
import time

import msgspec

from kaquan.errors import Errcode
from kaquan.events.address import AddressRefused, GuardedResolver, check_address, check_url

TIME_LIMIT = 5.0
MOST_ADDRESSES = 8


class Probe(msgspec.Struct, frozen=True):
    """What came of connecting to one address; ``millis`` is 0 where nothing answered."""

    ip: str
    reached: bool
    millis: float


async def find_addresses(url: str, allow_private: bool, time_limit: float = TIME_LIMIT) -> list[str]:
    """Return the addresses of a callback's host, none when its name is not known.

    Args:
        url: the callback.
        allow_private: the operator lets callbacks go to loopback and private addresses.
        time_limit: seconds for the name service.

    Raises:
        Refusal: 40201, the callback may not have such an address.
    """
    resolver = GuardedResolver(allow_private)
    try:
        parsed = check_url(url, allow_private)
        found = await asyncio.wait_for(resolver.resolve(parsed.raw_host or "", parsed.port or 0), time_limit)
    except AddressRefused as fault:
        raise Errcode.INVALID_CALLBACK_URL("address_refused", reason=str(fault)) from fault
    except (OSError, TimeoutError, UnicodeError):
        return []
    finally:
        await resolver.close()
    return list(dict.fromkeys(one["host"] for one in found))[:MOST_ADDRESSES]


async def probe(url: str, addresses: list[str], allow_private: bool, time_limit: float = TIME_LIMIT) -> list[Probe]:
    """Connect once to each address at the callback's port, all at the same time."""
    port = check_url(url, allow_private).port or 0
    return list(await asyncio.gather(*(connect(one, port, allow_private, time_limit) for one in addresses)))


async def connect(ip: str, port: int, allow_private: bool, time_limit: float) -> Probe:
    """Return whether an address takes a connection, and after how long; nothing is sent."""
    begun = time.perf_counter()
    try:
        check_address(ip, allow_private)
        _, writer = await asyncio.wait_for(asyncio.open_connection(ip, port), time_limit)
    except (OSError, TimeoutError):
        return Probe(ip, reached=False, millis=0.0)
    millis = (time.perf_counter() - begun) * 1000
    writer.close()
    return Probe(ip, reached=True, millis=millis)
