"""A card that is being written as its holders will see it: what is missing or wrong is stood in for."""

from __future__ import annotations

import copy
from typing import Any, cast

import msgspec

from kaquan.api.route import ROUTES
from kaquan.errors import Refusal
from kaquan.errors.change import Change, apply, at, parse, places
from kaquan.rules import card_page as rule
from kaquan.rules import code as code_rule
from kaquan.rules.card import normalise
from kaquan.rules.card_content import Content, DateInfo
from kaquan.rules.card_tables import FIX_TERM, FIX_TIME_RANGE, KEYS
from kaquan.rules.validity import DAY, code_validity, day_start
from kaquan.web import card_words
from kaquan.web.card_page import Picture, face, ways_out, words
from kaquan.web.desk import Desk
from kaquan.web.texts import Texts, zh

CODE = "123456789012"
MOST_ROUNDS = 6
OWN: dict[str, dict[str, Any]] = {
    "CASH": {"reduce_cost": 1000},
    "DISCOUNT": {"discount": 20},
    "BOARDING_PASS": {"from": "…", "to": "…", "flight": "…", "air_model": "…", "departure_time": 0, "landing_time": 0},
}
DETAILS = {card_type: field for card_type, (field, _) in card_words.DETAILS.items()}
BRAND, TITLE = zh("商户名称"), zh("卡券名称")


class Draft(msgspec.Struct, frozen=True):
    """A card nobody holds, in the place of one that is held: what its page asks of it."""

    appid: str
    card_id: str
    state: str

    def path(self, page: str = "") -> str:
        """Return where its links lead: nowhere."""
        return "#"


def stand_in(card_type: str, text: Texts, now: int, date_type: str) -> dict[str, Any]:
    """Return the type's object of a card that says as little as a card can."""
    today = day_start(now)
    dates: dict[str, Any] = {
        FIX_TIME_RANGE: {"begin_timestamp": today, "end_timestamp": today + 31 * DAY - 1},
        FIX_TERM: {"fixed_term": 30, "fixed_begin_term": 0},
    }
    kind = date_type if date_type in dates else FIX_TERM
    base = {
        "logo_url": "http://logo.invalid/",
        "code_type": "CODE_TYPE_QRCODE",
        "brand_name": text(BRAND),
        "title": text(TITLE),
        "color": "Color010",
        "notice": "…",
        "description": "…",
        "date_info": {"type": kind, **dates[kind]},
        "sku": {"quantity": 1},
    }
    detail = {DETAILS[card_type]: "…"} if card_type in DETAILS else {}
    return {"base_info": base, **OWN.get(card_type, {}), **detail}


def content_of(card_type: str, sent: dict[str, Any], text: Texts, now: int) -> Content:
    """Return what can be shown of a body's object: what the reader refuses is mended or stood in for."""
    chosen = at(sent, ["base_info", "date_info", "type"])
    sample = stand_in(card_type, text, now, chosen if isinstance(chosen, str) else "")
    reader = ROUTES["/card/create"].reader
    assert reader is not None
    whole = wrapped(card_type, merged(sample, sent))
    for _ in range(MOST_ROUNDS):
        faults = reader.faults(whole, "lenient")
        if not faults:
            break
        for fault in faults:
            whole = mended(whole, wrapped(card_type, sample), fault)
    else:
        whole = wrapped(card_type, sample)
    read = reader.read(msgspec.json.encode(whole), "lenient")
    return normalise(cast(Content, read[1]))


def wrapped(card_type: str, content: dict[str, Any]) -> dict[str, Any]:
    """Return the body of ``/card/create`` around a type's object."""
    return {"card": {"card_type": card_type, KEYS[card_type]: content}}


def merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return both objects in one; what stands in ``over`` counts."""
    both = dict(under)
    for name, value in over.items():
        inner = both.get(name)
        both[name] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return both


def mended(whole: dict[str, Any], sample: dict[str, Any], fault: Refusal) -> dict[str, Any]:
    """Return a body without a fault: with the repair that is known, else what is stood in for it, else without it."""
    path = str(fault.facts.get("path", ""))
    known = parse(str(fault.facts.get("repair", "")))
    if known is not None and known.kind == "set" and (better := apply(whole, path, known)) is not None:
        return cast(dict[str, Any], better)
    way = places(path)
    while way:
        usual, way_here = at(sample, way), joined(way)
        change = Change("remove") if usual is None else Change("set", copy.deepcopy(usual))
        better = apply(whole, way_here, change)
        if better is not None and better != whole:
            return cast(dict[str, Any], better)
        way = way[:-1]
    return whole


def joined(way: list[str | int]) -> str:
    """Return a place as a JSON path."""
    return "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in way).lstrip(".")


def validity_of(date: DateInfo, now: int) -> tuple[int, int]:
    """Return from when to when a code that is claimed now can be used."""
    return code_validity(
        date.type, date.begin_timestamp, date.end_timestamp, date.fixed_term, date.fixed_begin_term, now
    )


def facts_of(visit: Desk, card_type: str, content: Content, card_id: str = "") -> dict[str, Any]:
    """Return what the wallet's page of a card is given, for a card that somebody claims at this moment."""
    base, now = content.base_info, visit.now
    offer = rule.offer(code_rule.NORMAL, base, False, base.can_give_friend, base.bind_openid)
    valid = card_words.validity(visit.text, *validity_of(base.date_info, now))
    logo = "" if base.logo_url.endswith("logo.invalid/") else base.logo_url
    return {
        "held": Draft(visit.app.appid, card_id, code_rule.NORMAL),
        "draft": True,
        "base": base,
        "face": face(visit, content, logo, validity=valid),
        "picture": Picture(base, CODE),
        "offer": offer,
        "phone": "".join(one for one in base.service_phone if one in "+0123456789"),
        **ways_out(visit, card_type, content, visit.app.appid, card_id, CODE, offer),
        **words(visit, card_type, content, {}),
    }
