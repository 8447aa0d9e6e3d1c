"""The card of an article: the only page of ours that stands in frames of others (spec: cards.md 13.3)."""

from __future__ import annotations

from starlette.responses import Response

from kaquan.actions.show_cards import show_ticket
from kaquan.api import scan
from kaquan.claim.shelf import load_page
from kaquan.web.claim_face import Face
from kaquan.web.page import page
from kaquan.web.visit import NotHere, Visit


@page("/article/{scan_id}")
async def article(visit: Visit) -> Response:
    """Show the card, with a link that opens the claim page in a window of its own."""
    name = visit.path["scan_id"]
    shown = await load_page(visit, show_ticket)
    if name != scan.article_id(visit.platform.keys, visit.app.appid, shown.cards[0].card_id):
        raise NotHere
    policy = {"frame-ancestors": "*"}
    return visit.show("claim/article.html", policy=policy, card=shown.cards[0], face=Face(visit), scan_id=name)
