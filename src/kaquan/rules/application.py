"""What a merchant applies for, what each application asks, and who may move it where.

Spec: qa_cases.md A1-A5, statistics_and_stores.md D.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.rules.categories import categories

NONE, PENDING, GRANTED, REFUSED, SUSPENDED = STATES = ("none", "pending", "granted", "refused", "suspended")
MERCHANT, OPERATOR = "merchant", "operator"
CARD, BALANCE, CUSTOM_CODE = "card", "balance", "custom_code"
# What must be there before anything else is; while it is not, every call about cards says why.
NOT_GRANTED = {NONE: "function_not_applied", PENDING: "function_pending", REFUSED: "function_refused"}
MOST_PAPERS = 10
MOST_LETTERS = 1000


class Move(msgspec.Struct, frozen=True):
    """A change of state: by whom, from where, to where."""

    by: str
    before: frozenset[str]
    after: str


MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "submit": Move(MERCHANT, frozenset({NONE, REFUSED}), PENDING),
        "withdraw": Move(MERCHANT, frozenset({PENDING}), NONE),
        "switch_on": Move(MERCHANT, frozenset({NONE, REFUSED}), GRANTED),
        "approve": Move(OPERATOR, frozenset({PENDING}), GRANTED),
        "refuse": Move(OPERATOR, frozenset({PENDING}), REFUSED),
        "suspend": Move(OPERATOR, frozenset({GRANTED}), SUSPENDED),
        "restore": Move(OPERATOR, frozenset({SUSPENDED}), GRANTED),
    }
)
NEEDS_REASON = frozenset({"refuse", "suspend", "restore"})


class Field(msgspec.Struct, frozen=True):
    """A text that an application asks for.

    Args:
        name: as posted and kept.
        most: characters.
        shape: a pattern of the whole, empty for any.
        choices: the values there are, empty for any.
    """

    name: str
    most: int = 60
    shape: str = ""
    choices: tuple[str, ...] = ()


class Kind(msgspec.Struct, frozen=True):
    """One thing to apply for.

    Args:
        fields: what is asked.
        papers: slots that need at least one paper each.
        reviewed: an operator decides; otherwise it is on at once.
    """

    fields: tuple[Field, ...] = ()
    papers: tuple[str, ...] = ()
    reviewed: bool = True


class Submission(msgspec.Struct, frozen=True):
    """What a merchant filled in: texts by name, and the digests of the papers in each slot."""

    values: dict[str, str] = {}
    papers: dict[str, list[str]] = {}

    def digests(self) -> list[str]:
        """Return the digests of all papers, in the order of their slots."""
        return [digest for slot in self.papers.values() for digest in slot]


SUBJECTS = ("enterprise", "individual", "institution")
SUPPLEMENT = "supplement"
CREDENTIAL = "credential_scan"
PURPOSE = Kind((Field("purpose", MOST_LETTERS),))
_CATEGORIES = {
    str(kind["secondary_category_id"]): (line["category_name"], kind)
    for line in categories()
    for kind in line["secondary_category"]
}
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        CARD: Kind(
            (
                Field("subject_type", choices=SUBJECTS),
                Field("subject_name"),
                Field("credential_number", 40, r"[0-9A-Za-z][0-9A-Za-z -]{4,}"),
                Field("category", choices=tuple(_CATEGORIES)),
                Field("contact_name", 30),
                Field("contact_phone", 20, r"\+?\d[\d -]{5,}"),
                Field("contact_email", 100, r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+"),
                Field("agreed", choices=("1",)),
            ),
            (CREDENTIAL,),
        ),
        BALANCE: Kind((Field("filing_number", 60), Field("filing_authority", 60)), ("filing_scan",)),
        CUSTOM_CODE: Kind((Field("agreed", choices=("1",)),), reviewed=False),
        "member_card": PURPOSE,
        "bonus": PURPOSE,
        "custom_url": PURPOSE,
        "pay": PURPOSE,
        "issue": PURPOSE,
    }
)
PERMISSIONS = tuple(sorted(set(KINDS) - {CARD}))
"""Everything beside the card function: what is kept in an account's ``permissions``."""


def state_of(held: bool, kept: str) -> str:
    """Return the state of a permission.

    Args:
        held: what calls are let through by.
        kept: the state of its application; one that was granted and is not held any more counts as none.
    """
    if held:
        return GRANTED
    return NONE if kept == GRANTED else kept


def may_move(kind: str, move: str, state: str) -> bool:
    """Tell whether an application may be moved so.

    What is reviewed is submitted, anything else switched on; permissions are suspended, the card function never: the
    account is.
    """
    never = {"suspend", "restore"} if kind == CARD else set()
    never |= {"switch_on"} if KINDS[kind].reviewed else {"submit"}
    return move not in never and state in MOVES[move].before


def function_refusal(appid: str, card_function: str, suspended: bool) -> Refusal | None:
    """Return why an account may do nothing with cards, or None."""
    if suspended:
        return Errcode.API_FORBIDDEN("suspended", appid=appid)
    cause = NOT_GRANTED.get(card_function)
    return Errcode.API_UNAUTHORIZED(cause, appid=appid) if cause else None


def submit_refusal(appid: str, kind: str, card_function: str, suspended: bool) -> Refusal | None:
    """Return why an account may not ask for this now, or None: the card function comes before everything else."""
    return function_refusal(appid, GRANTED if kind == CARD else card_function, suspended)


# What an application asks.


def category_name(category: str) -> tuple[str, ...]:
    """Return the names of a category's line and of the category, nothing for one that there is not."""
    line, kind = _CATEGORIES.get(category, ("", {}))
    return (line, str(kind["category_name"])) if line else ()


def category_lines() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each line of business with (id, name) of its kinds."""
    return [
        (line["category_name"], [(str(one["secondary_category_id"]), one["category_name"]) for one in kinds])
        for line in categories()
        if (kinds := line["secondary_category"])
    ]


def licences(category: str) -> list[str]:
    """Return what a category needs beside the credential (``need_qualification_stuffs``)."""
    return list(_CATEGORIES[category][1]["need_qualification_stuffs"]) if category in _CATEGORIES else []


def every_licence() -> dict[str, list[str]]:
    """Return each licence any category needs, with the categories that need it."""
    every: dict[str, list[str]] = {}
    for category in _CATEGORIES:
        for name in licences(category):
            every.setdefault(name, []).append(category)
    return every


def is_scan(stuff: str) -> bool:
    """Tell whether one of ``need_qualification_stuffs`` is a paper; the others are numbers on one."""
    return stuff.endswith("_bizmedia_id")


def prepaid_allowed(category: str) -> bool:
    """Tell whether merchants of a category may have stored value; nothing is known of one who never said theirs."""
    return category not in _CATEGORIES or bool(_CATEGORIES[category][1]["can_choose_prepaid_card"])


def fields_of(kind: str, category: str) -> list[Field]:
    """Return the texts that an application asks for."""
    numbers = [Field(name) for name in licences(category) if not is_scan(name)] if kind == CARD else []
    return [*KINDS[kind].fields, *numbers]


def slots_of(kind: str, category: str) -> list[str]:
    """Return the slots that need a paper each."""
    scans = [name for name in licences(category) if is_scan(name)] if kind == CARD else []
    return [*KINDS[kind].papers, *scans]


def takes_papers(kind: str) -> bool:
    """Tell whether an application has papers at all."""
    return bool(KINDS[kind].papers)


def trimmed(kind: str, sent: Submission) -> Submission:
    """Return of what was filled in what the application asks for; another category's licences fall away."""
    category = sent.values.get("category", "")
    names = [field.name for field in fields_of(kind, category)]
    slots = [*slots_of(kind, category), SUPPLEMENT] if takes_papers(kind) else []
    return Submission(
        {name: sent.values[name] for name in names if sent.values.get(name)},
        {slot: sent.papers[slot] for slot in slots if sent.papers.get(slot)},
    )


def faults(kind: str, sent: Submission) -> dict[str, str]:
    """Return what is wrong with a submission: name of the text or slot -> missing, too_long, shape or too_many."""
    category = sent.values.get("category", "")
    found = {field.name: _fault(field, sent.values.get(field.name, "")) for field in fields_of(kind, category)}
    found |= {slot: "missing" for slot in slots_of(kind, category) if not sent.papers.get(slot)}
    if len(sent.digests()) > MOST_PAPERS:
        found[SUPPLEMENT] = "too_many"
    return {name: fault for name, fault in found.items() if fault}


def _fault(field: Field, value: str) -> str:
    if not value:
        return "missing"
    if len(value) > field.most:
        return "too_long"
    if field.choices:
        return "" if value in field.choices else "missing"
    return "" if re.fullmatch(field.shape or r"(?s).*", value) else "shape"


def changed(before: Submission, after: Submission) -> set[str]:
    """Return the names of texts and slots that differ between two submissions."""
    sides = [{**one.values, **one.papers} for one in (before, after)]
    return {name for name in sides[0] | sides[1] if sides[0].get(name) != sides[1].get(name)}


def lock_of(kind: str, card_function: str, category: str) -> str:
    """Return why an advanced permission cannot be asked for yet: ``function``, ``category`` or nothing."""
    if kind != CARD and card_function != GRANTED:
        return "function"
    return "category" if kind == BALANCE and not prepaid_allowed(category) else ""
