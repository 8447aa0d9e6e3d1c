"""From the form of a card to the body of a call, and from a card's content to its form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from kaquan.console.card_fields import (
    DEPOSITED,
    MOST_PERIODS,
    MOST_PICTURES,
    OWN_CODES,
    Field,
    fields_of,
    is_changeable,
)
from kaquan.errors.change import at, places
from kaquan.rules.card_content import Content
from kaquan.rules.card_tables import DATE_INFO, DEPOSIT_MODE, FIX_TERM, KEYS
from kaquan.rules.money import fen_of, yuan_of
from kaquan.web.templates import ZONE
from kaquan.web.wire import Request

Typed = Mapping[str, list[str]]
"""Name -> values, as a form sends them."""
DATE_TYPE = "base_info.date_info.type"
STORES = "base_info.location_id_list"
MODE = "base_info.get_custom_code_mode"
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_ZERO = re.compile(r"0+(\.0+)?", re.ASCII)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_BETWEEN = re.compile(r"[\s,，]+")


def number(typed: str) -> Any:
    """Return the number that was typed; what is none goes on as it is, and the reader says what is wrong with it."""
    return int(typed) if _WHOLE.fullmatch(typed) else typed


def fen(typed: str) -> Any:
    """Return the fen of a sum in yuan, what is no sum as it is."""
    found = fen_of(typed)
    return (0 if _ZERO.fullmatch(typed) else typed) if found is None else found


def seconds(typed: str) -> Any:
    """Return the UTC seconds of a local time as browsers send it, anything else as it is."""
    try:
        return round(datetime.fromisoformat(typed).replace(tzinfo=ZONE).timestamp())
    except (ValueError, OverflowError):
        return typed


def local_time(at_second: int) -> str:
    """Return UTC seconds as the value of a field for local times."""
    return datetime.fromtimestamp(at_second, ZONE).strftime("%Y-%m-%dT%H:%M:%S") if at_second else ""


READ: dict[str, Callable[[str], Any]] = {"number": number, "yuan": fen, "time": seconds}
WRITE: dict[str, Callable[[Any], str]] = {"yuan": yuan_of, "time": local_time}


class Form:
    """What stands in the form of a card.

    Args:
        card_type: of the card.
        typed: as the form sent it.
    """

    def __init__(self, card_type: str, typed: Typed) -> None:
        self.card_type = card_type
        self.typed = typed

    def value(self, name: str) -> str:
        """Return what was typed, without blanks around it; browsers end lines as no stored text does."""
        return (self.typed.get(name) or [""])[-1].strip().replace("\r\n", "\n")

    def values(self, name: str) -> list[str]:
        """Return everything that was chosen, or typed with commas or line breaks between."""
        return [one for text in self.typed.get(name, []) for one in _BETWEEN.split(text) if one]

    def rows(self, name: str, members: tuple[str, ...], most: int) -> list[dict[str, str]]:
        """Return the rows of a list that anything was typed in."""
        rows = ({one: self.value(f"{name}[{place}].{one}") for one in members} for place in range(most))
        return [row for row in rows if any(row.values())]

    def pictures(self) -> list[dict[str, str]]:
        """Return the pictures with their texts."""
        return self.rows("advanced_info.text_image_list", ("image_url", "text"), MOST_PICTURES)

    def periods(self) -> list[dict[str, str]]:
        """Return the periods of use: a day, and from when to when, ``HH:MM``."""
        rows = self.rows("advanced_info.time_limit", ("type", "begin", "end"), MOST_PERIODS)
        return [row for row in rows if row["type"] or row["begin"] or row["end"]]

    def content(self, fields: Iterable[Field] | None = None, switches: bool = False) -> dict[str, Any]:
        """Return the type's object of the body.

        Args:
            fields: those that count, all of the type unless given.
            switches: say of every switch how it stands, also where that is its default.
        """
        content: dict[str, Any] = {"base_info": {}}
        for field in fields_of(self.card_type) if fields is None else fields:
            for name, value in self._members(field, switches):
                put(content, places(name), value)
        return content

    def _members(self, field: Field, switches: bool) -> list[tuple[str, Any]]:
        if not self._belongs(field.name):
            return []
        special = SPECIAL.get(field.kind)
        if special is not None:
            return special(self, field, switches)
        typed = self.value(field.name)
        return [(field.name, READ.get(field.kind, str)(typed))] if typed else []

    def _belongs(self, name: str) -> bool:
        """Tell whether a field goes with the kind of validity that was chosen."""
        prefix, _, member = name.rpartition(".")
        if prefix != DATE_TYPE.rpartition(".")[0] or member == "type":
            return True
        chosen = self.value(DATE_TYPE)
        return member in DATE_INFO.get(chosen, ()) or (chosen == FIX_TERM and member == "end_timestamp")

    def create(self) -> Request:
        """Return the call that makes the card."""
        return Request("/card/create", {"card": {"card_type": self.card_type, KEYS[self.card_type]: self.content()}})

    def update(self, card_id: str, stored: Content) -> Request:
        """Return the call that changes a card: what differs from what is stored."""
        fields = changeable(self.card_type, stored)
        now = Form(self.card_type, {**self.typed, DATE_TYPE: [stored.base_info.date_info.type]})
        before = Form(self.card_type, typed_of(self.card_type, stored)).content(fields, switches=True)
        after = now.content(fields, switches=True)
        if before["base_info"].get("location_id_list") and "location_id_list" not in after["base_info"]:
            # The one way to say on the wire that there is none any more.
            after["base_info"]["location_id_list"] = [0]
        base = differing(before.pop("base_info"), after.pop("base_info"))
        if "date_info" in base:
            base["date_info"]["type"] = stored.base_info.date_info.type
        own = {**({"base_info": base} if base else {}), **differing(before, after)}
        return Request("/card/update", {"card_id": card_id, KEYS[self.card_type]: own})


def changeable(card_type: str, stored: Content) -> list[Field]:
    """Return the fields of a card that can be changed."""
    date_type = stored.base_info.date_info.type
    return [one for one in fields_of(card_type) if is_changeable(card_type, one, date_type)]


def differing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the members that are not as they were; one that was taken away cannot be sent."""
    return {name: value for name, value in after.items() if before.get(name) != value}


def typed_of(card_type: str, content: Content) -> dict[str, list[str]]:
    """Return what stands in the form of a card with this content."""
    value = msgspec.to_builtins(content)
    typed: dict[str, list[str]] = {}
    for field in fields_of(card_type):
        shown = SHOWN.get(field.kind, _show_one)
        typed |= shown(field, value)
    return typed


def _show_one(field: Field, content: dict[str, Any]) -> dict[str, list[str]]:
    value = at(content, places(field.name))
    if field.kind == "picture" and isinstance(value, list):
        value = value[0] if value else None
    return {} if value is None else {field.name: [WRITE.get(field.kind, str)(value)]}


def _show_switch(field: Field, content: dict[str, Any]) -> dict[str, list[str]]:
    value = at(content, places(field.name))
    on = field.kind == "uncheck" if value is None else value
    return {field.name: ["1"]} if on else {}


def _show_several(field: Field, content: dict[str, Any]) -> dict[str, list[str]]:
    return {field.name: [str(one) for one in at(content, places(field.name)) or []]}


def _show_codes(field: Field, content: dict[str, Any]) -> dict[str, list[str]]:
    own = OWN_CODES if at(content, places(field.name)) else ""
    return {field.name: [DEPOSITED if at(content, places(MODE)) else own]}


def _show_pictures(field: Field, content: dict[str, Any]) -> dict[str, list[str]]:
    rows = at(content, places(field.name)) or []
    return {f"{field.name}[{place}].{key}": [text] for place, row in enumerate(rows) for key, text in row.items()}


def _show_periods(field: Field, content: dict[str, Any]) -> dict[str, list[str]]:
    typed: dict[str, list[str]] = {}
    for place, row in enumerate(at(content, places(field.name)) or []):
        begin, end = (_clock(row, one) for one in ("begin", "end"))
        named = {"type": row["type"], "begin": begin, "end": end}
        typed |= {f"{field.name}[{place}].{key}": [text] for key, text in named.items() if text}
    return typed


def _clock(row: dict[str, Any], name: str) -> str:
    hour, minute = row.get(f"{name}_hour"), row.get(f"{name}_minute")
    return "" if hour is None and minute is None else f"{hour or 0:02d}:{minute or 0:02d}"


def _switch(form: Form, field: Field, switches: bool) -> list[tuple[str, Any]]:
    on, usual = bool(form.value(field.name)), field.kind == "uncheck"
    return [(field.name, on)] if on != usual or switches else []


def _several(form: Form, field: Field, switches: bool) -> list[tuple[str, Any]]:
    chosen = form.values(field.name)
    return [(field.name, [number(one) for one in chosen] if field.name == STORES else chosen)] if chosen else []


def _picture(form: Form, field: Field, switches: bool) -> list[tuple[str, Any]]:
    typed = form.value(field.name)
    return [(field.name, [typed] if field.name.endswith("_list") else typed)] if typed else []


def _codes(form: Form, field: Field, switches: bool) -> list[tuple[str, Any]]:
    mode = form.value(field.name)
    own: list[tuple[str, Any]] = [(field.name, True)] if mode else []
    return [*own, (MODE, DEPOSIT_MODE)] if mode == DEPOSITED else own


def _pictures(form: Form, field: Field, switches: bool) -> list[tuple[str, Any]]:
    rows = [{name: text for name, text in row.items() if text} for row in form.pictures()]
    return [(field.name, rows)] if rows else []


def _periods(form: Form, field: Field, switches: bool) -> list[tuple[str, Any]]:
    rows = [
        {**({"type": row["type"]} if row["type"] else {}), **_hours("begin", row), **_hours("end", row)}
        for row in form.periods()
    ]
    return [(field.name, rows)] if rows else []


def _hours(name: str, row: dict[str, str]) -> dict[str, Any]:
    typed = row[name]
    if not typed:
        return {}
    found = _CLOCK.fullmatch(typed)
    return {f"{name}_hour": int(found[1]), f"{name}_minute": int(found[2])} if found else {f"{name}_hour": typed}


SPECIAL: dict[str, Callable[[Form, Field, bool], list[tuple[str, Any]]]] = {
    "check": _switch,
    "uncheck": _switch,
    "several": _several,
    "stores": _several,
    "picture": _picture,
    "codes": _codes,
    "pictures": _pictures,
    "periods": _periods,
}
SHOWN: dict[str, Callable[[Field, dict[str, Any]], dict[str, list[str]]]] = {
    "check": _show_switch,
    "uncheck": _show_switch,
    "several": _show_several,
    "stores": _show_several,
    "codes": _show_codes,
    "pictures": _show_pictures,
    "periods": _show_periods,
}


def put(value: dict[str, Any], way: list[str | int], one: Any) -> None:
    """Put something at a place of a JSON object, with the objects around it."""
    *outer, last = way
    for name in outer:
        value = value.setdefault(name, {})  # type: ignore[arg-type]
    value[last] = one  # type: ignore[index]


# Places that have no field of their own -> the field that says most of them.
STANDS_FOR = {
    MODE: "base_info.use_custom_code",
    "base_info.sku": "base_info.sku.quantity",
    "base_info.date_info": "base_info.date_info.end_timestamp",
}


def field_at(card_type: str, path: str) -> Field | None:
    """Return the form's field that a JSON path of a refusal is about, None where there is none.

    Args:
        card_type: of the card.
        path: with or without ``card.<key>.`` before it.
    """
    below = path.removeprefix("card.").removeprefix(f"{KEYS[card_type]}.")
    below = STANDS_FOR.get(below, below)
    fields = fields_of(card_type)
    return next(
        (one for one in fields if below == one.name or below.startswith((one.name + ".", one.name + "["))), None
    )
