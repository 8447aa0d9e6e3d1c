"""``GET /style/cards``: the style sheet of the pages of cards."""

from __future__ import annotations

from kaquan.rules.card_tables import COLORS
from support.api import Api
from wire.answers import exchange


def test_every_colour_of_cards_has_its_class(sandbox: Api) -> None:
    status, headers, body = exchange(sandbox, "GET", "/style/cards")
    assert (status, headers["content-type"], headers["cache-control"]) == (
        200,
        "text/css; charset=utf-8",
        "public, max-age=86400",
    )
    text = body.decode()
    assert [name for name, value in COLORS.items() if f".{name} {{ background: {value}; }}" not in text] == []
