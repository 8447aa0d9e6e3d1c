"""From the body of a request to its struct, or to the refusal that names what is wrong with it.

A small body that is right in every way is read by msgspec alone; only what that refuses is walked.
Spec: cards.md 1.1, 1.3 and 15; errors.md 5; qa_cases.md E9.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec

from kaquan.api.reading import (
    MAX_INT,
    AnyNode,
    Field,
    IntNode,
    ListNode,
    ObjectNode,
    Profile,
    TextNode,
    Walk,
    object_node,
)
from kaquan.errors import Errcode, Refusal
from kaquan.rules.fields import Limit, shown

__all__ = ["HeadedReader", "Profile", "Reader", "load"]

T = TypeVar("T", bound=msgspec.Struct)
Check = Callable[[Any], bool]

_BOM = b"\xef\xbb\xbf"
_BLANKS = b" \t\r\n"
_NUL = b"\\u0000"
_POSITION = re.compile(r"\(byte (\d+)\)$")
_NEAR_BYTES = 24

_decode = msgspec.json.Decoder().decode


class Reader(Generic[T]):
    """Reads the bodies of one call; made once, when the module is imported.

    Args:
        struct: the request; its fields carry the markers of :mod:`kaquan.rules.fields`.
    """

    def __init__(self, struct: type[T]) -> None:
        self._node = object_node(struct)
        self.stages = ((self._node,),)
        self._typed = msgspec.json.Decoder(struct).decode if all(map(_is_flat, self._node.fields)) else None
        self._checks = [(field.name, check) for field in self._node.fields for check in _checks(field)]

    def read(self, body: bytes, profile: Profile) -> T:
        """Return the request.

        Args:
            body: the raw body, UTF-8 JSON.
            profile: ``strict`` refuses quoted integers and answers a missing field with 40053; ``lenient`` reads
                digit strings as integers and answers 41011.

        Raises:
            Refusal: 44002, 47001, 41012, the field's own code of absence, 40053 or 41011, 45021, or the code of the
                field's rule, the first in this order. Facts: path, expected, got, and repair where it is known.
        """
        if self._typed is not None and _NUL not in body:
            try:
                request = self._typed(body)
            except (ValueError, RecursionError):
                return self.read_value(load(body), profile)
            for name, allows in self._checks:
                if not allows(getattr(request, name)):
                    return self.read_value(load(body), profile)
            return request
        return self.read_value(load(body), profile)

    def read_value(self, value: dict[str, Any], profile: Profile) -> T:
        """Return the request of an object that is decoded already.

        Raises:
            Refusal: as :meth:`read`, without 44002 and 47001.
        """
        walk = Walk(profile)
        request: T = self._node.read(value, "", walk)
        if (refusal := walk.first()) is not None:
            raise refusal
        return request

    def faults(self, value: dict[str, Any], profile: Profile) -> list[Refusal]:
        """Return everything that is wrong with an object that is decoded already, what is answered first of all."""
        walk = Walk(profile)
        self._node.read(value, "", walk)
        return [refusal for _, refusal in sorted(walk.faults, key=lambda fault: fault[0])]


class HeadedReader(Generic[T]):
    """Reads a body whose head decides what else is read.

    Args:
        head: reads what decides.
        bodies: by what the head says, what reads the whole.
        name: returns what a head says.
    """

    def __init__(self, head: Reader[T], bodies: dict[str, Reader[Any]], name: Callable[[T], str]) -> None:
        self._head = head
        self._bodies = bodies
        self._name = name
        nodes = tuple(node for one in bodies.values() for stage in one.stages for node in stage)
        self.stages = (*head.stages, nodes)

    def read(self, body: bytes, profile: Profile) -> Any:
        """Return the request; raises as :meth:`Reader.read`, first for the head."""
        return self.read_named(body, profile)[1]

    def read_named(self, body: bytes, profile: Profile) -> tuple[str, Any]:
        """Return what the head says and the request; raises as :meth:`read`."""
        value = load(body)
        name = self._name(self._head.read_value(value, profile))
        return name, self._bodies[name].read_value(value, profile)

    def faults(self, value: dict[str, Any], profile: Profile) -> list[Refusal]:
        """Return everything that is wrong with the head, else with the whole."""
        if found := self._head.faults(value, profile):
            return found
        return self._bodies[self._name(self._head.read_value(value, profile))].faults(value, profile)


def load(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body; of a key sent twice the last value counts, a byte order mark is skipped.

    Raises:
        Refusal: 44002, the body is empty; 47001, it is not JSON, or not an object.
    """
    text = body.removeprefix(_BOM)
    if not text.strip(_BLANKS):
        raise Errcode.EMPTY_BODY("empty")
    try:
        value = _decode(text)
    except (ValueError, RecursionError) as fault:
        raise _malformed(text, fault) from None
    if not isinstance(value, dict):
        raise Errcode.DATA_FORMAT("not_object", path="", expected="object", got=shown(value))
    return value


def _malformed(text: bytes, fault: Exception) -> Refusal:
    """Return the refusal of a text that is not JSON, with the byte (from 0) and the line where reading stopped."""
    if isinstance(fault, RecursionError):
        return Errcode.DATA_FORMAT("too_deep")
    reason = "not UTF-8" if isinstance(fault, UnicodeDecodeError) else str(fault).partition(" (byte")[0]
    position = _position(text, fault)
    near = text[position : position + _NEAR_BYTES].decode(errors="replace")
    line = text.count(b"\n", 0, position) + 1
    return Errcode.DATA_FORMAT("not_json", position=position, line=line, near=near, reason=reason)


def _position(text: bytes, fault: Exception) -> int:
    if isinstance(fault, UnicodeDecodeError):
        return _first_bad_byte(text)
    found = _POSITION.search(str(fault))
    return int(found[1]) if found else len(text)


def _first_bad_byte(text: bytes) -> int:
    try:
        text.decode()
    except UnicodeDecodeError as fault:
        return fault.start
    return len(text)


def _is_flat(field: Field) -> bool:
    """Tell whether msgspec alone reads the field as the walk would, :func:`_checks` aside."""
    node = field.node
    plain = isinstance(node, ListNode) and isinstance(node.item, (TextNode, IntNode)) and not node.item.limits
    single = not isinstance(node, (ListNode, ObjectNode))
    return (plain or single) and field.belongs is None and (field.required or not field.aliases)


def _checks(field: Field) -> list[Check]:
    """Return what has to hold beyond the type of a field that msgspec has read."""
    checks: list[Check] = [partial(_allowed, limit) for limit in getattr(field.node, "limits", ())]
    # The walk reads "" as absent; here it would stand.
    if isinstance(field.node, TextNode) and (field.required or field.default):
        checks.append(bool)
    if isinstance(field.node, AnyNode):
        checks.append(_is_said)
    if isinstance(field.node, IntNode):
        checks.append(_fits)
    return checks


def _is_said(value: Any) -> bool:
    return bool(value != "")


def _allowed(limit: Limit, value: Any) -> bool:
    return value is None or value == "" or limit.fault("", value) is None


def _fits(value: int | None) -> bool:
    return value is None or -MAX_INT <= value <= MAX_INT
