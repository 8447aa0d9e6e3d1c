"""A card as somebody sees it who is offered it: what stands on its face and below."""

from __future__ import annotations

import msgspec

from kaquan.rules.card_content import Content
from kaquan.rules.jump_url import safe_url
from kaquan.web import card_words
from kaquan.web.desk import Desk


class Sight(msgspec.Struct, frozen=True):
    """What a consumer sees of a card, in the words of the page; empty where there is nothing to see."""

    brand: str
    title: str
    sub_title: str
    logo: str
    tone: str
    kind: str
    figure: str
    condition: str
    validity: str
    heading: str
    detail: str
    notice: str
    description: str
    phone: str


def sight(visit: Desk, card_type: str, content: Content) -> Sight:
    """Return a card as its consumers see it."""
    base, text = content.base_info, visit.text
    heading, detail = card_words.detail(card_type, content)
    return Sight(
        brand=base.brand_name,
        title=base.title,
        sub_title=base.sub_title,
        logo=safe_url(base.logo_url),
        tone=card_words.tone(base.color),
        kind=text(card_words.KINDS[card_type]),
        figure=card_words.figure(text, content),
        condition=card_words.least_cost(text, content),
        validity=card_words.span(text, base.date_info),
        heading=heading and text(heading),
        detail=detail,
        notice=base.notice,
        description=base.description,
        phone=base.service_phone,
    )
