"""What of a card can be changed, which changes are reviewed, and what becomes of it (spec: cards.md 8, 14.1).

A field that is not in the tables can be sent as it stands, since callers send back what ``/card/get`` gave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from kaquan.errors import Errcode
from kaquan.errors.change import Change as Mend
from kaquan.rules.card import UPDATE_CHECKS, check_update, normalise
from kaquan.rules.card_content import BaseInfo, Content, DateInfo
from kaquan.rules.card_tables import DELETED, FIX_TIME_RANGE, KEYS, NOT_VERIFY, OFF_SHELF, VERIFY_FAIL
from kaquan.rules.cells import CENTER, CENTER_FIELDS, cells_on, check_conflict
from kaquan.rules.claim import is_open
from kaquan.rules.fields import shown

REVIEWED = frozenset({"logo_url", "notice", "description", "color"})
"""Fields of base_info whose change goes to review."""

_FREE = """
service_phone location_id_list use_all_locations code_type get_limit use_limit can_share can_give_friend date_info
center_title center_sub_title center_url center_app_brand_user_name center_app_brand_pass
url_name_type custom_url_name custom_url custom_url_sub_title custom_app_brand_user_name custom_app_brand_pass
promotion_url_name_type promotion_url_name promotion_url promotion_url_sub_title
promotion_app_brand_user_name promotion_app_brand_pass
"""
FREE = frozenset(_FREE.split())
"""Fields of base_info whose change takes effect at once."""

OWN_REVIEWED: Mapping[str, frozenset[str]] = MappingProxyType({"MOVIE_TICKET": frozenset({"detail"})})
OWN_FREE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "SCENIC_TICKET": frozenset({"guide_url"}),
        "MEETING_TICKET": frozenset({"map_url"}),
        "BOARDING_PASS": frozenset({"departure_time", "landing_time", "gate", "boarding_time"}),
    }
)
"""The same for the fields that only cards of one type have."""

# Members of /card/get that describe the card and are no part of it; total_quantity stands in sku.
DESCRIBING = frozenset({"id", "status", "create_time", "update_time", "area_code_list"})

UPDATE_ORDER = (
    "45025 too_many",
    "40098 unknown deleted refused",
    "47001 unchangeable",
    "40100 not_a_range narrower",
    *(f"{errcode:d} {causes}" for _, errcode, causes in UPDATE_CHECKS),
    "40145 both | 45046 both",
    "43017 no_store",
)
"""The steps of what is refused once the change is read."""


class Change(msgspec.Struct, frozen=True):
    """What an update sends: field -> value as read, of base_info and of the rest of the type's object."""

    base: dict[str, Any]
    own: dict[str, Any]


class Updated(msgspec.Struct, frozen=True):
    """What an update makes of a card.

    Args:
        content: the new content.
        changed: the names of the fields that differ from what was stored.
        reviewed: whether any of them goes to review.
    """

    content: Content
    changed: tuple[str, ...]
    reviewed: bool


def check_status(card_id: str, status: str) -> None:
    """Go on only if a card in this state can be changed.

    Raises:
        Refusal: 40078 for a deleted card.
    """
    if status == DELETED:
        raise Errcode.INVALID_CARD_STATUS("deleted", card_id=card_id, status=status)


def changed(card_type: str, content: Content, change: Change, quantity: int) -> Updated:
    """Return the content with a change in it.

    Args:
        card_type: of the stored card.
        content: as stored.
        change: as read from the request.
        quantity: what is left in stock, the one value of ``sku`` that may be sent.

    Raises:
        Refusal: 47001 a field that cannot be changed, 40100 a validity that is not wider than the old, 40150 half a
            cell.
    """
    base = msgspec.structs.replace(content.base_info, **_base(content.base_info, change.base))
    new = normalise(msgspec.structs.replace(content, **change.own, base_info=base))
    differing = _differing(content, new, quantity)
    for name in differing:
        if not _allowed(card_type, name):
            raise Errcode.DATA_FORMAT("unchangeable", **_facts(card_type, name, content, new))
    if "date_info" in differing:
        _check_date(card_type, content.base_info.date_info, new.base_info.date_info)
    check_update(card_type, new)
    reviewed = REVIEWED | OWN_REVIEWED.get(card_type, frozenset())
    return Updated(new, tuple(differing), any(name in reviewed for name in differing))


def check_cells(content: Content, pay_cell: bool, self_consume_cell: bool, card_id: str, key: str) -> None:
    """Go on only if the cells that are on go with the new content.

    Raises:
        Refusal: 40145, 45046 a centre button beside another cell; 43017 a cell without a store.
    """
    base = content.base_info
    on = cells_on(base, pay_cell, self_consume_cell)
    if CENTER in on:
        name = next(name for name in CENTER_FIELDS if getattr(base, name))
        check_conflict(CENTER, on, f"{key}.base_info.{name}")
    if (pay_cell or self_consume_cell) and not base.location_id_list and not base.use_all_locations:
        raise Errcode.LOCATION_REQUIRED("no_store", card_id=card_id)


def status_after(status: str, updated: Updated) -> str:
    """Return the status of a card after a change (spec: cards.md 8): what was refused is reviewed again.

    No change brings a card back that the platform took off the shelf; its change is reviewed once it is put back.
    """
    if status == OFF_SHELF:
        return OFF_SHELF
    if updated.reviewed or (status == VERIFY_FAIL and updated.changed):
        return NOT_VERIFY
    return status


def keeps_visible(status: str, shown: str, after: str, updated: Updated) -> bool:
    """Tell whether people go on seeing what was approved: while a change of it waits for its review.

    Args:
        status, shown: of the card before the change.
        after: its status with the change.
        updated: the change.
    """
    if status == OFF_SHELF:
        return updated.reviewed or bool(shown)
    return after == NOT_VERIFY and is_open(status, shown)


def visible_after(card_type: str, visible: Content, updated: Updated) -> Content:
    """Return what people see of an approved card while a change is under review: all of it but what is reviewed."""
    reviewed, new = REVIEWED | OWN_REVIEWED.get(card_type, frozenset()), updated.content
    kept = {name: getattr(visible.base_info, name) for name in REVIEWED}
    own = {name: getattr(visible, name) for name in reviewed - REVIEWED}
    return msgspec.structs.replace(new, base_info=msgspec.structs.replace(new.base_info, **kept), **own)


def _base(stored: BaseInfo, sent: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of base_info that are set; a list of stores takes the place of "all stores"."""
    fields = {name: value for name, value in sent.items() if (name != "sku" and value not in (0, "")) or value is False}
    if any(fields.get("location_id_list", ())) and not fields.get("use_all_locations"):
        fields["use_all_locations"] = False
    if fields.get("use_all_locations") and "location_id_list" not in fields:
        fields["location_id_list"] = []
    return {**fields, **({"sku": sent["sku"]} if "sku" in sent else {})}


def _differing(old: Content, new: Content, quantity: int) -> list[str]:
    names = [name for name in old.base_info.__struct_fields__ if name != "sku"]
    found = [name for name in names if getattr(old.base_info, name) != getattr(new.base_info, name)]
    if new.base_info.sku.quantity not in (old.base_info.sku.quantity, quantity):
        found.append("sku")
    own = [name for name in old.__struct_fields__ if name != "base_info"]
    return found + [name for name in own if getattr(old, name) != getattr(new, name)]


def _allowed(card_type: str, name: str) -> bool:
    own = OWN_REVIEWED.get(card_type, frozenset()) | OWN_FREE.get(card_type, frozenset())
    return name in REVIEWED | FREE or name in own


def _facts(card_type: str, name: str, old: Content, new: Content) -> dict[str, Any]:
    in_base = name in BaseInfo.__struct_fields__
    before, after = ((one.base_info if in_base else one) for one in (old, new))
    sent = msgspec.to_builtins(getattr(after, name))
    place = "base_info." if in_base else ""
    wire = dict(zip(after.__struct_fields__, after.__struct_encode_fields__, strict=True))[name]
    return {
        "path": f"{KEYS[card_type]}.{place}{wire}",
        "field": wire,
        "expected": shown(msgspec.to_builtins(getattr(before, name))),
        "got": shown(sent),
        "repair": Mend("remove", sent).text(wire),
    }


def _check_date(card_type: str, old: DateInfo, new: DateInfo) -> None:
    wider = new.begin_timestamp <= old.begin_timestamp and old.end_timestamp <= new.end_timestamp
    if old.type == new.type == FIX_TIME_RANGE and wider:
        return
    cause = "narrower" if old.type == new.type == FIX_TIME_RANGE else "not_a_range"
    facts = {"old_type": old.type, "type": new.type}
    times = {"begin": old.begin_timestamp, "end": old.end_timestamp}
    raise Errcode.INVALID_DATE_INFO(cause, path=f"{KEYS[card_type]}.base_info.date_info", **facts, **times)
