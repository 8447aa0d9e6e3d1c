"""QR tickets as texts: what is scanned leads to the same ticket as the text in the answer (spec: cards.md 13.1).

A ticket is 72 bytes: 24 that name it (the appid's 8 among them) and 48 of a MAC over those; the scanned address
carries the 24, so that no table is searched without an appid.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re

from kaquan.errors import Errcode
from kaquan.keys import Keys

APPID_BYTES = 8
NAME_BYTES = 24
MAC_BYTES = 48
NAME = re.compile(r"[A-Za-z0-9_-]{32}")


def scan_id(appid: str, random: bytes) -> str:
    """Return the name of a new ticket: 32 URL-safe characters of the appid and 16 random bytes."""
    return base64.urlsafe_b64encode(bytes.fromhex(appid.removeprefix("wx")) + random).decode()


def article_id(keys: Keys, appid: str, card_id: str) -> str:
    """Return the name of the ticket that a card has in articles, always the same one."""
    return scan_id(appid, keys.mac("article", card_id)[: NAME_BYTES - APPID_BYTES])


def share_id(keys: Keys, appid: str, card_id: str) -> str:
    """Return the name of the ticket by which people share a card, always the same one."""
    return scan_id(appid, keys.mac("share", card_id)[: NAME_BYTES - APPID_BYTES])


def appid_of(scan: str) -> str:
    """Return the appid a ticket's name carries.

    Raises:
        Refusal: 40073, no ticket has this name.
    """
    if not NAME.fullmatch(scan):
        raise Errcode.INVALID_CARD_ID("ticket_unknown", card_id="")
    return "wx" + base64.urlsafe_b64decode(scan)[:APPID_BYTES].hex()


def ticket(keys: Keys, scan: str) -> str:
    """Return the ticket of this name: 96 characters of base64."""
    return base64.b64encode(base64.urlsafe_b64decode(scan) + keys.mac("qr", scan)[:MAC_BYTES]).decode()


def scan_id_of_ticket(keys: Keys, text: str) -> str:
    """Return the name of a ticket, or of the address that was scanned.

    Raises:
        Refusal: 40073, it is no ticket of this platform.
    """
    if "/q/" in text:
        name = text.partition("/q/")[2].partition("?")[0]
        # Whatever else stood there would be drawn as a QR code of any size.
        appid_of(name)
        return name
    # A plus sign arrives as a blank when the ticket was not percent-encoded.
    try:
        raw = base64.b64decode(text.replace(" ", "+"), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    scan = base64.urlsafe_b64encode(raw[:NAME_BYTES]).decode()
    if len(raw) != NAME_BYTES + MAC_BYTES or not hmac.compare_digest(
        raw[NAME_BYTES:], keys.mac("qr", scan)[:MAC_BYTES]
    ):
        raise Errcode.INVALID_CARD_ID("ticket_unknown", card_id="")
    return scan


def scan_url(base_url: str, scan: str) -> str:
    """Return the address in the QR code."""
    return f"{base_url}/q/{scan}"
