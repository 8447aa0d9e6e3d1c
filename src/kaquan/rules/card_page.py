"""What a card's page shows of a code to its holder: by state, by type, by switch (spec: jssdk_and_pages.md 12)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from kaquan.rules import code as rule
from kaquan.rules.card_content import BaseInfo
from kaquan.rules.card_tables import CELLS, DEPOSIT_MODE
from kaquan.rules.jump_url import cell_url, safe_url

MEMBER_CARD = "MEMBER_CARD"
# A person's page shows neither; whoever asks for it is told that there is nothing.
GONE = frozenset({rule.DELETE, rule.GIFT_SUCC})
# What can never be used again.
OVER = frozenset({rule.CONSUMED, rule.EXPIRE, rule.UNAVAILABLE})


class Offer(msgspec.Struct, frozen=True):
    """Which actions a page offers; ``gift`` is the way to a gift under way."""

    present: bool
    center: bool
    consume: bool
    share: bool
    give: bool
    gift: bool
    delete: bool


class Cell(msgspec.Struct, frozen=True):
    """A row that leads elsewhere.

    Args:
        name: the merchant's, empty where ``kind`` says it.
        kind: one of URL_NAME_TYPES, or empty.
        tip: what stands at its end.
        url: where it leads; empty for a mini program, which cannot be opened here.
    """

    name: str
    kind: str
    tip: str
    url: str


def offer(state: str, base: BaseInfo, self_consume: bool, can_give: bool, bound: bool) -> Offer:
    """Return what can be done with a code.

    Args:
        state: of the code, as of :func:`kaquan.rules.code.state`.
        base: what people see of the card.
        self_consume: whether its holder may redeem it.
        can_give: whether it may be given away.
        bound: whether it is for named people alone, who can neither give it away nor share it.
    """
    usable = state in rule.USABLE
    # Nobody can claim such a card from a page that names no code.
    own_codes = base.use_custom_code and base.get_custom_code_mode != DEPOSIT_MODE
    return Offer(
        present=usable,
        center=usable and bool(base.center_title and safe_url(base.center_url)),
        consume=usable and self_consume,
        share=base.can_share and not bound and not own_codes and state not in GONE,
        give=can_give and not bound and (usable or state == rule.NOT_BEGUN),
        gift=state == rule.GIFTING,
        delete=state not in GONE and state != rule.GIFTING,
    )


def cells(base: BaseInfo, encrypt_code: str, card_id: str) -> list[Cell]:
    """Return the custom and the promotion cell, those that are complete; each needs a name and where it leads."""
    shown = [_cell(base, fields, encrypt_code, card_id) for fields in CELLS]
    return [one for one in shown if one is not None]


def _cell(base: BaseInfo, fields: tuple[str, str, str, str], encrypt_code: str, card_id: str) -> Cell | None:
    name, kind, url, weapp = (getattr(base, field) for field in fields)
    link = cell_url(url, encrypt_code, card_id)
    if not (name or kind) or not (link or (weapp and not url)):
        return None
    return Cell(name, "" if name else kind, getattr(base, f"{fields[2]}_sub_title"), link)


def is_told_of_view(card_type: str, base: BaseInfo) -> bool:
    """Tell whether the merchant is told that a holder opened the page (spec: events.md 6.7)."""
    return card_type == MEMBER_CARD and base.need_push_on_view


STAMPS: Mapping[str, str] = MappingProxyType(
    {
        rule.CONSUMED: "consumed",
        rule.EXPIRE: "expired",
        rule.GIFTING: "gifting",
        rule.UNAVAILABLE: "void",
        rule.NOT_BEGUN: "not_begun",
    }
)
"""State -> the stamp over the card; usable codes have none."""
