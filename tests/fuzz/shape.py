"""From the structs of the requests to bodies: right ones, ones at their limits, and wrong ones.

What is read is found in the route table, so that an endpoint takes part as soon as it is registered.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import CodeType, FunctionType, ModuleType
from typing import Any

from fuzz import odd
from fuzz.odd import Members
from kaquan.api.decode import Reader
from kaquan.api.reading import (
    BoolNode,
    Field,
    IntNode,
    ListNode,
    Node,
    NumberNode,
    ObjectNode,
    TextNode,
)
from kaquan.api.route import Endpoint
from kaquan.rules.fields import LAST_SECOND, Between, HttpUrl, MaxBytes, MaxCharacters, Moment, OneOf

PACKAGE = "kaquan.api"
DEPTH = 3


@dataclass(frozen=True)
class Form:
    """One form that the body of an endpoint can take.

    Args:
        node: of the whole body.
        tag: the value of the enumeration that chooses this form, empty where there is one form only.
    """

    node: ObjectNode
    tag: str = ""


def forms(endpoint: Endpoint) -> list[Form]:
    """Return the forms of an endpoint's body; those that its handler reads by itself are found in what it uses."""
    found = list(_forms_of(endpoint.reader)) if endpoint.reader is not None else []
    if not found and endpoint.has_body:
        found = list(_forms_used(endpoint.handler, DEPTH))
    return found


def _forms_of(reader: Any) -> Iterator[Form]:
    """Yield the forms of a reader, or of the readers that a reader of our own holds."""
    if isinstance(reader, Reader):
        yield Form(reader._node)
        return
    for held in vars(reader).values():
        if isinstance(held, Mapping):
            yield from _tagged(held)


def _tagged(readers: Mapping[Any, Any]) -> Iterator[Form]:
    for tag, one in readers.items():
        if isinstance(one, ObjectNode):
            yield Form(one, str(tag))
        if isinstance(one, Reader):
            yield Form(one._node, str(tag))


def _forms_used(function: Any, depth: int) -> Iterator[Form]:
    if not isinstance(function, FunctionType) or depth == 0:
        return
    names = set(_names(function.__code__))
    for name, used in sorted(function.__globals__.items()):
        if name not in names:
            continue
        if isinstance(used, Reader):
            yield Form(used._node)
        elif isinstance(used, Mapping):
            yield from _tagged(used)
        elif isinstance(used, FunctionType) and _module(used).__name__.startswith(PACKAGE):
            yield from _forms_used(used, depth - 1)


def _module(function: FunctionType) -> ModuleType:
    return sys.modules[function.__module__]


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


class Writer:
    """Writes one body.

    Args:
        dice: the only source of chance.
        known: what texts and numbers of a name may be, such as the account's card_ids.
        tag: of the form, see :class:`Form`.
        odds: how often a field is made odd.
        optional: how often a field that may be left out is written.
    """

    def __init__(self, dice: Random, known: Mapping[str, list[Any]], tag: str, odds: float, optional: float) -> None:
        self._dice = dice
        self._known = known
        self._tag = tag
        self._odds = odds
        self._optional = optional

    def body(self, node: ObjectNode) -> Members:
        """Return the object of a whole body."""
        return self._object(node)

    def _object(self, node: ObjectNode) -> Members:
        members, said = Members(), dict[str, Any]()
        for field in node.fields:
            if field.belongs is not None and said.get(field.belongs.sibling) not in field.belongs.allowed:
                continue
            needed = field.required or (
                field.belongs is not None and said[field.belongs.sibling] in field.belongs.needed
            )
            if needed or self._dice.random() < self._optional:
                value = self._field(field)
                said[field.name] = value
                self._put(members, field, value)
        return members

    def _put(self, members: Members, field: Field, value: Any) -> None:
        """Write a field; an odd one is dropped, comes twice, or has another name or value."""
        key = self._dice.choice((field.key, *field.aliases)) if field.aliases else field.key
        if self._dice.random() >= self._odds:
            members.append((key, value))
            return
        match self._dice.randrange(8):
            case 0:
                return
            case 1:
                members.extend([(key, odd.value(self._dice)), (key, value)])
            case 2:
                members.extend([(key, value), (key, odd.value(self._dice))])
            case 3:
                members.append((self._dice.choice((key.upper(), key[:-1], key.replace("_", ""), "\0" + key)), value))
            case 4 | 5:
                members.append((key, self._edge(field.node, value)))
            case _:
                members.append((key, odd.value(self._dice)))

    def _field(self, field: Field) -> Any:
        return self._right(field.node, field.key)

    def _right(self, node: Node, name: str) -> Any:
        if isinstance(node, ObjectNode):
            return self._object(node)
        if isinstance(node, ListNode):
            return [self._right(node.item, name) for _ in range(self._dice.choice((0, 1, 1, 1, 2, 3)))]
        if name in self._known:
            return self._dice.choice(self._known[name])
        return self._plain(node)

    def _plain(self, node: Node) -> Any:
        if isinstance(node, BoolNode):
            return self._dice.random() < 0.5
        if isinstance(node, IntNode):
            return self._number(node)
        if isinstance(node, NumberNode):
            return round(self._dice.uniform(-90, 90), 6)
        if isinstance(node, TextNode):
            return self._text(node)
        return Members([("a", "b")])

    def _number(self, node: IntNode) -> int:
        for limit in node.limits:
            if isinstance(limit, Between):
                return self._dice.randint(limit.least, min(limit.most, limit.least + 50))
        return self._dice.randrange(9)

    def _text(self, node: TextNode) -> str:
        for limit in node.limits:
            if isinstance(limit, OneOf):
                return self._tag if self._tag in limit.values else self._dice.choice(limit.values)
            if isinstance(limit, HttpUrl):
                return "https://shop.example/a"
        return self._dice.choice(("券", "text", "a b", "e\u0301"))

    def _edge(self, node: Node, value: Any) -> Any:
        """Return a value at the limits of a field or just beyond, else an odd one."""
        if isinstance(node, ListNode):
            return self._dice.choice(([], [value], value * 50 if isinstance(value, list) else value, value or ""))
        for limit in getattr(node, "limits", ()):
            if (found := list(_edges(limit))) and self._dice.random() < 0.9:
                return self._dice.choice(found)
        return str(value) if isinstance(value, (int, bool)) else odd.value(self._dice)


def _edges(limit: Any) -> Iterator[Any]:
    if isinstance(limit, MaxBytes):
        size, wide = divmod(limit.limit, 3)
        yield from ("x" * limit.limit, "x" * (limit.limit + 1), "汉" * size + "x" * wide, "汉" * (size + 1))
        yield "🎉" * (limit.limit // 4 + 1)
    elif isinstance(limit, MaxCharacters):
        yield from ("汉" * limit.limit, "🎉" * (limit.limit + 1), "e\u0301" * limit.limit)
    elif isinstance(limit, Between):
        yield from (limit.least - 1, limit.least, limit.most, limit.most + 1, str(limit.least), float(limit.most))
    elif isinstance(limit, Moment):
        yield from (0, -1, LAST_SECOND, LAST_SECOND + 1, LAST_SECOND * 1000, str(LAST_SECOND))
    elif isinstance(limit, OneOf):
        yield from (*limit.also, *limit.values, limit.values[0].lower(), limit.values[0] + " ", limit.values[-1][:-1])
