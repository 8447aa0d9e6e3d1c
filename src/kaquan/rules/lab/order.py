"""Wrong orders and wrong joints: the values are right, what is made of them is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import permutations

from kaquan.rules.lab.draft import Draft, Variants, by_pairs, by_value, pairs_with
from kaquan.rules.lab.question import TICKET, Parts, Question

MOST_PERMUTED = 6
JOINTS = ("&", ",", " ", "\n", "|")
# What the values are called by programs that join names and values, as far as it changes the text.
TICKET_NAMES = ("api_ticket", "ticket", "jsapi_ticket", "app_ticket")
NONCE_NAMES = ("nonce_str", "noncestr", "nonceStr")
CONFIG_NAMES = {
    "noncestr": ("nonceStr", "nonce_str", "nonce"),
    "timestamp": ("timeStamp", "time_stamp"),
    "jsapi_ticket": ("ticket", "jsapiTicket", "api_ticket"),
    "url": ("URL", "link"),
}


def as_they_stand(parts: Parts) -> str:
    """Put the values together in the order in which they stand."""
    return "".join([text for _, text in parts])


def joined(joint: str, parts: Parts) -> str:
    """Put the values in their right order, with something between them."""
    return joint.join(sorted([text for _, text in parts]))


def sorted_by_key(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sort by name; where the ticket stands depends on what a program calls it."""
    ticket = TICKET[ask.kind]
    others = sorted(part for part in draft.parts if part[0] != ticket)
    mine = tuple(part for part in draft.parts if part[0] == ticket)
    for place in range(len(others) + 1):
        parts = (*others[:place], *mine, *others[place:])
        yield {"order": names(parts)}, draft._replace(parts=parts, arrange=as_they_stand)


def unsorted(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Leave the values as they stand: in the order of the card_ext, and in any order where they are few."""
    if len(draft.parts) > MOST_PERMUTED or not alone:
        orders: Sequence[Parts] = (draft.parts, (*draft.parts[1:], *draft.parts[:1]))
    else:
        orders = list(permutations(draft.parts))
    way = by_pairs if ask.kind == "config" else as_they_stand
    for parts in orders:
        yield {"order": names(parts)}, draft._replace(parts=parts, arrange=way)


def sorted_as_numbers(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sort digits by what they are worth, as a sort that guesses types does."""
    digits = sorted((part for part in draft.parts if part[1].isdecimal()), key=lambda part: int(part[1]))
    others = sorted((part for part in draft.parts if not part[1].isdecimal()), key=lambda part: part[1])
    for parts in ((*digits, *others), (*others, *digits)):
        yield {"order": names(parts)}, draft._replace(parts=parts, arrange=as_they_stand)


def sorted_descending(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sort the wrong way round."""
    parts = tuple(sorted(draft.parts, key=lambda part: part[1], reverse=True))
    yield {"order": names(parts)}, draft._replace(parts=parts, arrange=as_they_stand)


def sorted_ignoring_case(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sort as a dictionary or a locale does."""
    keys: tuple[Callable[[str], str], ...] = (str.lower, str.upper, lambda text: text.replace("_", "").lower())
    for key in keys:
        parts = tuple(sorted(draft.parts, key=lambda part, key=key: key(part[1])))  # type: ignore[misc]
        yield {"order": names(parts)}, draft._replace(parts=parts, arrange=as_they_stand)


def joined_with(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Put something between the values."""
    for joint in JOINTS:
        yield {"joint": joint.replace("\n", "\\n")}, draft._replace(arrange=partial(joined, joint))


def key_value(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign names and values, as wx.config does."""
    for ticket in TICKET_NAMES:
        for nonce in NONCE_NAMES if draft.value("nonce_str") else ("",):
            spelled = {TICKET[ask.kind]: ticket, "nonce_str": nonce}
            parts = tuple((spelled.get(name, name), text) for name, text in draft.parts)
            for joint, between in (("=", "&"), ("=", ""), ("", "")):
                yield {}, draft._replace(parts=parts, arrange=pairs_with(joint, between))


def values_alone(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Sign the values of a wx.config without their names, as card signatures do."""
    for way in (by_value, as_they_stand):
        yield {}, draft._replace(arrange=way)


def wrong_joint(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Join the names and values of a wx.config in another way."""
    for joint, between in (("=", ""), ("=", ","), ("", ""), (":", ","), ("=", "&amp;")):
        yield {"joint": between or "nothing"}, draft._replace(arrange=pairs_with(joint, between))


def key_spelling(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Spell a name of string1 in another way; the order follows the names."""
    for name, others in CONFIG_NAMES.items():
        for other in others:
            parts = tuple((other if one == name else one, text) for one, text in draft.parts)
            for way in dict.fromkeys((parts, tuple(sorted(parts)))):
                yield {"signed": other, "right": name}, draft._replace(parts=way)


def names(parts: Parts) -> list[str]:
    """Return the names in the order in which their values stand."""
    return [name for name, _ in parts]


def hmac_keyed(draft: Draft, ask: Question, alone: bool) -> Variants:
    """Take a keyed digest, with the ticket or the appsecret as its key."""
    ticket = TICKET[ask.kind]
    for key, unsigned in ((draft.value(ticket), (ticket,)), (draft.value(ticket), ()), (ask.secret, ())):
        if key:
            yield {}, draft.without(*unsigned)._replace(key=key)
