"""What a card may be beyond the shape of its fields, what of it is stored, and how ``/card/get`` shows it.

Spec: cards.md 3.3-3.7 and 6; qa_cases.md A3, A5, E2, Q5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import msgspec

from kaquan.errors import Errcode
from kaquan.rules.application import BALANCE, CUSTOM_CODE, NONE, PENDING, REFUSED, SUSPENDED, state_of
from kaquan.rules.card_content import CONTENT_TYPES, BaseInfo, Content, DateInfo, Part, StoredValue
from kaquan.rules.card_tables import (
    ADVANCED_INFO,
    ALWAYS_SHOWN,
    BASE_INFO,
    CELLS,
    COLOR_NAMES,
    COLORS,
    DATE_INFO,
    DEPOSIT_MODE,
    FIX_TERM,
    FIX_TIME_RANGE,
    KEYS,
    OLD_DATE_TYPES,
    PERMANENT,
    URL_NAME_ORDINALS,
)
from kaquan.rules.fields import member

MAX_QUANTITY = 100_000_000
MAX_TERM_DAYS = 36_500
DEFAULT_GET_LIMIT = 50
DEFAULT_USE_LIMIT = 50
ICONS = 1

NO_BALANCE = {
    NONE: "permission_missing",
    PENDING: "permission_pending",
    REFUSED: "permission_refused",
    SUSPENDED: "permission_suspended",
}

Found = tuple[str, dict[str, Any]] | None
"""Cause and facts of a mistake, None when there is none."""


class _Title(msgspec.Struct):
    """What of base_info is read for the title."""

    title: str = ""


class _Titled(msgspec.Struct):
    """What of a content is."""

    base_info: _Title


class _Ends(msgspec.Struct, frozen=True):
    """The fields of a cell that were sent: of its name, of its kind as a number, and of where it leads."""

    name: str
    ordinal: str
    target: str


@dataclass(frozen=True, slots=True)
class _Case:
    """A card that is about to be made or changed; ``root`` is the JSON path of the type's object."""

    root: str
    content: Content
    permissions: frozenset[str] = frozenset()
    now: int = 0
    applications: Mapping[str, str] = field(default_factory=dict)

    @property
    def base(self) -> BaseInfo:
        return self.content.base_info

    @property
    def date(self) -> DateInfo:
        return self.base.date_info

    @property
    def date_type(self) -> str:
        return OLD_DATE_TYPES.get(self.date.type, self.date.type)

    @property
    def is_deposit(self) -> bool:
        return self.base.get_custom_code_mode == DEPOSIT_MODE

    def found(self, cause: str, place: str, expected: str, got: object, **facts: Any) -> Found:
        """Return a mistake at a place below the type's object."""
        return cause, {"path": f"{self.root}.{place}", "expected": expected, "got": str(got), **facts}

    def in_base(self, cause: str, name: str, expected: str, got: object, **facts: Any) -> Found:
        """Return a mistake in a field of base_info."""
        return self.found(cause, f"base_info.{name}", expected, got, **facts)

    def in_date(self, cause: str, name: str, expected: str, got: object, **facts: Any) -> Found:
        """Return a mistake in a field of date_info."""
        return self.found(cause, f"base_info.date_info.{name}", expected, got, **facts)


def _custom_code_without_permission(case: _Case) -> Found:
    if not case.base.use_custom_code or CUSTOM_CODE in case.permissions:
        return None
    facts = {"permission": CUSTOM_CODE, "repair": member("use_custom_code", False)}
    suspended = case.applications.get(CUSTOM_CODE) == SUSPENDED
    cause = "permission_suspended" if suspended else "permission_missing"
    return case.in_base(cause, "use_custom_code", "false, or the permission", "true", **facts)


def _deposit_without_custom_code(case: _Case) -> Found:
    if not case.is_deposit or case.base.use_custom_code:
        return None
    facts = {"repair": member("use_custom_code", True)}
    return case.in_base("deposit_needs_custom_code", "use_custom_code", "true with deposit mode", "false", **facts)


def _permanent_coupon(case: _Case) -> Found:
    if case.date_type != PERMANENT:
        return None
    return case.in_date("permanent_coupon", "type", f"{FIX_TIME_RANGE} or {FIX_TERM}", case.date.type)


def _range_not_set(case: _Case) -> Found:
    if case.date_type != FIX_TIME_RANGE:
        return None
    empty = next((name for name in ("begin_timestamp", "end_timestamp") if not getattr(case.date, name)), None)
    return case.in_date("not_set", empty, "time in seconds", 0) if empty else None


def _range_backwards(case: _Case) -> Found:
    begin, end = case.date.begin_timestamp, case.date.end_timestamp
    if case.date_type != FIX_TIME_RANGE or begin < end:
        return None
    return case.in_date("ends_before_begin", "end_timestamp", f"more than {begin}", end, begin=begin, end=end)


def _end_in_the_past(case: _Case) -> Found:
    end = case.date.end_timestamp
    if not end or end > case.now:
        return None
    return case.in_date("ended", "end_timestamp", f"more than {case.now}", end, end=end, now=case.now)


def _term_out_of_bounds(case: _Case) -> Found:
    if case.date_type != FIX_TERM:
        return None
    for name, least in (("fixed_term", 1), ("fixed_begin_term", 0)):
        days = getattr(case.date, name)
        if not least <= days <= MAX_TERM_DAYS:
            cause = "term_of_zero_days" if name == "fixed_term" and days == 0 else "term_out_of_range"
            return case.in_date(cause, name, f"{least} to {MAX_TERM_DAYS} days", days, least=least, most=MAX_TERM_DAYS)
    return None


def _stock_in_deposit_mode(case: _Case) -> Found:
    quantity = case.base.sku.quantity
    if not case.is_deposit or quantity <= 0:
        return None
    facts = {"quantity": quantity, "repair": member("quantity", 0)}
    return case.in_base("stock_before_deposit", "sku.quantity", "0 in deposit mode", quantity, **facts)


def _quantity_out_of_bounds(case: _Case) -> Found:
    quantity, least = case.base.sku.quantity, 0 if case.is_deposit else 1
    if least <= quantity <= MAX_QUANTITY:
        return None
    cause = "zero" if quantity == 0 else "out_of_range"
    return case.in_base(cause, "sku.quantity", f"{least} to {MAX_QUANTITY}", quantity, least=least, most=MAX_QUANTITY)


def _icons_not_one(case: _Case) -> Found:
    cover = case.content.advanced_info.abstract
    if cover is None or len(cover.icon_url_list) == ICONS or cover == type(cover)():
        return None
    count = len(cover.icon_url_list)
    place = "advanced_info.abstract.icon_url_list"
    return case.found("not_one", place, f"list of {ICONS}", f"list of {count}", count=count)


def _half_a_cell(case: _Case) -> Found:
    for cell in CELLS:
        sent, name, url = _ends(case.base, cell), cell[0], cell[2]
        if sent.name and not sent.target:
            expected = f"a link, with {sent.name} set"
            return case.in_base("cell_without_url", url, expected, "nothing", sent=sent.name)
        if sent.target and not (sent.name or sent.ordinal):
            expected = f"a name, with {sent.target} set"
            return case.in_base("cell_without_name", name, expected, "nothing", sent=sent.target)
    return None


def _ends(base: BaseInfo, cell: tuple[str, str, str, str]) -> _Ends:
    """Return what of a cell was sent; an ordinal alone names no cell, since typed SDKs send 0 for one they lack."""
    name, kind, url, weapp = (field if getattr(base, field) else "" for field in cell)
    ordinal = kind if getattr(base, cell[1]) in URL_NAME_ORDINALS else ""
    return _Ends(name or (kind if not ordinal else ""), ordinal, url or weapp)


def _friends_coupon(case: _Case) -> Found:
    if not case.content.advanced_info.share_friends:
        return None
    facts = {"repair": member("share_friends", False)}
    return case.found("retired", "advanced_info.share_friends", "false", "true", **facts)


Checks = tuple[tuple[Callable[[_Case], Found], Errcode, str], ...]
CREATE_CHECKS: Checks = (
    (_custom_code_without_permission, Errcode.CUSTOM_CODE_UNAUTHORIZED, "permission_missing permission_suspended"),
    (_deposit_without_custom_code, Errcode.INVALID_CARD_PARAMETERS, "deposit_needs_custom_code"),
    (_permanent_coupon, Errcode.INVALID_TIME, "permanent_coupon"),
    (_range_not_set, Errcode.INVALID_TIME, "not_set"),
    (_range_backwards, Errcode.INVALID_TIME, "ends_before_begin"),
    (_end_in_the_past, Errcode.INVALID_TIME, "ended"),
    (_term_out_of_bounds, Errcode.INVALID_TIME, "term_of_zero_days term_out_of_range"),
    (_stock_in_deposit_mode, Errcode.DEPOSIT_QUANTITY, "stock_before_deposit"),
    (_quantity_out_of_bounds, Errcode.INVALID_QUANTITY, "zero out_of_range"),
    (_icons_not_one, Errcode.ICON_LIST_SIZE, "not_one"),
    (_half_a_cell, Errcode.INVALID_CARD_PARAMETERS, "cell_without_url cell_without_name"),
    (_friends_coupon, Errcode.FRIENDS_CARD_RETIRED, "retired"),
)
"""The checks of a new card in order of precedence, each with its errcode and the causes it finds.

The shape and the markers of its fields come before them; the stores it names (45025, 40098) are looked up behind them,
in :func:`kaquan.actions.check_stores.check_stores`.
"""
UPDATE_CHECKS: Checks = ((_half_a_cell, Errcode.INVALID_CARD_PARAMETERS, "cell_without_url cell_without_name"),)
"""The checks of changed content; what can be changed is decided in :mod:`kaquan.rules.card_update`."""

CREATE_ORDER = (
    "43010 permission_missing permission_pending permission_refused permission_suspended | 48001 not_implemented",
    *(f"{errcode:d} {causes}" for _, errcode, causes in CREATE_CHECKS),
)
"""The same as steps, the types that are not built before them."""


def check_create(
    card_type: str,
    content: Part,
    permissions: frozenset[str],
    now: int,
    applications: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Refuse a card that the field rules do not allow.

    Args:
        card_type: as in the request.
        content: as read from the request.
        permissions: the advanced permissions the app holds; ``custom_code`` and ``balance`` count here.
        now: UTC seconds.
        applications: the state of the application for each of the others, where there is one.

    Raises:
        Refusal: 43009, 43010, 48001 for a type that is not built, 40150, 40079, 40136, 40122, 45044, 73205
            (spec: cards.md 3.7), the first of :data:`CREATE_CHECKS`.
    """
    if not isinstance(content, Content):
        _refuse_unbuilt(card_type, content, permissions, applications)
        return
    _run(CREATE_CHECKS, _Case(f"card.{KEYS[card_type]}", content, permissions, now, applications))


def check_update(card_type: str, content: Content) -> None:
    """Refuse changed content that the field rules do not allow.

    Raises:
        Refusal: 40150, the first of :data:`UPDATE_CHECKS`.
    """
    _run(UPDATE_CHECKS, _Case(KEYS[card_type], content))


def _run(checks: Checks, case: _Case) -> None:
    for check, errcode, _ in checks:
        if (found := check(case)) is not None:
            cause, facts = found
            raise errcode(cause, **facts)


def _refuse_unbuilt(
    card_type: str, content: Part, permissions: frozenset[str], applications: Mapping[str, str]
) -> None:
    if isinstance(content, StoredValue) and content.supply_balance and BALANCE not in permissions:
        facts = {"path": f"card.{KEYS[card_type]}.supply_balance", "expected": "false, or the permission"}
        repair = member("supply_balance", False)
        cause = NO_BALANCE[state_of(False, applications.get(BALANCE, NONE))]
        raise Errcode.BALANCE_UNAUTHORIZED(cause, **facts, got="true", permission=BALANCE, repair=repair)
    raise Errcode.API_UNAUTHORIZED("not_implemented", feature=card_type)


def normalise(content: Content) -> Content:
    """Return the content as it is stored: today's names for old numbers, defaults in place of zeros.

    Colours are stored by name; stores are dropped when all stores are meant (spec: cards.md 2.3, 2.5, 3.2, 3.5).
    """
    base = content.base_info
    stores = [] if base.use_all_locations else [store for store in base.location_id_list if store]
    stored = msgspec.structs.replace(
        base,
        color=COLOR_NAMES.get(base.color.lower(), base.color),
        date_info=_stored_date(base.date_info),
        location_id_list=stores,
        get_limit=base.get_limit or DEFAULT_GET_LIMIT,
        **{kind: _url_name(*(getattr(base, field) for field in (kind, *target))) for _, kind, *target in CELLS},
    )
    return msgspec.structs.replace(content, base_info=stored)


def _stored_date(date: DateInfo) -> DateInfo:
    return msgspec.structs.replace(date, type=OLD_DATE_TYPES.get(date.type, date.type))


def _url_name(sent: str, *targets: str) -> str:
    """Return the name of an ordinal; a typed SDK sends 0 for a cell that is not there."""
    return URL_NAME_ORDINALS.get(sent, sent) if any(targets) else ""


def to_text(content: Content) -> str:
    """Return stored content as JSON text; what has its default is left out."""
    return msgspec.json.encode(content).decode()


def from_text(card_type: str, text: str) -> Content:
    """Return the content that :func:`to_text` made of a card of this type."""
    content = _DECODERS[card_type].decode(text)
    assert isinstance(content, Content)
    return content


def title_of(text: str) -> str:
    """Return the title in stored content, of which nothing else is read."""
    return _read_titled(text).base_info.title


def render(
    card_id: str,
    content: Content,
    status: str,
    quantity: int,
    total_quantity: int,
    create_time: int,
    update_time: int,
) -> dict[str, Any]:
    """Return the ``card`` of ``/card/get``, keys in the order of the wire (spec: cards.md 6).

    Args:
        card_id: the card.
        content: as :func:`normalise` returned it.
        status: one of ``card_tables.STATUSES``.
        quantity, total_quantity: what is left, and everything ever stocked.
        create_time, update_time: UTC seconds.
    """
    card_type = _CARD_TYPES[type(content)]
    facts = {
        "id": card_id,
        "date_info": _shown_date(content.base_info.date_info),
        "color": COLORS[content.base_info.color],
        "status": status,
        "sku": {"quantity": quantity, "total_quantity": total_quantity},
        "create_time": create_time,
        "update_time": update_time,
        "area_code_list": [],
    }
    own = tuple(name for name in _names(content) if name not in Content.__struct_fields__)
    body = {
        "base_info": _shown(content.base_info, BASE_INFO, facts),
        **_shown(content, own, {}),
        "advanced_info": _shown(content.advanced_info, ADVANCED_INFO, {}),
    }
    return {"card_type": card_type, KEYS[card_type]: body}


def _shown(part: Part, order: tuple[str, ...], facts: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a part in this order: those that are set, and those always there."""
    values = {name: value for name, value in msgspec.to_builtins(part).items() if value != {}} | facts
    shown = (name for name in order if name in values or name in ALWAYS_SHOWN)
    return {name: values.get(name, getattr(part, name, None)) for name in shown}


def _shown_date(date: DateInfo) -> dict[str, Any]:
    optional = {"end_timestamp": date.end_timestamp} if date.type == FIX_TERM and date.end_timestamp else {}
    return {"type": date.type, **{name: getattr(date, name) for name in DATE_INFO[date.type]}, **optional}


def _names(part: Part) -> tuple[str, ...]:
    return part.__struct_encode_fields__


_CARD_TYPES = {struct: card_type for card_type, struct in CONTENT_TYPES.items() if issubclass(struct, Content)}
_read_titled = msgspec.json.Decoder(_Titled).decode
_DECODERS = {card_type: msgspec.json.Decoder(struct) for card_type, struct in CONTENT_TYPES.items()}
