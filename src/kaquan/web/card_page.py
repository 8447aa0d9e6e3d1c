"""One card as its page shows it: its face, its code as a picture, what it says and where it leads.

The wallet shows a held card with it, the console what a card will look like.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from kaquan.rules import card_page as rule
from kaquan.rules.card_content import BaseInfo, Cash, Content
from kaquan.rules.code_picture import draw, grouped, look_of
from kaquan.rules.encrypt_code import NONCE_BYTES, encrypt_code
from kaquan.rules.jump_url import cell_url, safe_url
from kaquan.web import card_texts, card_words, use_words
from kaquan.web.visit import Visit


class Face(msgspec.Struct, frozen=True):
    """A card's face, in the words of its page.

    Args:
        title, sub_title, brand: the card's.
        logo: an address that may be loaded, or empty.
        tone: the card's colour, or empty.
        figure, figure_tip: what is taken off, and from what sum on; empty where a card is not about money.
        validity: when it can be used, empty where that is not known yet.
        stamp: over the card, empty for one that can be used.
        over: whether it cannot be used any more.
    """

    title: str
    sub_title: str
    brand: str
    logo: str
    tone: str
    figure: str
    figure_tip: str
    validity: str = ""
    stamp: str = ""
    over: bool = False


class Picture:
    """The code as it is shown to a till.

    Args:
        base: of the card.
        code: of the holder.
    """

    def __init__(self, base: BaseInfo, code: str) -> None:
        look = look_of(base.code_type, code)
        self.kind = look.kind
        self.svg = draw(look, code)
        self.groups = grouped(code) if look.digits else []


def face(visit: Visit, content: Content, picture: str, validity: str = "", stamp: str = "", over: bool = False) -> Face:
    """Return the face of a card; ``picture`` is the address of what stands on it, the other arguments are Face's."""
    base = content.base_info
    return Face(
        title=base.title,
        sub_title=base.sub_title,
        brand=base.brand_name,
        logo=safe_url(picture),
        tone=card_words.tone(base.color),
        figure=card_words.figure(visit.text, content),
        figure_tip=_tip(visit, content),
        validity=validity,
        stamp=stamp,
        over=over,
    )


def _tip(visit: Visit, content: Content) -> str:
    return (card_words.least_cost(visit.text, content) or visit.text("无门槛")) if isinstance(content, Cash) else ""


def ways_out(
    visit: Visit, card_type: str, content: Content, appid: str, card_id: str, code: str, offer: rule.Offer
) -> dict[str, Any]:
    """Return the cells and the centre button, with their links; each view encrypts the code anew."""
    base = content.base_info
    key = visit.platform.keys.encrypt_code_key(appid)
    sealed = encrypt_code(key, code, secrets.token_bytes(NONCE_BYTES))
    cells = [
        (one.name or visit.text(card_texts.CELL_KINDS[one.kind]), one.tip, one.url)
        for one in rule.cells(base, sealed, card_id)
    ]
    name, url = card_texts.type_link(card_type, content)
    more = [(visit.text(name), "", url)] if url else []
    center = cell_url(base.center_url, sealed, card_id) if offer.center else ""
    return {"cells": [*cells, *more], "center": center}


def words(visit: Visit, card_type: str, content: Content, ticket: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the card says of itself; ``ticket`` is what was said of this one ticket alone."""
    heading, detail = card_words.detail(card_type, content)
    advanced = content.advanced_info
    cover = advanced.abstract
    pictures = [(safe_url(one.image_url), one.text) for one in advanced.text_image_list]
    return {
        "rows": card_texts.rows(visit.text, content, ticket),
        "heading": visit.text(heading) if heading else "",
        "detail": detail,
        "conditions": use_words.conditions(visit.text, advanced),
        "services": card_texts.services(visit.text, advanced),
        "cover": next(filter(None, map(safe_url, cover.icon_url_list)), "") if cover else "",
        "abstract": cover.abstract if cover else "",
        "pictures": pictures,
    }
