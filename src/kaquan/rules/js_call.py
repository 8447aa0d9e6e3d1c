"""What a page asks for: that it may call (``wx.config``), and calls about cards.

Spec: jssdk_and_pages.md 2, 4, 5, 6 and 8; auth_and_signatures.md 6.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.rules.choose import ORDER as CHOOSE_ORDER
from kaquan.rules.fields import shown
from kaquan.rules.signature import same, sha1, wx_config_signature

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
    "63002 no_ticket",
    "63002 signed_wx_card signed_ended_ticket signed_fragment signed_escaped signed_without_query signed_encoded",
    "63002 signed_scheme signed_slash signed_spelling signed_milliseconds signature",
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


class Tickets(msgspec.Struct, frozen=True):
    """An account's tickets, the newest first: jsapi ones that stand, that have ended, and wx_card ones."""

    standing: tuple[str, ...]
    ended: tuple[str, ...] = ()
    wx_card: tuple[str, ...] = ()


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


def check_signature(config: Config, tickets: Tickets) -> None:
    """Go on only if the page's address, or the one it was loaded with, was signed with a standing jsapi ticket.

    Raises:
        Refusal: 63002 with the mistake that was made, where it is one of the usual.
    """
    urls = [url for url in (config.url, config.landing) if url]
    if any(_fits(config, ticket, url) for ticket in tickets.standing for url in urls):
        return
    facts = {"url": config.url[:400], "noncestr": config.nonce_str[:64], "timestamp": config.timestamp[:32]}
    if not tickets.standing and not tickets.ended:
        raise Errcode.INVALID_SIGNATURE("no_ticket", **facts)
    made = next((tries for tries in MISTAKES if any(_same(config, one) for one in tries(config, tickets))), None)
    cause = MISTAKES[made] if made else "signature"
    raise Errcode.INVALID_SIGNATURE(cause, **facts)


def _fits(config: Config, ticket: str, url: str) -> bool:
    return _same(config, wx_config_signature(ticket, config.nonce_str, config.timestamp, url))


def _same(config: Config, signature: str) -> bool:
    return same(config.signature, signature)


def _signed(config: Config, tickets: Iterable[str], *urls: str, timestamp: str = "") -> list[str]:
    named = f"noncestr={config.nonce_str}&timestamp={timestamp or config.timestamp}"
    return [sha1(f"jsapi_ticket={ticket}&{named}&url={url}") for ticket in tickets for url in urls]


def _other_scheme(url: str) -> str:
    scheme, _, rest = url.partition(":")
    return f"{'http' if scheme == 'https' else 'https'}:{rest}"


def _spelt(config: Config, tickets: Tickets) -> list[str]:
    named = f"nonceStr={config.nonce_str}&timestamp={config.timestamp}&url={config.url}"
    return [sha1(f"jsapi_ticket={ticket}&{named}") for ticket in tickets.standing]


def _in_thousandths(config: Config, tickets: Tickets) -> list[str]:
    seconds = config.timestamp
    return [
        one
        for timestamp in (f"{seconds}000", seconds[:-3])
        for one in _signed(config, tickets.standing, config.url, timestamp=timestamp)
    ]


def _without_query(config: Config, tickets: Tickets) -> list[str]:
    return _signed(config, tickets.standing, config.url.partition("?")[0], origin_of(config.url))


def _encoded(config: Config, tickets: Tickets) -> list[str]:
    url = config.url
    return _signed(config, tickets.standing, quote(url, safe=""), unquote(url), quote(url))


# The signatures that a usual mistake leads to -> the mistake.
MISTAKES: dict[Callable[[Config, Tickets], list[str]], str] = {
    lambda config, tickets: _signed(config, tickets.wx_card, config.url): "signed_wx_card",
    lambda config, tickets: _signed(config, tickets.ended, config.url, config.landing): "signed_ended_ticket",
    lambda config, tickets: _signed(config, tickets.standing, config.url + config.fragment): "signed_fragment",
    lambda config, tickets: _signed(config, tickets.standing, config.url.replace("&", "&amp;")): "signed_escaped",
    _without_query: "signed_without_query",
    _encoded: "signed_encoded",
    lambda config, tickets: _signed(config, tickets.standing, _other_scheme(config.url)): "signed_scheme",
    lambda config, tickets: _signed(config, tickets.standing, f"{config.url}/", config.url[:-1]): "signed_slash",
    _spelt: "signed_spelling",
    _in_thousandths: "signed_milliseconds",
}


def origin_of(url: str) -> str:
    """Return scheme and host of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


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
    ext = card.get("card_ext", "")
    if not texts or isinstance(ext, str):
        return None
    facts = {"path": f"cardList[{at}].cardExt", "expected": "string holding JSON", "got": shown(ext)}
    return Errcode.INVALID_CARD_EXT("not_string", **facts)


def failed(method: str, what: str = "fail") -> dict[str, str]:
    """Return what the page is told of a call that came to nothing: ``fail``, ``cancel`` or a text."""
    return {"err_msg": f"{ANSWERS.get(method, 'system')}:{what}"}
