"""The mistakes that are known, each a way from a right signature to a wrong one (spec: auth_and_signatures.md 8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple
from urllib.parse import quote, unquote

from kaquan.rules.card_tables import KEYS
from kaquan.rules.lab import order
from kaquan.rules.lab.draft import Draft, Facts, Variants
from kaquan.rules.lab.question import ACCESS_TOKEN, NEEDED, OPTIONAL, TICKET, Question
from kaquan.rules.lab.urls import URLS
from kaquan.rules.text import mask_openid

Way = Callable[[Draft, Question, bool], Variants]

AROUND_SECONDS = 600
AROUND_IN_PAIR = 10
FOREIGN_IN_PAIR = 2
LONGEST_TIME = 13
PLACEHOLDERS = ("undefined", "null", "[object Object]", "None", "NaN")
FLOATS = (".0", ".00", ".000000")
LONGEST_SHOWN = 300
NICKNAMES = {"nonce": "nonce_str", "noncestring": "nonce_str", "cardcode": "code"}
GUESSES: dict[str, tuple[str, ...]] = {"card_type": (*KEYS, "INVOICE"), "location_id": ("0",), "balance": ("0",)}


def wrong_kind(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign with the other kind of ticket, or with an access token."""
    needed = NEEDED[ask.kind]
    for one in ask.tickets:
        if not one.owner and one.kind != needed:
            yield {"ticket": one.kind, "needed": needed}, draft.having(TICKET[ask.kind], one.value)


def stale_ticket(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign with a ticket whose time is over."""
    for one in ask.tickets:
        if not one.owner and one.kind == NEEDED[ask.kind] and not one.standing:
            yield {"ticket": one.kind}, draft.having(TICKET[ask.kind], one.value)


def foreign_ticket(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign with a ticket of another account."""
    foreign = [one for one in ask.tickets if one.owner and one.kind != ACCESS_TOKEN]
    for one in foreign if alone else foreign[:FOREIGN_IN_PAIR]:
        if one.value:
            yield {"owner": one.owner, "ticket": one.kind}, draft.having(TICKET[ask.kind], one.value)


def appsecret(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign with the appsecret, as the rule of 2014 had it."""
    if ask.secret:
        yield {"needed": NEEDED[ask.kind]}, draft.having(TICKET[ask.kind], ask.secret)


def timestamp_form(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign the same second in another form: milliseconds, or a number with a point."""
    sent = draft.value("timestamp")
    forms = [f"{sent}{point}" for point in FLOATS]
    forms += [f"{sent}000"] if len(sent) <= 10 else [sent[:-3]]
    whole, point, _ = sent.partition(".")
    for signed in (*forms, *([whole] if point else [])):
        yield {"signed": signed, "sent": sent}, draft.having("timestamp", signed)


def timestamp_differs(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign another second than the one that is sent, by reading the clock twice."""
    sent = draft.value("timestamp")
    if not (sent.isascii() and sent.isdecimal() and len(sent) <= LONGEST_TIME):
        return
    step = 1000 if len(sent) == LONGEST_TIME else 1
    reach = AROUND_SECONDS if alone else AROUND_IN_PAIR
    parts, place = list(draft.parts), [name for name, _ in draft.parts].index("timestamp")
    for away in (sign * seconds for seconds in range(1, reach + 1) for sign in (-1, 1)):
        signed = str(int(sent) + away * step)
        parts[place] = ("timestamp", signed)
        yield {"signed": signed, "sent": sent}, draft._replace(parts=tuple(parts))


def left_out(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Leave a value out of the signature that is sent, or that has to be signed."""
    for name, text in draft.parts:
        yield _shown(name, value="" if name == TICKET[ask.kind] else text), draft.without(name)


def misspelt_member(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Send a value under a name that is none, and sign it all the same."""
    for sent, text in ask.extras.items():
        right = _right_name(sent, ask)
        if right and not draft.value(right):
            yield {"sent": sent, "right": right}, draft.adding(right, text)


def extra_signed(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign what is sent beside the signed values, or the appid."""
    for name, text in ask.extras.items():
        if not _right_name(name, ask) or draft.value(_right_name(name, ask)):
            yield _shown(name), draft.adding(name, text)
    if ask.kind == "card_ext":
        yield from ((_shown("appid"), draft.adding("appid", one)) for one in ask.known.get("app_id", ()))


def signed_not_sent(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign a value that is not sent."""
    for name in OPTIONAL[ask.kind]:
        if not draft.value(name):
            for text in dict.fromkeys((*ask.known.get(name, ()), *GUESSES.get(name, ()))):
                yield _shown(name, signed=text), draft.adding(name, text)


def other_value(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign another value than the one that is sent: that of another card, or of another person."""
    for name, sent in draft.parts:
        for text in ask.known.get(name, ()):
            if text != sent:
                yield _shown(name, signed=text, sent=sent), draft.having(name, text)


def placeholder(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign what a program prints for a value that it does not have."""
    for word in PLACEHOLDERS if alone else PLACEHOLDERS[:2]:
        for name, _ in draft.parts:
            yield {"member": name, "signed": word}, draft.having(name, word)
        for name in OPTIONAL[ask.kind]:
            if not draft.value(name):
                yield {"member": name, "signed": word}, draft.adding(name, word)


def padded(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign a value with a line break, a blank or quotes around it, or without those it has."""
    for name, text in draft.parts:
        forms = (f"{text}\n", f"{text}\r\n", f" {text}", f"{text} ", f'"{text}"', f"'{text}'")
        for form in forms if alone else forms[:1]:
            yield {"member": name}, draft.having(name, form)
        if text.strip() != text:
            yield {"member": name}, draft.having(name, text.strip())


def reencoded(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign a value percent-encoded, or with its encoding taken off."""
    for name, text in draft.parts:
        forms = (
            {quote(text, safe="", errors="replace"), unquote(text)} - {text}
            if name not in {"url", TICKET[ask.kind]}
            else set()
        )
        for form in sorted(forms):
            yield _shown(name, signed=form, sent=text), draft.having(name, form)


def choose_card_rule(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign a card_ext by the rule of chooseCard: the appid and the type of the card in place of the card."""
    for appid in ask.known.get("app_id", ()):
        bare = draft.without("card_id").adding("app_id", appid)
        yield {"members": order.names(bare.parts)}, bare
        for one in GUESSES["card_type"]:
            for typed in (bare.adding("card_type", one), draft.adding("app_id", appid).adding("card_type", one)):
                yield {"members": order.names(typed.parts)}, typed


def card_ext_rule(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign a chooseCard by the rule of a card_ext: the card without the appid."""
    cards = (draft.value("card_id"),) if draft.value("card_id") else ask.known.get("card_id", ())
    for card_id in cards:
        bare = draft.without("app_id", "card_type", "location_id", "card_id").adding("card_id", card_id)
        yield {"members": order.names(bare.parts)}, bare


def address(mistake: str, draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign another form of the page's address."""
    url = draft.value("url")
    for form in dict.fromkeys(URLS[mistake](url, ask.extras.get("page", url))):
        if form != url:
            yield _shown("url", signed=form, sent=url), draft.having("url", form)


def other_page(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign the address of another page."""
    url = draft.value("url")
    for text in ask.known.get("url", ()):
        yield _shown("url", signed=text, sent=url), draft.having("url", text)


class Mistake(NamedTuple):
    """One known mistake.

    Args:
        name: key of its texts.
        way: from a draft to the drafts with this mistake.
        group: mistakes of one group exclude each other, unless the group is empty.
    """

    name: str
    way: Way
    group: str = ""


_TICKETS = tuple(Mistake(way.__name__, way, "ticket") for way in (wrong_kind, stale_ticket, foreign_ticket, appsecret))
_TIME = Mistake("timestamp_form", timestamp_form, "time")
_DIFFERS = Mistake("timestamp_differs", timestamp_differs, "time")
_MEMBERS = tuple(
    Mistake(way.__name__, way)
    for way in (misspelt_member, extra_signed, other_value, signed_not_sent, left_out, placeholder, padded, reencoded)
)
_ORDERS = tuple(
    Mistake(way.__name__, way, "order")
    for way in (
        order.joined_with,
        order.key_value,
        order.sorted_by_key,
        order.sorted_as_numbers,
        order.sorted_descending,
        order.sorted_ignoring_case,
        order.unsorted,
    )
)
_HMAC = Mistake("hmac", order.hmac_keyed, "digest")
_CONFIG_ORDERS = (
    Mistake("key_spelling", order.key_spelling),
    Mistake("values_alone", order.values_alone, "order"),
    Mistake("wrong_joint", order.wrong_joint, "order"),
    Mistake("unsorted", order.unsorted, "order"),
)
_ADDRESSES = (Mistake("other_page", other_page), *(Mistake(name, partial(address, name)) for name in URLS))
_CONFIG_MEMBERS = tuple(one for one in _MEMBERS if one.name in {"left_out", "placeholder", "padded", "reencoded"})

MISTAKES: dict[str, tuple[Mistake, ...]] = {
    "card_ext": (
        *_TICKETS,
        _TIME,
        *_MEMBERS[:5],
        Mistake("choose_card_rule", choose_card_rule, "order"),
        *_MEMBERS[5:],
        *_ORDERS,
        _HMAC,
        _DIFFERS,
    ),
    "card_sign": (
        *_TICKETS,
        _TIME,
        Mistake("card_ext_rule", card_ext_rule, "order"),
        *_MEMBERS,
        *_ORDERS,
        _HMAC,
        _DIFFERS,
    ),
    "config": (*_TICKETS, _TIME, *_CONFIG_MEMBERS, *_ADDRESSES, *_CONFIG_ORDERS, _HMAC, _DIFFERS),
}
"""The mistakes by kind of signature, the likelier of two that give the same signature first."""


def _right_name(sent: str, ask: Question) -> str:
    bare = {name.replace("_", ""): name for name in OPTIONAL[ask.kind]} | {
        "nonce": "nonce_str",
        "noncestring": "nonce_str",
    }
    name = bare.get(sent.replace("_", "").lower(), "")
    return name if name in OPTIONAL[ask.kind] and name != sent else ""


def _shown(member: str, **texts: str) -> Facts:
    """Return facts about a member as a diagnosis may show them."""
    hide: Callable[[str], str] = mask_openid if member == "openid" else _cut
    return {"member": member, **{name: hide(text) if text else "" for name, text in texts.items()}}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
