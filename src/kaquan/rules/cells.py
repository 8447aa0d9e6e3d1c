"""The cells of a card page that exclude one another: centre button, fast pay, self-service (spec: cards.md 8 and 11).

A pure rule for every call that turns one of them on: ``paycell/set``, ``selfconsumecell/set`` and ``/card/update``.
"""

from __future__ import annotations

from collections.abc import Collection

from kaquan.errors import Errcode
from kaquan.rules.card_content import BaseInfo
from kaquan.rules.card_tables import DELETED, DISPATCH, VERIFY_OK

CENTER = "center_button"
PAY = "pay_cell"
SELF_CONSUME = "self_consume_cell"

CONFLICTS = {
    frozenset({CENTER, PAY}): Errcode.PAY_CELL_CONFLICT,
    frozenset({CENTER, SELF_CONSUME}): Errcode.CELL_CONFLICT,
    frozenset({PAY, SELF_CONSUME}): Errcode.CELL_CONFLICT,
}
"""Two cells that cannot be on together -> the errcode of whichever comes second."""

CENTER_FIELDS = ("center_title", "center_sub_title", "center_url", "center_app_brand_user_name")


def order(wanted: str) -> tuple[str, ...]:
    """Return the steps of :func:`check_cell` for a cell."""
    conflicts = sorted({errcode for pair, errcode in CONFLICTS.items() if wanted in pair})
    both = " | ".join(f"{errcode:d} both" for errcode in conflicts)
    return ("40078 deleted", "43017 no_store", "40107 not_approved", both)


def cells_on(base_info: BaseInfo, pay_cell: bool, self_consume_cell: bool) -> frozenset[str]:
    """Return which of the three a card has on.

    Args:
        base_info: the card's content.
        pay_cell, self_consume_cell: the columns of its row.
    """
    center = any(getattr(base_info, name) for name in CENTER_FIELDS)
    states = {CENTER: center, PAY: pay_cell, SELF_CONSUME: self_consume_cell}
    return frozenset(name for name, on in states.items() if on)


def check_conflict(wanted: str, on: Collection[str], path: str) -> None:
    """Refuse to turn a cell on beside one that excludes it.

    Args:
        wanted: ``CENTER``, ``PAY`` or ``SELF_CONSUME``.
        on: what the card has on, as of :func:`cells_on`; the wanted one in it does not matter.
        path: JSON path of what turns the cell on.

    Raises:
        Refusal: 40145 between centre button and pay cell, 45046 for any other two.
    """
    for other in (CENTER, PAY, SELF_CONSUME):
        if other in on and other != wanted:
            raise CONFLICTS[frozenset({wanted, other})]("both", path=path, wanted=wanted, other=other)


def check_cell(wanted: str, is_open: bool, card_id: str, status: str, base_info: BaseInfo, on: Collection[str]) -> None:
    """Refuse to switch a cell where the card does not allow it; what is on may always be turned off.

    Args:
        wanted: ``PAY`` or ``SELF_CONSUME``.
        is_open: whether it is turned on.
        card_id, status, base_info: the card.
        on: what the card has on.

    Raises:
        Refusal: 40078 deleted card, 43017 without a store, 40107 not approved, 40145 or 45046 beside another cell.
    """
    if status == DELETED:
        raise Errcode.INVALID_CARD_STATUS("deleted", card_id=card_id, status=status)
    if not is_open:
        return
    if not base_info.location_id_list and not base_info.use_all_locations:
        raise Errcode.LOCATION_REQUIRED("no_store", card_id=card_id)
    if status not in (VERIFY_OK, DISPATCH):
        raise Errcode.CELL_NEEDS_APPROVED_CARD("not_approved", card_id=card_id, status=status)
    check_conflict(wanted, on, "is_open")
