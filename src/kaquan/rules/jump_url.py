"""Addresses that a card's page leads to, with what they are told of the card (spec: jssdk_and_pages.md 10)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from kaquan.rules.fields import HTTP_URL


def safe_url(url: str) -> str:
    """Return an http or https address as it is, and nothing in place of any other."""
    return url if HTTP_URL.fullmatch(url) else ""


def jump_url(url: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return an address with parameters appended to its query, before the fragment; empty unless it is http(s).

    Args:
        url: as the merchant typed it; what its query holds already is left alone.
        parameters: in their order; values are percent-encoded whole, and empty ones are kept.
    """
    if not safe_url(url):
        return ""
    base, mark, fragment = url.partition("#")
    added = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parameters)
    if not added:
        return url
    return base + _joint(base) + added + mark + fragment


def cell_url(url: str, encrypt_code: str, card_id: str) -> str:
    """Return where a cell or the centre button leads."""
    return jump_url(url, (("encrypt_code", encrypt_code), ("card_id", card_id)))


def _joint(base: str) -> str:
    if "?" not in base:
        return "?"
    return "" if base.endswith(("?", "&")) else "&"
