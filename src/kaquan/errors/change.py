"""The smallest change that mends a request: how a diagnosis says it, and the same read back and carried out.

A change concerns the member at a JSON path such as ``card.cash.base_info.sku.quantity`` or ``card_list[2].card_id``.
Its text names the last member of the path alone, since the path stands beside it.
"""

from __future__ import annotations

import copy
import re
from typing import Any, Literal

import msgspec

Kind = Literal["set", "fill", "rename", "remove", "take"]

LONGEST = 4096
_FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("rename", re.compile(r'(?P<name>"(?:[^"\\]|\\.)*") instead of (?P<value>"(?:[^"\\]|\\.)*")')),
    ("remove", re.compile(r'without (?P<name>"(?:[^"\\]|\\.)*"): (?P<value>.*)', re.DOTALL)),
    ("take", re.compile(r"without (?P<value>-?\d+)")),
    ("fill", re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"): <(?P<value>[^<>]*)>')),
    ("set", re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"): (?P<value>.*)', re.DOTALL)),
    # An item of a list has no name.
    ("set", re.compile(r"(?P<value>.*)", re.DOTALL)),
)
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class Change(msgspec.Struct, frozen=True):
    """One change of a request.

    Args:
        kind: ``set`` puts a value, ``fill`` a placeholder for a value that only a person knows, ``rename`` a member
            into its right name, ``remove`` takes a member away, ``take`` takes an item out of a list.
        value: what is put, what kind of value is missing, the wrong name, or what is taken away.
    """

    kind: Kind
    value: Any = None

    def text(self, path: str) -> str:
        """Return the change of the member at a path as a diagnosis shows it."""
        name, value = quoted(name_of(path)), shortened(literal(self.value), LONGEST)
        forms = {
            "set": value if path.endswith("]") else f"{name}: {value}",
            "fill": f"{name}: <{self.value}>",
            "rename": f"{name} instead of {value}",
            "remove": f"without {name}: {value}",
            "take": f"without {value}",
        }
        return forms[self.kind]


def parse(text: str) -> Change | None:
    """Return the change that a text says, None where it says none or was cut short."""
    for kind, form in _FORMS:
        if found := form.fullmatch(text):
            value = found["value"]
            if kind == "fill":
                return Change(kind, value)
            try:
                return Change(kind, msgspec.json.decode(value))
            except msgspec.DecodeError:
                return Change(kind) if kind == "remove" else None
    return None


def apply(body: Any, path: str, change: Change) -> Any:
    """Return a request with one change, None where it has no such place."""
    mended = copy.deepcopy(body)
    *way, name = places(path) or [""]
    holder = at(mended, way)
    if change.kind == "take":
        held = at(holder, [name])
        return mended if isinstance(held, list) and _take(held, change.value) else None
    if isinstance(name, int):
        fits = isinstance(holder, list) and name < len(holder) and change.kind in {"set", "remove"}
        return mended if fits and _change_item(holder, name, change) else None
    if not isinstance(holder, dict) or not name:
        return None
    return mended if _change_member(holder, name, change) else None


def placeholder(kind: str) -> str:
    """Return what stands where a value is missing that only a person knows."""
    return f"<{kind}>"


def places(path: str) -> list[str | int]:
    """Return the names and positions of a JSON path."""
    return [name or int(position) for name, position in _STEP.findall(path)]


def at(value: Any, way: list[str | int]) -> Any:
    """Return what stands at a place of a JSON value, None where there is no such place."""
    for place in way:
        if isinstance(place, str) and isinstance(value, dict):
            value = value.get(place)
        elif isinstance(place, int) and isinstance(value, list) and place < len(value):
            value = value[place]
        else:
            return None
    return value


def name_of(path: str) -> str:
    """Return the last name of a JSON path."""
    return path.rpartition(".")[2].partition("[")[0]


def literal(value: Any) -> str:
    """Return the value as JSON text."""
    return msgspec.json.encode(value).decode()


def quoted(name: str) -> str:
    """Return a name as JSON text."""
    return literal(name)


def shortened(text: str, most: int) -> str:
    """Return a text cut to so many characters, the last of them an ellipsis where something is missing."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _change_member(holder: dict[str, Any], name: str, change: Change) -> bool:
    if change.kind == "remove":
        return holder.pop(name, holder) is not holder
    if change.kind == "rename":
        return _rename(holder, change.value, name)
    holder[name] = placeholder(change.value) if change.kind == "fill" else change.value
    return True


def _rename(holder: dict[str, Any], wrong: str, right: str) -> bool:
    if wrong not in holder:
        return False
    # In the place of the wrong name, so that the two requests can be compared line by line.
    members = [(right if name == wrong else name, value) for name, value in holder.items() if name != right]
    holder.clear()
    holder.update(members)
    return True


def _change_item(holder: list[Any], position: int, change: Change) -> bool:
    if change.kind == "remove":
        del holder[position]
    else:
        holder[position] = change.value
    return True


def _take(held: list[Any], item: Any) -> bool:
    kept = [one for one in held if one != item and one != str(item)]
    changed = len(kept) < len(held)
    held[:] = kept
    return changed
