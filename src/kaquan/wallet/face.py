"""What stands on top of a page about a card: a held one, or one that somebody is sent or gives away."""

from __future__ import annotations

from kaquan.actions.show_cards import ShownCard
from kaquan.rules import card_page as rule
from kaquan.wallet.holder import Held
from kaquan.web import card_words
from kaquan.web.card_page import Face, face
from kaquan.web.card_texts import STAMP_TEXTS
from kaquan.web.visit import Visit


def face_of(visit: Visit, held: Held) -> Face:
    """Return the face of a held card."""
    code = held.holding.code
    return face(
        visit,
        held.holding.content,
        held.base.logo_url,
        validity=card_words.validity(visit.text, code.begin_time, code.end_time),
        stamp=visit.text(STAMP_TEXTS[held.state]) if held.state in rule.STAMPS else "",
        over=held.state in rule.OVER,
    )


def face_of_card(visit: Visit, card: ShownCard) -> Face:
    """Return the face of a card that the visitor does not hold, or not any more."""
    return face(visit, card.content, card.picture)
