"""Which addresses may ask for tokens, and what is wrong with a list of them."""

from __future__ import annotations

import pytest

from kaquan.errors import Refusal
from kaquan.errors.explain import explain
from kaquan.rules.ip_list import MOST, is_listed, not_listed, read_ip_list

WRITTEN = {
    (): "",
    ("", "  "): "",
    ("203.0.113.7",): "203.0.113.7",
    (" 203.0.113.7 ", "203.0.113.7/32"): "203.0.113.7",
    ("10.0.0.0/8", "2001:DB8:0::/48", "2001:db8::1/128"): "10.0.0.0/8,2001:db8::/48,2001:db8::1",
    ("::ffff:203.0.113.7", "::ffff:10.0.0.0/104"): "203.0.113.7,10.0.0.0/8",
}
FAULTS = {
    "shop.example.com": ("ip_not_address", "", ""),
    "203.0.113": ("ip_not_address", "", ""),
    "203.0.113.07": ("ip_not_address", "", ""),
    "203.0.113.7:80": ("ip_not_address", "", ""),
    "fe80::1%eth0": ("ip_not_address", "", ""),
    "/24": ("ip_not_address", "", ""),
    "203.0.113.0/33": ("ip_block_size", "0 to 32", ""),
    "2001:db8::/129": ("ip_block_size", "0 to 128", ""),
    "203.0.113.0/": ("ip_block_size", "0 to 32", ""),
    "203.0.113.0/255.255.255.0": ("ip_block_size", "0 to 32", ""),
    "203.0.113.7/24": ("ip_host_bits", "", "203.0.113.0/24"),
    "2001:db8::1/48": ("ip_host_bits", "", "2001:db8::/48"),
    "::ffff:10.1.0.0/104": ("ip_host_bits", "", "10.0.0.0/8"),
    "0.0.0.0/0": ("ip_everybody", "", ""),
    "::/0": ("ip_everybody", "", ""),
    "::ffff:0.0.0.0/96": ("ip_everybody", "", ""),
}


@pytest.mark.parametrize(("texts", "written"), WRITTEN.items())
def test_a_list_is_kept_in_one_spelling(texts: tuple[str, ...], written: str) -> None:
    assert read_ip_list(texts) == written


@pytest.mark.parametrize(("text", "told"), FAULTS.items())
def test_each_fault_of_an_entry_has_words_of_its_own(text: str, told: tuple[str, str, str]) -> None:
    with pytest.raises(Refusal) as caught:
        read_ip_list(["203.0.113.1", text])
    refused = caught.value
    said = explain(refused.errcode, refused.cause, refused.facts)
    assert (refused.cause, said.expected, said.did_you_mean) == told
    assert (said.path, said.got) == ("ip_list[1]", f'string "{text}"')
    assert "—" not in said.zh + said.en + said.fix_zh + said.fix_en


def test_a_hundred_entries_are_taken_and_no_more() -> None:
    most = [f"203.0.113.{number}" for number in range(MOST)]
    assert read_ip_list(most).count(",") == MOST - 1
    with pytest.raises(Refusal) as caught:
        read_ip_list([*most, "198.51.100.1"])
    assert (caught.value.cause, caught.value.facts["got"]) == ("ip_too_many", MOST + 1)


LISTED = "203.0.113.7,10.0.0.0/8,2001:db8::/48"


@pytest.mark.parametrize(
    ("ip_list", "address", "listed"),
    [
        ("", "198.51.100.1", True),
        ("", "nonsense", True),
        (LISTED, "203.0.113.7", True),
        (LISTED, "::ffff:203.0.113.7", True),
        (LISTED, "203.0.113.8", False),
        (LISTED, "10.255.0.1", True),
        (LISTED, "11.0.0.1", False),
        (LISTED, "2001:db8:0:1::5", True),
        (LISTED, "2001:db9::5", False),
        (LISTED, "", False),
        (LISTED, "nonsense", False),
    ],
)
def test_who_is_on_a_list(ip_list: str, address: str, listed: bool) -> None:
    assert is_listed(ip_list, address) is listed


@pytest.mark.parametrize(
    ("address", "ip", "ipv6"),
    [
        ("1.2.3.4", "1.2.3.4", "::ffff:1.2.3.4"),
        ("::ffff:1.2.3.4", "1.2.3.4", "::ffff:1.2.3.4"),
        ("2001:db8::5", "2001:db8::5", "2001:db8::5"),
    ],
)
def test_who_is_not_is_named_in_both_forms(address: str, ip: str, ipv6: str) -> None:
    refused = not_listed(LISTED, address, "wx1")
    said = explain(refused.errcode, refused.cause, refused.facts)
    assert said.errmsg == f"invalid ip {ip} ipv6 {ipv6}, not in whitelist"
    assert said.en == f"The call came from {ip}, which is not on the IP list of wx1 ({LISTED.replace(',', ', ')})."
