"""What a store may be beyond the shape of its fields, its states, and how the wire shows it.

Spec: statistics_and_stores.md B; errors.md 1.4.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from kaquan.errors import Errcode
from kaquan.rules.store_content import Service, StoreInfo

IN_REVIEW = "in_review"
APPROVED = "approved"
REFUSED = "refused"
DELETED = "deleted"

AVAILABLE_STATE = MappingProxyType({IN_REVIEW: 2, APPROVED: 3, REFUSED: 4})
"""State -> ``available_state`` of the wire; 1, a fault of the original's own, does not occur."""

CATEGORIES = 1
PHOTOS = 20

S = TypeVar("S", bound=Service)
_FIELDS = """
sid business_name branch_name province city district address telephone categories offset_type longitude latitude
photo_list recommend special introduction open_time avg_price
"""
_ORDER = tuple(_FIELDS.split())
_SERVICE = Service.__struct_fields__


def check_store(info: S, path: str) -> S:
    """Return the data of a store, refused where its lists have the wrong size.

    Args:
        info: as read from the request.
        path: JSON path of the object it was read from.

    Raises:
        Refusal: 65104 not exactly one category, 65114 a list of photos without one, 40097 too many of them.
    """
    categories = getattr(info, "categories", None)
    if categories is not None and len(categories) != CATEGORIES:
        facts = {"path": f"{path}.categories", "got": f"list of {len(categories)}"}
        raise Errcode.INVALID_CATEGORIES("not_one", **facts, expected=f"list of {CATEGORIES}")
    photos = info.photo_list
    if photos == []:
        facts = {"path": f"{path}.photo_list", "got": "list of 0"}
        raise Errcode.PHOTO_LIST_EMPTY("empty", **facts, expected="at least one photo_url, or no photo_list")
    if photos is not None and len(photos) > PHOTOS:
        facts = {"path": f"{path}.photo_list", "got": f"list of {len(photos)}"}
        raise Errcode.INVALID_ARGS("too_many_photos", **facts, expected=f"at most {PHOTOS}", limit=PHOTOS)
    return info


def changed(info: StoreInfo, change: Service) -> StoreInfo:
    """Return the store with what a change says; an empty field says nothing, a list of photos replaces the whole."""
    said = {name: getattr(change, name) for name in _SERVICE if getattr(change, name)}
    return msgspec.structs.replace(info, **said)


def shown_store(poi_id: int, info: StoreInfo, status: str, updating: bool) -> dict[str, Any]:
    """Return the ``base_info`` of a store, keys in the order of the wire.

    Args:
        poi_id: shown as digits in a text, as in the original's lists.
        info: with a change under review laid over it.
        status: one of :data:`AVAILABLE_STATE`.
        updating: whether a change waits for its review.
    """
    fields = {name: getattr(info, name) for name in _ORDER}
    fields["photo_list"] = [{"photo_url": photo.photo_url} for photo in info.photo_list or []]
    states = {"available_state": AVAILABLE_STATE[status], "update_status": int(updating)}
    return {"sid": fields.pop("sid"), "poi_id": str(poi_id), **fields, **states}


def shown_location(poi_id: int, info: StoreInfo) -> dict[str, Any]:
    """Return a store as the list of 2014 shows it."""
    place = {"longitude": info.longitude, "latitude": info.latitude}
    return {"location_id": poi_id, "name": full_name(info), "phone": info.telephone, "address": info.address, **place}


def full_name(info: StoreInfo) -> str:
    """Return the name of a store with that of its branch."""
    return f"{info.business_name}({info.branch_name})" if info.branch_name else info.business_name


def to_text(info: Service) -> str:
    """Return a store's data as it is kept; what has its default is left out."""
    return msgspec.json.encode(info).decode()


def from_text(text: str) -> StoreInfo:
    """Return what :func:`to_text` made of a store."""
    return _DECODER.decode(text)


_DECODER = msgspec.json.Decoder(StoreInfo)
