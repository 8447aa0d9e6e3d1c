"""Markers for the fields of a request: what msgspec's types alone cannot say.

A field reads ``brand_name: Annotated[str, MaxBytes(36)]``; msgspec ignores the markers, the walk over a request
(:mod:`kaquan.api.reading`) obeys them. Tolerances widen what is read, limits narrow it.
Spec: cards.md 1.3 (order), 3 (limits), 15 (tolerances); errors.md 5; qa_cases.md E9, Q8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any, ClassVar, Protocol, runtime_checkable

from kaquan.errors import Errcode, Refusal
from kaquan.errors.change import Change, literal, shortened
from kaquan.errors.nearest import nearest

LAST_SECOND = 2**31 - 1
FIRST_MILLISECOND = 10**12
MAX_CODE_CHARACTERS = 20
# Of a value so many characters are shown in a diagnosis.
SHOWN = 48

# Possessive, so that a long text without an address in it takes linear time.
HTTP_URL = re.compile(r"https?://[^\x00-\x20\x7f\s/?#\\<>\"]++[^\x00-\x20\x7f\s\\<>\"]*+", re.IGNORECASE)


class Rank(IntEnum):
    """Of several faults the one of the lowest rank is answered, then the first in field order (cards.md 1.3)."""

    CARD_ID = 0
    MISSING = 1
    TYPE = 2
    LENGTH = 3
    RULE = 4


@runtime_checkable
class Limit(Protocol):
    """A marker that narrows: it finds the fault of a value that already has the right type.

    Each has ``gives`` too, the step of its refusals (:mod:`kaquan.errors.order`).
    """

    rank: ClassVar[Rank]

    def fault(self, path: str, value: Any) -> Refusal | None:
        """Return the refusal of this value at this JSON path, or None when it is allowed."""
        ...


@dataclass(frozen=True, slots=True)
class Tolerant:
    """An integer that is read from a digit string too, in every profile: ids, timestamps, ``expire_seconds``."""


@dataclass(frozen=True, slots=True)
class NumberAsText:
    """Text that is read from a JSON integer too: codes of queries, enumerations with old numbers."""


@dataclass(frozen=True, slots=True)
class OneOrList:
    """A list that may come as its single member."""


@dataclass(frozen=True, slots=True)
class CommaList:
    """A list that may come as its single member or as one text with commas."""


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name the field is read under when its own name is not there."""

    name: str


@dataclass(frozen=True, slots=True)
class MissingAs:
    """The errcode of this required field's absence, where it has one of its own."""

    errcode: Errcode
    rank: Rank = Rank.MISSING


@dataclass(frozen=True, slots=True)
class WrongAs:
    """The errcode of a value of the wrong JSON type, where the field has one of its own."""

    errcode: Errcode


@dataclass(frozen=True, slots=True)
class Belongs:
    """A field that belongs to certain values of a sibling.

    Args:
        sibling: wire name of the field that decides.
        needed: with these values the field is required.
        allowed: with any other value the field must be absent, null, ``""`` or zero: typed SDKs send zeros.
        errcode, cause: the answer where it is present and not allowed.
    """

    sibling: str
    needed: frozenset[str]
    allowed: frozenset[str]
    errcode: Errcode
    cause: str


@dataclass(frozen=True, slots=True)
class MaxBytes:
    """Text of at most so many UTF-8 bytes; a Chinese character takes 3."""

    limit: int
    rank: ClassVar[Rank] = Rank.LENGTH
    gives: ClassVar[str] = "45021 too_long"

    def fault(self, path: str, value: str) -> Refusal | None:
        """Return 45021 when the text is longer."""
        if len(value) * 4 <= self.limit:
            return None
        encoded = value.encode()
        if len(encoded) <= self.limit:
            return None
        expected = f"at most {self.limit} bytes ({self.limit // 3} Chinese characters)"
        kept = encoded[: self.limit].decode(errors="ignore")
        return _too_long(path, expected, f"{len(encoded)} bytes", self.limit, len(encoded), kept)


@dataclass(frozen=True, slots=True)
class MaxCharacters:
    """Text of at most so many characters, whatever their bytes."""

    limit: int
    rank: ClassVar[Rank] = Rank.LENGTH
    gives: ClassVar[str] = "45021 too_long"

    def fault(self, path: str, value: str) -> Refusal | None:
        """Return 45021 when the text is longer."""
        size = len(value)
        if size <= self.limit:
            return None
        return _too_long(
            path, f"at most {self.limit} characters", f"{size} characters", self.limit, size, value[: self.limit]
        )


@dataclass(frozen=True, slots=True)
class OneOf:
    """Text out of a list.

    Args:
        values: the documented values, as the diagnosis lists them.
        errcode, cause: the answer for any other.
        also: further values that are read: aliases, old numbers.
    """

    values: tuple[str, ...]
    errcode: Errcode
    cause: str = "unknown"
    also: frozenset[str] = frozenset()
    rank: ClassVar[Rank] = Rank.RULE

    @property
    def gives(self) -> str:
        """Return its errcode and cause."""
        return f"{self.errcode:d} {self.cause}"

    def fault(self, path: str, value: str) -> Refusal | None:
        """Return the refusal of a value outside the list, with the nearest one inside."""
        if value in self.values or value in self.also:
            return None
        facts: dict[str, Any] = {
            "path": path,
            "expected": f"one of {', '.join(self.values)}",
            "got": shown(value),
            "accepted": list(self.values),
        }
        if near := nearest(value, self.values):
            facts |= {"did_you_mean": near, "repair": member(path, near)}
        return self.errcode(self.cause, **facts)


@dataclass(frozen=True, slots=True)
class Between:
    """An integer within bounds, both included."""

    least: int
    most: int
    errcode: Errcode
    cause: str = "out_of_range"
    rank: ClassVar[Rank] = Rank.RULE

    @property
    def gives(self) -> str:
        """Return its errcode and cause."""
        return f"{self.errcode:d} {self.cause}"

    def fault(self, path: str, value: int) -> Refusal | None:
        """Return the refusal of a value outside the bounds."""
        if self.least <= value <= self.most:
            return None
        facts = {"path": path, "expected": f"{self.least} to {self.most}", "got": str(value)}
        return self.errcode(self.cause, **facts, least=self.least, most=self.most)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC seconds before 2038-01-19; 0 is read as not set."""

    rank: ClassVar[Rank] = Rank.RULE
    gives: ClassVar[str] = "40079 milliseconds out_of_range"

    def fault(self, path: str, value: int) -> Refusal | None:
        """Return 40079 for milliseconds and for times outside the range."""
        if 0 <= value <= LAST_SECOND:
            return None
        facts = {"path": path, "expected": f"seconds, at most {LAST_SECOND}", "got": str(value)}
        if value >= FIRST_MILLISECOND:
            return Errcode.INVALID_TIME("milliseconds", **facts, repair=member(path, value // 1000))
        return Errcode.INVALID_TIME("out_of_range", **facts, least=0, most=LAST_SECOND)


@dataclass(frozen=True, slots=True)
class HttpUrl:
    """An absolute http or https address; other schemes would run in the consumer's page."""

    errcode: Errcode
    rank: ClassVar[Rank] = Rank.RULE

    @property
    def gives(self) -> str:
        """Return its errcode and cause."""
        return f"{self.errcode:d} not_http"

    def fault(self, path: str, value: str) -> Refusal | None:
        """Return the refusal of anything else."""
        if HTTP_URL.fullmatch(value):
            return None
        return self.errcode("not_http", path=path, expected="http:// or https:// address", got=shown(value))


CardId = Annotated[str, MissingAs(Errcode.CARD_ID_MISSING, Rank.CARD_ID)]
Openid = Annotated[str, MissingAs(Errcode.OPENID_MISSING)]
Code = Annotated[str, NumberAsText(), MissingAs(Errcode.CODE_MISSING)]
NewCode = Annotated[str, MaxCharacters(MAX_CODE_CHARACTERS)]
Id = Annotated[int, Tolerant()]
Timestamp = Annotated[int, Tolerant(), Moment()]
Link = Annotated[str, MaxBytes(128), HttpUrl(Errcode.INVALID_URL)]
Picture = Annotated[str, MaxBytes(128), HttpUrl(Errcode.INVALID_IMAGE_URL)]


def shown(value: Any) -> str:
    """Return the JSON type and the value cut short, as a diagnosis shows what came."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return f"list of {len(value)}"
    return f"{_TYPE_NAMES[type(value)]} {shortened(literal(value), SHOWN)}"


def member(path: str, value: Any) -> str:
    """Return the change that puts the value at the path: ``"quantity": 500``."""
    return Change("set", value).text(path)


_TYPE_NAMES = {str: "string", bool: "boolean", int: "integer", float: "number"}


def _too_long(path: str, expected: str, got: str, limit: int, size: int, kept: str) -> Refusal:
    facts = {"path": path, "expected": expected, "got": got, "limit": limit, "size": size}
    return Errcode.TOO_LONG("too_long", **facts, repair=member(path, kept))
