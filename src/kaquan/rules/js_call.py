"""What a page asks for: that it may call (``wx.config``), and calls about cards.

Spec: jssdk_and_pages.md 2, 4, 5, 6 and 8; auth_and_signatures.md 6.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.rules.choose import NOT_SEARCHED
from kaquan.rules.choose import ORDER as CHOOSE_ORDER
from kaquan.rules.fields import shown
from kaquan.rules.signature import same, wx_config_signature

IOS, ANDROID = "ios", "android"
DEVICES = (IOS, ANDROID)
MOST_CARDS = 20
ID_CHARACTERS = 64
URL_BYTES = 8192
# What the answer to each call is called.
ANSWERS = {
    "batchAddCard": "batch_add_card",
    "openCardDetail": "open_card_detail",
    "batchViewCard": "batch_view_card",
    "chooseCard": "choose_card",
}
OFFLINE = "fail, the permission value is offline verifying"
CONFIG_ORDER = (
    "40097 js_config",
    "40013 unknown",
    "48004 suspended",
    "40097 js_api_list",
    "40048 not_a_page other_origin no_js_domains js_domain js_domain_port",
    "63002 config",
)
"""The steps of what ``wx.config`` is refused for."""
CALL_ORDER = ("40097 js_method", "40080 no_cards too_many_cards card_id_type", "40080 not_string")
"""The steps of :func:`check_call`."""
OLD_ORDER = (
    *CALL_ORDER,
    "40073 unknown",
    "40013 unknown",
    "48004 suspended",
    "48001 function_not_applied function_pending function_refused",
    "40048 not_a_page other_origin",
    "48001 no_card_js_domain card_js_domain",
    "48001 card_js_missing card_js_misspelt card_js_value",
)
"""The steps of a call from before ``wx.config``."""
PAGES = {
    "/jssdk/verify": CONFIG_ORDER,
    "/jssdk/call": OLD_ORDER,
    "/choose/": CHOOSE_ORDER,
    "/view-card/": ("40056 not_held",),
}
"""The steps of what pages of others, and ours for them, are refused, by path."""


class Config(msgspec.Struct, frozen=True):
    """What ``wx.config`` was given; ``landing`` is the address the page was loaded with, ``fragment`` begins with #."""

    appid: str
    timestamp: str
    nonce_str: str
    signature: str
    url: str
    landing: str = ""
    fragment: str = ""
    api_list: list[str] = []


def read_config(sent: Any) -> Config:
    """Return what ``wx.config`` was given.

    Raises:
        Refusal: 40097 when it is nothing like it.
    """
    try:
        return msgspec.convert(sent, Config)
    except msgspec.ValidationError as fault:
        raise Errcode.INVALID_ARGS("js_config", reason=str(fault)[:120]) from fault


def check_api_list(config: Config) -> None:
    """Go on only if the page says which calls it wants to make.

    Raises:
        Refusal: 40097 with the text ``param is empty``.
    """
    if not config.api_list:
        raise Errcode.INVALID_ARGS("js_api_list")


def check_signature(config: Config, tickets: Iterable[str]) -> None:
    """Go on only if the page's address, or the one it was loaded with, was signed with a standing jsapi ticket.

    Raises:
        Refusal: 63002; which mistake it was is looked for later.
    """
    urls = [url for url in (config.url, config.landing) if url]
    signed = (
        wx_config_signature(ticket, config.nonce_str, config.timestamp, url) for ticket in tickets for url in urls
    )
    if not any(same(config.signature, one) for one in signed):
        raise Errcode.INVALID_SIGNATURE("config", url=config.url[:400], found=NOT_SEARCHED)


def check_call(method: Any, args: Any, texts: bool = True) -> None:
    """Go on only if a call about cards has arguments it can be carried out with.

    Args:
        method, args: as they were sent.
        texts: whether each card_ext has to be a string; a lenient device makes one of it later.

    Raises:
        Refusal: 40097 no such call; 40080 the cards are no list of at most 20, or a card_ext is no string.
    """
    if not isinstance(method, str) or method not in ANSWERS or not isinstance(args, dict):
        raise Errcode.INVALID_ARGS("js_method", method=shown(method))
    if method == "chooseCard":
        return
    cards = cards_of(method, args)
    if not isinstance(cards, list) or not cards:
        raise Errcode.INVALID_CARD_EXT("no_cards", got=shown(cards))
    if len(cards) > MOST_CARDS:
        raise Errcode.INVALID_CARD_EXT("too_many_cards", size=len(cards), limit=MOST_CARDS)
    for at, card in enumerate(cards):
        refused = _card_refusal(card, at, texts and method != "batchViewCard")
        if refused is not None:
            raise refused


def cards_of(method: str, args: dict[str, Any]) -> Any:
    """Return the cards that a call names."""
    return [args] if method == "openCardDetail" else args.get("card_list")


def _card_refusal(card: Any, at: int, texts: bool) -> Refusal | None:
    card_id = card.get("card_id") if isinstance(card, dict) else None
    if not isinstance(card_id, str) or not 0 < len(card_id) <= ID_CHARACTERS:
        return Errcode.INVALID_CARD_EXT("card_id_type", path=f"cardList[{at}].cardId", got=shown(card_id))
    ext = card.get("card_ext")
    if not texts or isinstance(ext, str):
        return None
    # A page's undefined is gone from what its call is sent as.
    got = shown(ext) if "card_ext" in card else "nothing"
    facts = {"path": f"cardList[{at}].cardExt", "expected": "string holding JSON", "got": got}
    return Errcode.INVALID_CARD_EXT("not_string", **facts)


def failed(method: str, what: str = "fail") -> dict[str, str]:
    """Return what the page is told of a call that came to nothing: ``fail``, ``cancel`` or a text."""
    return {"err_msg": f"{ANSWERS.get(method, 'system')}:{what}"}
