"""What a page would have had to call with: the counterpart of ``repair.py`` for what pages of merchants send.

A signature is made anew with the account's standing ticket, which is the account's own to sign with.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from kaquan.actions.keep_call import FailedCall
from kaquan.api.repair import Done, Repaired
from kaquan.errors.change import Change, apply
from kaquan.rules.js_call import cards_of
from kaquan.rules.js_domain import MARK
from kaquan.rules.signature import card_ext_signature, card_sign, wx_config_signature

Facts = Mapping[str, Any]
Ticket = Callable[[str], str]
"""Returns the standing ticket of a kind, empty when there is none."""
Mend = Callable[[dict[str, Any], Facts, Ticket], str]
"""Changes what a page sent, and returns the place that was changed, empty when it could not."""
SAID = ("页面改成这样调用，就能通过这项检查。", "Called like this, the page passes this check.")
FILTERS = {"cardType": "card_type", "cardId": "card_id", "shopId": "location_id"}
SIGNED_FILTERS = ("app_id", "location_id", "time_stamp", "nonce_str", "card_id", "card_type")
QUOTES = str.maketrans("'", '"')


def repair_page(kept: FailedCall, ticket: Ticket) -> Repaired | None:
    """Return what a page would have had to send, None where nothing that it sent is to blame.

    Args:
        kept: the refused call of a page.
        ticket: gives the account's tickets.
    """
    mend = MENDS.get(kept.cause)
    sent = _object(kept.body)
    if mend is None or not sent:
        return None
    changed = copy.deepcopy(sent)
    path = mend(changed, msgspec.json.decode(kept.facts), ticket)
    if not path or changed == sent:
        return None
    return Repaired("whole", *SAID, [Done(path, _shown(changed, path))], json.dumps(changed, ensure_ascii=False))


def _shown(body: dict[str, Any], path: str) -> str:
    value = body.get(path.partition(".")[0])
    return Change("set", value).text(path) if isinstance(value, str) else ""


def _object(text: Any) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _compact(value: Any, like: Any = "") -> str:
    """Return a value as JSON text, with blanks where the text that it takes the place of has them."""
    blanks = isinstance(like, str) and '": ' in like
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": ") if blanks else (",", ":"))


def _stringify(sent: dict[str, Any], facts: Facts, _: Ticket) -> str:
    """Turn each card_ext that is an object into the string that it has to be."""
    args = sent.get("args")
    cards = cards_of(str(sent.get("method")), args) if isinstance(args, dict) else []
    for card in cards if isinstance(cards, list) else []:
        if isinstance(card, dict) and isinstance(card.get("card_ext"), dict):
            card["card_ext"] = _compact(card["card_ext"])
    return str(facts.get("path", ""))


def _rename_key(sent: dict[str, Any], facts: Facts, _: Ticket) -> str:
    """Give a misspelt member of card_ext its name."""
    ext = apply(_object(sent.get("card_ext")), str(facts["key"]), Change("rename", str(facts["sent"])))
    sent["card_ext"] = _compact(ext, sent["card_ext"])
    return f"card_ext.{facts['key']}"


def _straighten(sent: dict[str, Any], _: Facts, __: Ticket) -> str:
    """Write a card_ext in single quotes as JSON."""
    ext = _object(str(sent.get("card_ext", "")).translate(QUOTES))
    sent["card_ext"] = _compact(ext) if ext else sent.get("card_ext")
    return "card_ext" if ext else ""


def _drop_and_sign(sent: dict[str, Any], facts: Facts, ticket: Ticket) -> str:
    """Leave a member of card_ext out that is no text."""
    ext = _object(sent.get("card_ext"))
    ext.pop(str(facts["key"]), None)
    sent["card_ext"] = _compact(ext, sent["card_ext"])
    return _sign_ext(sent, facts, ticket) and f"card_ext.{facts['key']}"


def _sign_ext(sent: dict[str, Any], _: Facts, ticket: Ticket) -> str:
    """Sign a card_ext anew."""
    ext, key = _object(sent.get("card_ext")), ticket("wx_card")
    if not ext or not ext.get("timestamp") or not key:
        return ""
    texts = {name: str(value) for name, value in ext.items() if isinstance(value, str | int)}
    ext["signature"] = card_ext_signature(key, str(sent.get("card_id", "")), texts)
    sent["card_ext"] = _compact(ext, sent["card_ext"])
    return "card_ext.signature"


def _sign_choice(sent: dict[str, Any], _: Facts, ticket: Ticket) -> str:
    """Sign the filters of chooseCard anew."""
    key = ticket("wx_card")
    if not key:
        return ""
    sent["card_sign"] = card_sign(key, {name: str(sent.get(name) or "") for name in SIGNED_FILTERS})
    return "card_sign"


def _widen(sent: dict[str, Any], facts: Facts, ticket: Ticket) -> str:
    """Leave out the filter of chooseCard that excludes most."""
    name = FILTERS.get(str(facts.get("widest")), "")
    sent.pop(name, None)
    return _sign_choice(sent, facts, ticket) and name


def _sign_config(sent: dict[str, Any], _: Facts, ticket: Ticket) -> str:
    """Sign the address of a page anew."""
    key = ticket("jsapi")
    values = [str(sent.get(name, "")) for name in ("nonce_str", "timestamp", "url")]
    sent["signature"] = wx_config_signature(key, *values)
    return "signature" if key else ""


def _mark(sent: dict[str, Any], facts: Facts, _: Ticket) -> str:
    """Put wechat_card_js=1 into the page's address, in place of what stands there for it."""
    wrong = {MARK, str(facts.get("sent", MARK))}
    parts = urlsplit(str(sent.get("url", "")))
    if not parts.netloc:
        return ""
    kept = [one for one in parts.query.split("&") if one and one.partition("=")[0] not in wrong]
    sent["url"] = parts._replace(query="&".join([*kept, f"{quote(MARK)}=1"])).geturl()
    return "url"


MENDS: dict[str, Mend] = {
    "not_string": _stringify,
    "misspelt_key": _rename_key,
    "not_json": _straighten,
    "wrong_type": _drop_and_sign,
    "missing_key": _sign_ext,
    "signature": _sign_ext,
    "card_sign": _sign_choice,
    "all_filtered": _widen,
    "config": _sign_config,
    "card_js_missing": _mark,
    "card_js_misspelt": _mark,
    "card_js_value": _mark,
}
"""What mends a page's call, by the cause of its refusal."""
