"""The network check of a callback goes nowhere a push could not go."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from kaquan.errors import Refusal
from kaquan.events.reach import Probe, find_addresses, probe


def found(url: str, allow_private: bool = True) -> list[str]:
    return asyncio.run(find_addresses(url, allow_private))


@pytest.mark.parametrize(
    ("url", "allow_private", "reason"),
    [
        ("http://169.254.169.254/", True, "169.254.169.254 is a metadata address"),
        ("http://127.0.0.1/", False, "127.0.0.1 is a loopback address"),
        ("http://10.0.0.1/", False, "10.0.0.1 is a private address"),
        ("http://[::1]/", False, "::1 is a loopback address"),
        ("ftp://127.0.0.1/", True, "not an http or https URL"),
        ("http://user@127.0.0.1/", True, "a URL with a user in it"),
    ],
)
def test_an_address_that_may_not_be_called_is_not_looked_at(url: str, allow_private: bool, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        found(url, allow_private)
    assert (refused.value.errcode, refused.value.cause, refused.value.facts["reason"]) == (
        40201,
        "address_refused",
        reason,
    )


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let the name service know these addresses of every name."""
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: rows)


def test_a_name_with_one_refused_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "93.184.216.34", "192.168.1.1")
    with pytest.raises(Refusal):
        found("https://shop.example/", allow_private=False)


def test_each_address_of_a_name_is_found_once_and_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "93.184.216.34", "93.184.216.34", *(f"93.184.216.{number}" for number in range(1, 20)))
    assert found("https://shop.example/") == ["93.184.216.34", *(f"93.184.216.{number}" for number in range(1, 8))]


def test_a_name_that_nobody_knows_has_no_address() -> None:
    assert found("http://no-such-host.invalid/") == []


def test_a_name_service_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: time.sleep(0.5))
    begun = time.monotonic()

    async def ask() -> tuple[list[str], float]:
        return await find_addresses("http://slow.example/", allow_private=True, time_limit=0.05), time.monotonic()

    addresses, ended = asyncio.run(ask())
    assert (addresses, ended - begun < 0.4) == ([], True)


def test_each_address_is_connected_to_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/push"
        (reached,) = asyncio.run(probe(url, ["127.0.0.1"], allow_private=True))
    assert (reached.ip, reached.reached, 0 < reached.millis < 5000) == ("127.0.0.1", True, True)
    assert asyncio.run(probe(url, ["127.0.0.1"], allow_private=True)) == [Probe("127.0.0.1", False, 0.0)]


def test_what_is_connected_to_is_checked_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://shop.example:{listening.getsockname()[1]}/push"
        assert asyncio.run(probe(url, ["127.0.0.1"], allow_private=False)) == [Probe("127.0.0.1", False, 0.0)]
        listening.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listening.accept()
