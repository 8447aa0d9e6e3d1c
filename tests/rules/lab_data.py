"""Values for the tests of the laboratory, and signatures made of them by hand: nothing here uses the code tested."""

from __future__ import annotations

import hashlib
from typing import Any

from kaquan.rules.lab import Question, Ticket, about_card_ext, about_card_sign, about_config

CARD, OTHER_CARD = "pLab00CardNumberOne000000001", "pLab00CardNumberTwo000000002"
APPID, SECRET = "wx5f0c3a9e1d2b4876", "5e8a1c0f7b3d9264a0c1e2f3b4d59687"
ANN = "oLab00PersonAnn0000000000001"
BOB = "oLab00PersonBob0000000000002"
CODE = "A-20231114-07"
TIME, NONCE = "1700000123", "Qm3xTz81"
PAGE = "https://shop.example.com:8443/coupon/index.html?id=1&from=singlemessage&isappinstalled=0"
NOW, BEFORE, STALE = "cNow" + "w" * 82, "9Before" + "b" * 79, "sStale" + "s" * 80
JSAPI, OLD_JSAPI, FOREIGN, TOKEN = "jNow" + "j" * 82, "jOld" + "o" * 82, "fElse" + "f" * 81, "77_" + "t" * 120
TICKETS = (
    Ticket(NOW, "wx_card"),
    Ticket(BEFORE, "wx_card"),
    Ticket(STALE, "wx_card", standing=False),
    Ticket(JSAPI, "jsapi"),
    Ticket(OLD_JSAPI, "jsapi", standing=False),
    Ticket(TOKEN, "access_token"),
    Ticket(FOREIGN, "wx_card", owner="wxabcdefabcdefabcd"),
    Ticket("f" + FOREIGN, "jsapi", owner="wxabcdefabcdefabcd"),
)


def sha1(text: str, algorithm: str = "sha1") -> str:
    return hashlib.new(algorithm, text.encode()).hexdigest()


def of_values(*values: str) -> str:
    """Return the SHA-1 over values in the order of their bytes."""
    return hashlib.sha1(b"".join(sorted(value.encode() for value in values))).hexdigest()


def string1(ticket: str = JSAPI, nonce: str = NONCE, time: str = TIME, url: str = PAGE) -> str:
    return f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={time}&url={url}"


def card_ext(signature: str, *without: str, **members: Any) -> Question:
    """Ask about a card_ext with a nonce, a code and a channel."""
    ext = {"code": CODE, "timestamp": TIME, "nonce_str": NONCE, "outer_str": "poster", **members}
    ext = {name: text for name, text in ext.items() if name not in without}
    known = {"app_id": (APPID,), "openid": (ANN,), "card_id": (OTHER_CARD,)}
    return about_card_ext(CARD, {**ext, "signature": signature}, TICKETS, known, SECRET)


def card_sign(signature: str, **members: str) -> Question:
    """Ask about a chooseCard without filters."""
    values = {"app_id": APPID, "timestamp": TIME, "nonce_str": NONCE, "sign_type": "SHA1", **members}
    return about_card_sign(values, signature, TICKETS, {"card_id": (CARD,), "location_id": ("27148377",)}, SECRET)


def config(signature: str, *urls: str) -> Question:
    return about_config(NONCE, TIME, urls or (PAGE,), signature, TICKETS, {}, SECRET)
