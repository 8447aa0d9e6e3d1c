"""What stands on a card: what it is worth, and when it can be used (spec: jssdk_and_pages.md 11.1)."""

from __future__ import annotations

from kaquan.actions.show_cards import ShownCard
from kaquan.web import card_words
from kaquan.web.links import card_path
from kaquan.web.visit import Visit


class Face:
    """Cards as a visitor reads them.

    Args:
        visit: whose language is spoken.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.text = visit.text

    def kind(self, card: ShownCard) -> str:
        """Return what kind of card it is."""
        return self.text(card_words.KINDS[card.card_type])

    def worth(self, card: ShownCard) -> str:
        """Return the main figure: what is taken off, or what kind of card it is."""
        return card_words.figure(self.text, card.content) or self.kind(card)

    def condition(self, card: ShownCard) -> str:
        """Return from what sum on it can be used, empty where it always can."""
        return card_words.least_cost(self.text, card.content)

    def detail(self, card: ShownCard) -> str:
        """Return the words of what it is good for, empty where a figure says it."""
        return card_words.detail(card.card_type, card.content)[1]

    def validity(self, card: ShownCard) -> str:
        """Return when it can be used."""
        return card_words.span(self.text, card.base.date_info)

    def way(self, card: ShownCard, code: str) -> str:
        """Return the path of a claimed code's page in the wallet."""
        return card_path(self._visit.app.appid, card.card_id, code)

    def tone(self, card: ShownCard) -> str:
        """Return the colour of its bar."""
        return card_words.tone(card.base.color)
