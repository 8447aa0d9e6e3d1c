"""Bodies made from the structs of requests: a good one, and every way in which a field of it can be wrong."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kaquan.api.reading import AnyNode, BoolNode, Field, IntNode, ListNode, MapNode, Node, NumberNode, ObjectNode
from kaquan.errors import Errcode
from kaquan.errors.order import Given, step
from kaquan.rules.fields import Between, HttpUrl, Limit, MaxBytes, MaxCharacters, Moment, OneOf, Rank
from kaquan.rules.statistics import Dated
from kaquan.rules.store_content import CategoryPath, NotBlank, Telephone

OPENID = "o" + "A" * 27
# What a value is where its limits say what it may be, and one that breaks a limit; some follow from the limit.
FITTING: dict[type, Any] = {
    OneOf: lambda limit: limit.values[0],
    HttpUrl: "http://shop.example/",
    Between: lambda limit: max(limit.least, 1),
    CategoryPath: "美食",
    Telephone: "020",
    Dated: "2020-01-01",
}
BREAKING: dict[type, Any] = {
    OneOf: "no such value",
    HttpUrl: "ftp",
    Between: lambda limit: limit.most + 1,
    Moment: 10**12,
    CategoryPath: "一,二,三,四",
    Telephone: "x",
    Dated: "2020-1-1",
    NotBlank: " ",
    MaxBytes: lambda limit: "x" * (limit.limit + 1),
    MaxCharacters: lambda limit: "x" * (limit.limit + 1),
}


def by(table: dict[type, Any], limit: Limit) -> Any:
    """Return what a table has for a limit."""
    found = table[type(limit)]
    return found(limit) if callable(found) else found


@dataclass(frozen=True)
class Spoil:
    """One way to spoil a body.

    Args:
        rank: of the fault it makes.
        path: of the field, ``[0]`` where it stands in a list.
        given: errcode and cause of the refusal.
        value: what is put there, ``...`` to take the field away.
        around: good values of what the path leads through, for a body that has none there.
        decider: path of the field that decides whether this one is read; empty for most.
    """

    rank: Rank
    path: str
    given: Given
    value: Any
    around: tuple[Any, ...] = ()
    decider: str = ""

    def apply(self, body: dict[str, Any]) -> None:
        """Spoil a body in place."""
        *way, name = self.path.split(".")
        for part, value in zip(way, self.around, strict=True):
            body = inside(body, part, value)
        if self.value is ...:
            body.pop(name, None)
        elif name.endswith("[0]"):
            body[name[:-3]] = [self.value]
        else:
            body[name] = self.value


def inside(holder: dict[str, Any], part: str, value: Any) -> Any:
    """Return the object below a name, made where it is not there."""
    name = part.removesuffix("[0]")
    kind = dict if part == name else list
    if not isinstance(holder.get(name), kind) or not holder[name]:
        holder[name] = copy.deepcopy(value)
    return holder[name] if kind is dict else holder[name][0]


def good(node: ObjectNode) -> dict[str, Any]:
    """Return the least body that a struct reads."""
    body: dict[str, Any] = {}
    for field in node.fields:
        decider = body.get(field.belongs.sibling) if field.belongs else None
        if field.required or (field.belongs and decider in field.belongs.needed):
            body[field.key] = value_of(field.node, field.key)
    return body


def value_of(node: Node, name: str = "") -> Any:
    """Return a value that a node reads."""
    if isinstance(node, ObjectNode):
        return good(node)
    if isinstance(node, ListNode):
        return [value_of(node.item)]
    if isinstance(node, BoolNode | MapNode | AnyNode):
        return {BoolNode: True, MapNode: {}, AnyNode: "x"}[type(node)]
    fitting = (by(FITTING, limit) for limit in getattr(node, "limits", ()) if type(limit) in FITTING)
    if isinstance(node, IntNode | NumberNode):
        return next(fitting, 1)
    return next(fitting, OPENID if "openid" in name or name == "touser" else "1")


def spoils(node: ObjectNode, path: str = "", around: tuple[Any, ...] = ()) -> Iterator[Spoil]:
    """Yield every way to spoil a body of a struct."""
    there = good(node)
    for field in node.fields:
        place = f"{path}.{field.key}" if path else field.key
        decider = f"{path}.{field.belongs.sibling}".lstrip(".") if field.belongs else ""
        if field.key in there:
            yield from _absent(field, place, around, decider)
        if field.wrong:
            yield Spoil(Rank.TYPE, place, (int(field.wrong.errcode), "wrong_type"), 5, around, decider)
        found = [one for one in _of_node(field.node, place, around) if not field.wrong or one.path != place]
        yield from (dataclasses.replace(one, decider=one.decider or decider) for one in found)


def _absent(field: Field, place: str, around: tuple[Any, ...], decider: str) -> Iterator[Spoil]:
    if field.required or field.belongs:
        errcode = field.missing.errcode if field.missing else Errcode.INVALID_ACTION_INFO
        rank = field.missing.rank if field.missing else Rank.MISSING
        yield Spoil(rank, place, (int(errcode), "missing"), ..., around, decider)


def _of_node(node: Node, place: str, around: tuple[Any, ...]) -> Iterator[Spoil]:
    if not isinstance(node, AnyNode):
        wrong = 5 if isinstance(node, ObjectNode | MapNode) else {"a": 1}
        yield Spoil(Rank.TYPE, place, (40053, "wrong_type"), wrong, around)
    for limit in getattr(node, "limits", ()):
        given = next(step(limit.gives).given)
        yield Spoil(limit.rank, place, given, by(BREAKING, limit), around)
    if isinstance(node, ObjectNode):
        yield from spoils(node, place, (*around, [good(node)] if place.endswith("[0]") else good(node)))
    if isinstance(node, ListNode):
        yield from _of_node(node.item, f"{place}[0]", around)


def spoiled(body: dict[str, Any], *faults: Spoil) -> dict[str, Any]:
    """Return a body with these faults."""
    mended = copy.deepcopy(body)
    for fault in faults:
        fault.apply(mended)
    return mended
