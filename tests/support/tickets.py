"""Ways to a card, as merchants hand them out."""

from __future__ import annotations

from typing import Any

from support.api import Api


def qr(api: Api, *cards: str, **more: Any) -> str:
    """Return the address in the QR code of a card or of several; ``more`` are fields of the card."""
    named = [{"card_id": card_id, **more} for card_id in cards]
    one = {"action_name": "QR_CARD", "action_info": {"card": named[0]}}
    several = {"action_name": "QR_MULTIPLE_CARD", "action_info": {"multiple_card": {"card_list": named}}}
    url: str = api.ok("/card/qrcode/create", one if len(cards) == 1 else several)["url"]
    return url


def shelf(api: Api, *cards: str, title: str = "Our coupons", picture: str = "http://pic.example/a") -> str:
    """Make a shelf with these cards and return its address."""
    placed = [{"card_id": card_id, "thumb_url": picture} for card_id in cards]
    body = {"banner": picture, "page_title": title, "can_share": True, "scene": "SCENE_H5", "card_list": placed}
    url: str = api.ok("/card/landingpage/create", body)["url"]
    return url


def article(api: Api, card_id: str) -> str:
    """Return the address of the frame that shows a card in an article."""
    content: str = api.ok("/card/mpnews/gethtml", {"card_id": card_id})["content"]
    return content.partition('data-src="')[2].partition('"')[0].replace("&amp;", "&").partition("#")[0]
