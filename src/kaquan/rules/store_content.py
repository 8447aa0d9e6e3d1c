"""What a store is made of: fields x limits (spec: statistics_and_stores.md B).

Limits count characters. A field with an errcode of its own gives it when it is absent, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec

from kaquan.errors import Errcode, Refusal
from kaquan.errors.nearest import nearest
from kaquan.rules.card_content import Part
from kaquan.rules.fields import (
    Between,
    HttpUrl,
    MaxCharacters,
    MissingAs,
    NumberAsText,
    OneOrList,
    Rank,
    Tolerant,
    member,
    shown,
)
from kaquan.rules.store_categories import DEEPEST, FIRST_LEVEL, SEPARATOR

OFFSET_TYPES = 5
_TELEPHONE = re.compile(r"[0-9]([0-9-]*[0-9])?")


@dataclass(frozen=True, slots=True)
class NotBlank:
    """Text that is more than white space."""

    errcode: Errcode
    rank: ClassVar[Rank] = Rank.RULE

    @property
    def gives(self) -> str:
        """Return its errcode and cause."""
        return f"{self.errcode:d} blank"

    def fault(self, path: str, value: str) -> Refusal | None:
        """Return the refusal of a text that says nothing."""
        if value.strip():
            return None
        return self.errcode("blank", path=path, expected="text that is not blank", got=shown(value))


@dataclass(frozen=True, slots=True)
class Telephone:
    """Digits, area code and extension set off by ``-``."""

    rank: ClassVar[Rank] = Rank.RULE
    gives: ClassVar[str] = "65111 not_digits"

    def fault(self, path: str, value: str) -> Refusal | None:
        """Return 65111 for anything else."""
        if _TELEPHONE.fullmatch(value):
            return None
        repair = member(path, re.sub(r"[^0-9]+", "-", value).strip("-"))
        facts = {"path": path, "expected": "digits and - between them", "got": shown(value), "repair": repair}
        return Errcode.INVALID_TELEPHONE("not_digits", **facts)


@dataclass(frozen=True, slots=True)
class CategoryPath:
    """One to three names joined by commas, the first out of the table."""

    rank: ClassVar[Rank] = Rank.RULE
    gives: ClassVar[str] = "65104 not_a_path unknown"

    def fault(self, path: str, value: str) -> Refusal | None:
        """Return 65104 for a path of another form or with an unknown beginning."""
        names = [name.strip() for name in value.split(SEPARATOR)]
        facts = {"path": path, "got": shown(value)}
        if len(names) > DEEPEST or not all(names):
            return Errcode.INVALID_CATEGORIES("not_a_path", **facts, expected=f"1 to {DEEPEST} names joined by commas")
        if names[0] in FIRST_LEVEL:
            return None
        near = nearest(names[0], FIRST_LEVEL) or ""
        expected = f"one of {', '.join(FIRST_LEVEL)}"
        return Errcode.INVALID_CATEGORIES("unknown", **facts, expected=expected, did_you_mean=near)


PoiId = Annotated[int, Tolerant(), MissingAs(Errcode.POI_NOT_FOUND)]
BusinessName = Annotated[
    str,
    MaxCharacters(30),
    NotBlank(Errcode.INVALID_BUSINESS_NAME),
    MissingAs(Errcode.INVALID_BUSINESS_NAME),
]
Province = Annotated[str, MaxCharacters(10), NotBlank(Errcode.INVALID_PROVINCE), MissingAs(Errcode.INVALID_PROVINCE)]
City = Annotated[str, MaxCharacters(30), NotBlank(Errcode.INVALID_CITY), MissingAs(Errcode.INVALID_CITY)]
Address = Annotated[str, MaxCharacters(80), NotBlank(Errcode.INVALID_ADDRESS), MissingAs(Errcode.INVALID_ADDRESS)]
Phone = Annotated[str, NumberAsText(), MaxCharacters(53), Telephone()]
Category = Annotated[str, MaxCharacters(100), CategoryPath()]
Longitude = Annotated[float, Between(-180, 180, Errcode.INVALID_ARGS)]
Latitude = Annotated[float, Between(-90, 90, Errcode.INVALID_ARGS)]


class Photo(Part):
    """One picture of a store."""

    photo_url: Annotated[
        str,
        MaxCharacters(512),
        HttpUrl(Errcode.INVALID_PHOTO_URL),
        MissingAs(Errcode.INVALID_PHOTO_URL),
    ]


class Service(Part, kw_only=True):
    """What can be changed of a store that is approved; what is not sent, or empty, stays as it is."""

    sid: Annotated[str, NumberAsText(), MaxCharacters(64)] = ""
    telephone: Phone = ""
    photo_list: list[Photo] | None = None
    recommend: Annotated[str, MaxCharacters(200)] = ""
    special: Annotated[str, MaxCharacters(200)] = ""
    introduction: Annotated[str, MaxCharacters(300)] = ""
    open_time: Annotated[str, MaxCharacters(50)] = ""
    avg_price: Annotated[int, Tolerant(), Between(0, 10**6, Errcode.INVALID_ARGS)] = 0


class StoreInfo(Service, kw_only=True):
    """The whole of a store; coordinates in degrees as they were sent, avg_price in yuan."""

    business_name: BusinessName
    branch_name: Annotated[str, MaxCharacters(20)] = ""
    province: Province
    city: City
    district: Annotated[str, MaxCharacters(10)] = ""
    address: Address
    telephone: Annotated[Phone, MissingAs(Errcode.INVALID_TELEPHONE)]
    categories: Annotated[list[Category], OneOrList(), MissingAs(Errcode.INVALID_CATEGORIES)]
    offset_type: Annotated[int, Tolerant(), Between(1, OFFSET_TYPES, Errcode.INVALID_ARGS)]
    longitude: Longitude
    latitude: Latitude


class ServiceChange(Service, kw_only=True):
    """A change of a store's service data."""

    poi_id: PoiId


class OldLocation(Part, kw_only=True):
    """A store as the calls of 2014 import it."""

    business_name: BusinessName
    branch_name: Annotated[str, MaxCharacters(20)] = ""
    province: Province
    city: City
    district: Annotated[str, MaxCharacters(10)] = ""
    address: Address
    telephone: Annotated[Phone, MissingAs(Errcode.INVALID_TELEPHONE)]
    category: Annotated[Category, MissingAs(Errcode.INVALID_CATEGORIES)]
    longitude: Longitude
    latitude: Latitude

    def as_store(self) -> StoreInfo:
        """Return the store of today's form."""
        fields = msgspec.structs.asdict(self)
        category = fields.pop("category")
        return StoreInfo(**fields, categories=[category], offset_type=1)
