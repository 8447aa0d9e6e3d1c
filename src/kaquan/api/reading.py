"""The walk of a decoded request along its struct: tolerances, and every fault with its path.

Each annotation of a struct becomes one node; a node turns a JSON value into the field's value or records a fault.
Spec: cards.md 1.3 and 15, errors.md 5, qa_cases.md E9.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, Protocol, TypeVar, Union, get_args, get_origin

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.errors.change import Change, literal
from kaquan.errors.nearest import nearest
from kaquan.rules.fields import (
    Alias,
    Belongs,
    CommaList,
    Limit,
    MissingAs,
    NumberAsText,
    OneOrList,
    Rank,
    Tolerant,
    WrongAs,
    member,
    shown,
)

Profile = Literal["strict", "lenient"]
M = TypeVar("M")

BAD: Any = object()
"""What a node returns after it recorded a fault."""

MAX_INT = 2**63 - 1
MAX_STRANGERS = 64
MAX_FAULTS = 100

_DIGITS = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,50})?(e[+-]?[0-9]{1,3})?", re.ASCII)
_NOTHING = (None, "")
_ZEROS = (0, "0")


@dataclass(slots=True)
class Walk:
    """One reading of one body: the profile and the faults found so far."""

    profile: Profile
    faults: list[tuple[Rank, Refusal]] = field(default_factory=list)

    def found(self, rank: Rank, refusal: Refusal) -> Any:
        """Record a fault and return :data:`BAD`."""
        self.faults.append((rank, refusal))
        return BAD

    def wrong(self, path: str, expected: str, value: Any, cause: str = "wrong_type", **facts: Any) -> Any:
        """Record a value of the wrong type (40053) and return :data:`BAD`."""
        refusal = Errcode.INVALID_ACTION_INFO(cause, path=path, expected=expected, got=shown(value), **facts)
        return self.found(Rank.TYPE, refusal)

    def limited(self, limits: tuple[Limit, ...], path: str, value: Any) -> Any:
        """Return the value, or :data:`BAD` after the first limit it breaks."""
        for limit in limits:
            if (refusal := limit.fault(path, value)) is not None:
                return self.found(limit.rank, refusal)
        return value

    def first(self) -> Refusal | None:
        """Return the fault to answer: the lowest rank, then the first in field order."""
        return min(self.faults, key=lambda fault: fault[0])[1] if self.faults else None


class Node(Protocol):
    """Reads one kind of value; ``expected`` names the kind in a diagnosis."""

    @property
    def expected(self) -> str:
        """Return the kind."""
        ...

    def read(self, value: Any, path: str, walk: Walk) -> Any:
        """Return what the value means, or :data:`BAD` after recording why not."""
        ...


@dataclass(frozen=True, slots=True)
class AnyNode:
    """Takes every value as it is."""

    expected: str = "any value"

    def read(self, value: Any, path: str, walk: Walk) -> Any:
        """Return the value."""
        return value


@dataclass(frozen=True, slots=True)
class MapNode:
    """Takes every object as it is."""

    expected: str = "object"

    def read(self, value: Any, path: str, walk: Walk) -> Any:
        """Return the object."""
        return value if isinstance(value, dict) else walk.wrong(path, self.expected, value)


@dataclass(frozen=True, slots=True)
class TextNode:
    """Reads text; a number only where the field says so."""

    limits: tuple[Limit, ...]
    number_as_text: bool
    expected: str = "text"

    def read(self, value: Any, path: str, walk: Walk) -> Any:
        """Return the text within its limits."""
        if isinstance(value, str):
            return self._text(value, path, walk)
        number = whole(value)
        if number is not None and self.number_as_text:
            return self._text(str(number), path, walk)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            repair = member(path, literal(value))
            return walk.wrong(path, self.expected, value, "unquoted_string", repair=repair)
        return walk.wrong(path, self.expected, value)

    def _text(self, value: str, path: str, walk: Walk) -> Any:
        if "\0" in value:
            return walk.wrong(path, "text without U+0000", value, repair=member(path, value.replace("\0", "")))
        return walk.limited(self.limits, path, value)


@dataclass(frozen=True, slots=True)
class IntNode:
    """Reads a 64-bit integer; a whole float too, a digit string where field or profile say so."""

    limits: tuple[Limit, ...]
    tolerant: bool
    expected: str = "integer"

    def read(self, value: Any, path: str, walk: Walk) -> Any:
        """Return the integer within its limits."""
        quoted = isinstance(value, str) and _DIGITS.fullmatch(value) is not None
        number = whole(int(value) if quoted else value)
        if number is None:
            return walk.wrong(path, self.expected, value)
        if quoted and not self.tolerant and walk.profile == "strict":
            return walk.wrong(path, self.expected, value, "quoted_integer", repair=member(path, number))
        return walk.limited(self.limits, path, number)


@dataclass(frozen=True, slots=True)
class NumberNode:
    """Reads a number with decimals, in quotes too: coordinates."""

    limits: tuple[Limit, ...]
    expected: str = "number"

    def read(self, value: Any, path: str, walk: Walk) -> Any:
        """Return the number within its limits."""
        written = str(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else ""
        if not _DECIMAL.fullmatch(written):
            return walk.wrong(path, self.expected, value)
        return walk.limited(self.limits, path, float(written))


@dataclass(frozen=True, slots=True)
class BoolNode:
    """Reads true and false, and the numbers 1 and 0."""

    expected: str = "boolean"

    def read(self, value: Any, path: str, walk: Walk) -> Any:
        """Return the boolean."""
        if isinstance(value, (bool, int, float)) and value in (0, 1):
            return bool(value)
        meant = {"true": True, "false": False, "1": True, "0": False}
        if isinstance(value, str) and value.lower() in meant:
            repair = member(path, meant[value.lower()])
            return walk.wrong(path, self.expected, value, "quoted_boolean", repair=repair)
        return walk.wrong(path, self.expected, value)


@dataclass(frozen=True, slots=True)
class ListNode:
    """Reads a list; where the field says so, its single member or one text with commas."""

    item: Node
    single: bool
    commas: bool

    @property
    def expected(self) -> str:
        """Return the kind."""
        return f"list of {self.item.expected}"

    def read(self, value: Any, path: str, walk: Walk) -> Any:
        """Return the list, or BAD when any member is."""
        if not isinstance(value, list):
            if not self.single or isinstance(value, dict):
                return walk.wrong(path, self.expected, value)
            commas = self.commas and isinstance(value, str)
            value = [part.strip() for part in value.split(",")] if commas else [value]
        items, faults = [], len(walk.faults)
        for position, inner in enumerate(value):
            items.append(self.item.read(inner, f"{path}[{position}]", walk))
            # A hostile list would otherwise cost a diagnosis per member.
            if len(walk.faults) > MAX_FAULTS:
                break
        return items if len(walk.faults) == faults else BAD


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct: its names, its node and its own errcodes."""

    name: str
    key: str
    aliases: tuple[str, ...]
    required: bool
    default: Any
    node: Node
    missing: MissingAs | None
    wrong: WrongAs | None
    belongs: Belongs | None

    def sent(self, value: dict[str, Any]) -> tuple[str, Any]:
        """Return the name and what was sent for the field, None for nothing: absent, null and "" are the same."""
        for key in (self.key, *self.aliases):
            found = value.get(key)
            # PHP encodes an empty object as an empty list.
            if found not in _NOTHING and not (found == [] and isinstance(self.node, (ObjectNode, MapNode))):
                return key, found
        return self.key, None

    def read(self, value: Any, path: str, walk: Walk) -> Any:
        """Return the value of the field; a wrong type gets the field's own errcode where it has one."""
        if self.wrong is not None and not isinstance(value, dict):
            facts = {"path": path, "expected": self.node.expected, "got": shown(value)}
            return walk.found(Rank.TYPE, self.wrong.errcode("wrong_type", **facts))
        return self.node.read(value, path, walk)


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """Reads an object into its struct; members it does not know are ignored."""

    struct: Callable[..., Any]
    fields: tuple[Field, ...]
    known: frozenset[str]
    expected: str = "object"

    def read(self, value: Any, path: str, walk: Walk) -> Any:
        """Return the struct, or BAD when any field is."""
        if not isinstance(value, dict):
            return walk.wrong(path, self.expected, value)
        values: dict[str, Any] = {}
        faults = len(walk.faults)
        for known in self.fields:
            self._read_field(known, value, values, path, walk)
        return self.struct(**values) if len(walk.faults) == faults else BAD

    def _read_field(self, known: Field, value: dict[str, Any], values: dict[str, Any], path: str, walk: Walk) -> None:
        key, sent = known.sent(value)
        place = f"{path}.{key}" if path else key
        required = known.required
        if known.belongs is not None:
            decider = values.get(known.belongs.sibling, BAD)
            required = decider in known.belongs.needed
            if decider is not BAD and decider not in known.belongs.allowed:
                self._refuse_foreign(known, sent, place, decider, walk)
                return
        if sent is not None:
            values[known.name] = known.read(sent, place, walk)
        elif required:
            self._refuse_missing(known, value, place, walk)

    def _refuse_foreign(self, known: Field, sent: Any, place: str, decider: str, walk: Walk) -> None:
        assert known.belongs is not None
        if sent is None or sent in _ZEROS:
            return
        facts = {
            "path": place,
            "expected": f"no {known.key} with {known.belongs.sibling} {decider}",
            "got": shown(sent),
            "field": known.key,
            "type": decider,
            "belongs_to": sorted(name for name in known.belongs.allowed if not name.isdigit()),
            "repair": Change("remove", sent).text(place),
        }
        walk.found(Rank.TYPE, known.belongs.errcode(known.belongs.cause, **facts))

    def _refuse_missing(self, known: Field, value: dict[str, Any], place: str, walk: Walk) -> None:
        generic = Errcode.INVALID_ACTION_INFO if walk.profile == "strict" else Errcode.MISSING_FIELD
        missing = known.missing or MissingAs(generic)
        facts = {"path": place, "expected": known.node.expected, "got": self._got(known, value)}
        strangers = [key for key in value if key not in self.known][:MAX_STRANGERS]
        if sent := nearest(known.key, strangers):
            facts |= {"sent": sent, "did_you_mean": known.key, "got": f'"{sent}"'}
            facts["repair"] = Change("rename", sent).text(place)
        else:
            facts["repair"] = Change("fill", known.node.expected).text(place)
        walk.found(missing.rank, missing.errcode("misspelt" if sent else "missing", **facts))

    @staticmethod
    def _got(known: Field, value: dict[str, Any]) -> str:
        return shown(value[known.key]) if known.key in value else "nothing"


def node_of(annotation: Any) -> Node:
    """Return the node of a field's annotation.

    Raises:
        TypeError: the annotation is of a kind no request uses.
    """
    base, markers = _split(annotation)
    limits = tuple(marker for marker in markers if isinstance(marker, Limit))
    if base is str:
        return TextNode(limits, _has(markers, NumberAsText))
    if base is int:
        return IntNode(limits, _has(markers, Tolerant))
    if base is float:
        return NumberNode(limits)
    if base is bool:
        return BoolNode()
    if get_origin(base) is list:
        return ListNode(node_of(get_args(base)[0]), _has(markers, OneOrList, CommaList), _has(markers, CommaList))
    if isinstance(base, type) and issubclass(base, msgspec.Struct):
        return object_node(base)
    if get_origin(base) is dict:
        return MapNode()
    if base is Any:
        return AnyNode()
    raise TypeError(f"no request is read as {annotation}")


@cache
def object_node(struct: type[msgspec.Struct]) -> ObjectNode:
    """Return the node of a struct; made once, for many requests share their parts and every start waits for it."""
    fields = tuple(_field(info) for info in msgspec.structs.fields(struct))
    known = frozenset(key for known in fields for key in (known.key, *known.aliases))
    return ObjectNode(struct, fields, known)


def whole(value: Any) -> int | None:
    """Return the 64-bit integer a JSON number stands for, None when it stands for none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value) if -MAX_INT <= value <= MAX_INT else None


def _field(info: msgspec.structs.FieldInfo) -> Field:
    _, markers = _split(info.type)
    return Field(
        name=info.name,
        key=info.encode_name,
        aliases=tuple(marker.name for marker in markers if isinstance(marker, Alias)),
        required=info.required,
        default=None if info.default is msgspec.NODEFAULT else info.default,
        node=node_of(info.type),
        missing=_only(markers, MissingAs),
        wrong=_only(markers, WrongAs),
        belongs=_only(markers, Belongs),
    )


def _split(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the bare type and the markers around it, ``| None`` taken off."""
    if get_origin(annotation) is Annotated:
        base, markers = _split(annotation.__origin__)
        return base, (*markers, *annotation.__metadata__)
    if get_origin(annotation) in (Union, types.UnionType):
        (bare,) = (part for part in get_args(annotation) if part is not type(None))
        return _split(bare)
    return annotation, ()


def _has(markers: tuple[Any, ...], *kinds: type) -> bool:
    return any(isinstance(marker, kinds) for marker in markers)


def _only(markers: tuple[Any, ...], kind: type[M]) -> M | None:
    return next((marker for marker in markers if isinstance(marker, kind)), None)
