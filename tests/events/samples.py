"""Events and callbacks to try things with."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from events.vectors import VECTORS
from kaquan.events.catalogue import EVENTS
from kaquan.events.outbox import CallbackConfig, Pushed

GH_ID = "gh_0123456789ab"
OPENID = VECTORS["about"]["fixtures"]["openid"]
APPID = VECTORS["about"]["fixtures"]["appid"]
CARD_ID = VECTORS["about"]["fixtures"]["card_id"]
TOKEN = "MyPushToken01"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
ELEMENT = re.compile(r"<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|(-?\d+))</")
HEAD = 5


def config(mode: str = "plain", format: str = "xml", url: str = "http://127.0.0.1/", aes_key: str = AES_KEY) -> Any:
    """Return a callback of the vectors' account."""
    return CallbackConfig(APPID, GH_ID, url, TOKEN, aes_key, mode, format)


def pushed(number: int = 1, openid: str = OPENID, code: str = "226009850808") -> Pushed:
    """Return a user_del_card of a person."""
    fields = {"CardId": CARD_ID, "UserCardCode": code}
    return Pushed(number, openid, "user_del_card", 1700000000 + number, fields, 0)


def from_body(body: str) -> Pushed:
    """Return the event of a published body, its fields in the order and with the types of its struct."""
    values: dict[str, Any] = {name: int(digits) if digits else text for name, text, digits in ELEMENT.findall(body)}
    head, fields = dict(list(values.items())[:HEAD]), dict(list(values.items())[HEAD:])
    struct = EVENTS[head["Event"]]
    unset = dict.fromkeys(struct.__struct_fields__, msgspec.UNSET)
    ordered = msgspec.json.decode(msgspec.json.encode(struct(**{**unset, **fields})))
    return Pushed(1, head["FromUserName"], head["Event"], head["CreateTime"], ordered, 0)
