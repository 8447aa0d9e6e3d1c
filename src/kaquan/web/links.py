"""Where pages about cards are, for every package of pages that leads there."""

from __future__ import annotations

from urllib.parse import quote, unquote

from kaquan.rules.text import storable


def segment(text: str) -> str:
    """Return a text as one segment of a path; codes may hold slashes and dots, which servers and browsers resolve."""
    return quote(quote(text, safe="").replace(".", "%2E"), safe="")


def text_of(segment: str) -> str:
    """Return the text of a segment that was decoded once, as every path is."""
    return storable(unquote(segment))


def card_path(appid: str, card_id: str, code: str, page: str = "") -> str:
    """Return the path of a held card's page, or of one below it such as ``give``."""
    path = f"/wallet/{appid}/{card_id}/{segment(code)}"
    return f"{path}/{page}" if page else path


def message_path(appid: str, message_id: str) -> str:
    """Return the path of the page on which the card of a message is claimed."""
    return f"/wallet/messages/{appid}.{message_id}"
