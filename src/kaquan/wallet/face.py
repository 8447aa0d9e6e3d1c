"""What stands on top of a page about a card: a held one, or one that somebody is sent or gives away."""

from __future__ import annotations

import msgspec

from kaquan.actions.show_cards import ShownCard
from kaquan.rules import card_page as rule
from kaquan.rules.card_content import Cash, Content
from kaquan.rules.jump_url import safe_url
from kaquan.wallet.card_texts import STAMP_TEXTS
from kaquan.wallet.holder import Held
from kaquan.web import card_words
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


def face_of(visit: Visit, held: Held) -> Face:
    """Return the face of a held card."""
    code = held.holding.code
    return _face(
        visit,
        held.holding.content,
        held.base.logo_url,
        validity=card_words.validity(visit.text, code.begin_time, code.end_time),
        stamp=visit.text(STAMP_TEXTS[held.state]) if held.state in rule.STAMPS else "",
        over=held.state in rule.OVER,
    )


def face_of_card(visit: Visit, card: ShownCard) -> Face:
    """Return the face of a card that the visitor does not hold, or not any more."""
    return _face(visit, card.content, card.picture)


def _face(
    visit: Visit, content: Content, picture: str, validity: str = "", stamp: str = "", over: bool = False
) -> Face:
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
