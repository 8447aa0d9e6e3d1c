"""Whether an SDK made of an answer what its users are promised."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from clients.plan import GIVES
from clients.stage import Stage
from clients.wiretap import Seen
from kaquan.rules.signature import card_sign, sha1_of_sorted, wx_config_signature

# A newer wechatpy has a list of its own, without values.
OWN_COLOURS = (10, 20, 30, 40, 50, 60, 70, 80, 81, 82, 90, 100, 101, 102)
GIVEN_UNASKED = {"card.get_colors": [f"Color{number:03}" for number in OWN_COLOURS]}
# What makes a look at the value that an SDK worked out by itself: the value, the answers, the stage.
Look = Callable[[Any, list[Seen], Stage], bool]


def redirected(value: Any, seen: list[Seen], stage: Stage) -> bool:
    """Look at the address that a cell of a card's page jumps to."""
    query = parse_qs(urlsplit(value).query)
    signature = sha1_of_sorted([stage.api.secret, seen[-1].answer["code"], query["card_id"][0]])
    return query["signature"] == [signature]


def of_page(value: Any, _seen: list[Seen], stage: Stage) -> bool:
    """Look at the signature of a page's wx.config, made with any ticket that was given out."""
    signed = (value["nonceStr"], value["timestamp"], "https://shop.example/")
    return value["signature"] in {wx_config_signature(ticket, *signed) for ticket in stage.tickets}


def taken(value: Any, _seen: list[Seen], stage: Stage) -> bool:
    """Claim with a card_ext for the card made last."""
    text = value if isinstance(value, str) else json.dumps(value)
    body = {"card_id": stage.last_card, "openid": stage.ann, "card_ext": text}
    return bool(stage.api.post("/ext/claim", body)["errcode"] == 0)


def chosen(value: Any, _seen: list[Seen], stage: Stage) -> bool:
    """Look at the signature of chooseCard, made with the ticket that was handed in."""
    filters = {name: value[name] for name in ("timestamp", "noncestr", "card_type")}
    return bool(value["sign"] == card_sign("ticket", {**filters, "app_id": stage.api.appid}))


def address(value: Any, _seen: list[Seen], stage: Stage) -> bool:
    """Look at the address of a QR code's picture."""
    return stage.shows(value)


LOOKS: dict[str, Look] = {
    "card.get_redirect_url": redirected,
    "jsapi.get_jsapi_add_card_params": taken,
    "jsapi.get_jsapi_card_params": chosen,
    "jsapi.get_jsapi_signature": lambda value, _seen, _stage: value == wx_config_signature("1", "1", "1", "1"),
    "jsapi.get_jsapi_card_ticket": lambda value, _seen, stage: value in stage.tickets,
    "qrcode.get_url": address,
    "user.iter_followers": lambda value, _seen, stage: set(value) == {stage.ann, stage.bob},
    "ensureTicket": lambda value, _seen, stage: value["ticket"] in stage.tickets,
    "getCardExt": taken,
    "getJsConfig": of_page,
    "getLatestTicket": lambda value, _seen, stage: value["ticket"] in stage.tickets,
    "getTicket": lambda value, _seen, stage: value["ticket"] in stage.tickets,
    "showQRCodeURL": address,
}


def understood(call: str, value: Any, seen: list[Seen], stage: Stage) -> bool:
    """Tell whether the value is the answer, the part of it that is promised, or right where it was worked out."""
    if call in LOOKS:
        return LOOKS[call](value, seen, stage)
    if not seen:
        return bool(value == GIVEN_UNASKED.get(call, ...))
    answer = seen[-1].answer
    return bool(value == (answer[GIVES[call]] if call in GIVES else answer))
