"""Which host pages may have, as an operator writes it: ``shop.example.com`` or ``127.0.0.1:9000``.

Spec: auth_and_signatures.md 5.1.
"""

from __future__ import annotations

import re

LONGEST = 253
LAST_PORT = 65535
OWNER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# What people write instead of a host, the first that is found is told.
_MORE = (
    (re.compile(r"\s"), "it has blanks in it"),
    (re.compile(r"^[^/]*://"), "leave the scheme away"),
    (re.compile(r"@"), "leave the user away"),
    (re.compile(r"[/?#\\]"), "leave the path away"),
    (re.compile(r"[*,;]"), "it has to be one host"),
    (re.compile(r"[^\x21-\x7e]"), "write it in its ASCII form (xn--)"),
    (re.compile(r"[\[\]]|:.*:"), "an IPv6 address is not taken"),
)


def host_of(text: str) -> str:
    """Return the host in the form in which it is compared: small letters, a port if one was given.

    Raises:
        ValueError: why the text is no host.
    """
    fault = next((said for pattern, said in _MORE if pattern.search(text)), "")
    if fault:
        raise ValueError(fault)
    name, colon, port = text.lower().partition(":")
    if colon and not (port.isdigit() and 0 < int(port) <= LAST_PORT):
        raise ValueError(f"the port has to be 1 to {LAST_PORT}")
    if len(name) > LONGEST or not _HOST.fullmatch(name):
        raise ValueError("it is no host name")
    return f"{name}:{int(port)}" if colon else name


def owner_of(text: str) -> str:
    """Return the name of an owner.

    Raises:
        ValueError: it is none.
    """
    if not OWNER.fullmatch(text):
        raise ValueError("it has to be 1 to 64 of A-Z a-z 0-9 _ -")
    return text
