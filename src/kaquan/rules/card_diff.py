"""What a card says, field by field, and what of it a change makes different."""

from __future__ import annotations

from typing import Any

import msgspec

Fields = dict[str, Any]


class Difference(msgspec.Struct, frozen=True):
    """One field of a card: its path on the wire below the type's object, and its value before and after.

    A field that was not set is None.
    """

    path: str
    before: Any
    after: Any


def fields_of(content: msgspec.Struct) -> Fields:
    """Return path -> value of every field that is set; lists are values."""
    return dict(_flat("", msgspec.to_builtins(content)))


def differences(before: msgspec.Struct, after: msgspec.Struct) -> list[Difference]:
    """Return the fields that two contents of a card differ in, in the order of the wire."""
    old, new = fields_of(before), fields_of(after)
    paths = dict.fromkeys([*new, *old])
    found = (Difference(path, old.get(path), new.get(path)) for path in paths)
    return [one for one in found if one.before != one.after]


def _flat(path: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, dict):
        return [(path, value)]
    inside = path and path + "."
    return [pair for name, one in value.items() for pair in _flat(inside + name, one)]
