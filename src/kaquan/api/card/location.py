"""``/card/location/*``: stores, as the calls of 2014 import and list them (spec: statistics_and_stores.md B)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.actions.add_store import add_stores
from kaquan.actions.list_stores import list_stores
from kaquan.actions.load_store import current
from kaquan.api.call import Call
from kaquan.api.decode import Profile, Reader
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode, Refusal
from kaquan.rules.fields import Id
from kaquan.rules.paging import check_page
from kaquan.rules.store import shown_location
from kaquan.rules.store_content import OldLocation, StoreInfo
from kaquan.sources import new_poi_id
from kaquan.store.apps import App

MOST = 50
FAILED = -1


class BatchAdd(msgspec.Struct):
    """Body of ``batchadd``; each member is read by itself."""

    location_list: list[dict[str, Any]]


class BatchGet(msgspec.Struct):
    """Body of ``batchget``; a count of 0 asks for all."""

    offset: Id = 0
    count: Id = 0


_LOCATION = Reader(OldLocation)


def check_size(request: BatchAdd, app: App, now: int) -> None:
    """Check how many stores there are."""
    size = len(request.location_list)
    if not 0 < size <= MOST:
        facts = {"path": "location_list", "expected": f"1 to {MOST}", "got": f"list of {size}"}
        raise Errcode.TOO_MANY_POIS("batch_size", **facts, limit=MOST)


@endpoint("/card/location/batchadd", reads=BatchAdd, checks=check_size, refuses=("45025 batch_size",))
async def batchadd(call: Call, request: BatchAdd) -> dict[str, Any]:
    """Create stores, at most 50; one that is wrong gets -1 for its id and does not disturb the others."""
    read = [read_location(one, call.app.profile) for one in request.location_list]
    good = [info for info in read if info is not None]
    record = call.platform.record()
    return await call.commit(
        lambda tx: add_stores(tx, call.app, good, new_poi_id, call.now, record),
        lambda ids: ok(location_id_list=spread(read, ids)),
    )


def check_start(request: BatchGet, app: App, now: int) -> None:
    """Check where the page begins."""
    check_page(offset=request.offset, count=request.count)


@endpoint("/card/location/batchget", reads=BatchGet, checks=check_start, refuses=("40097 negative",))
async def batchget(call: Call, request: BatchGet) -> dict[str, Any]:
    """Return a page of stores, the oldest first, and how many it has."""
    rows, _ = await call.read(lambda tx: list_stores(tx, call.appid, request.offset, request.count or None))
    return ok(location_list=[shown_location(row.poi_id, current(row)) for row in rows], count=len(rows))


def read_location(sent: dict[str, Any], profile: Profile) -> StoreInfo | None:
    """Return the store of one member, or None where something is wrong with it."""
    try:
        return _LOCATION.read_value(sent, profile).as_store()
    except Refusal:
        return None


def spread(read: list[StoreInfo | None], ids: list[int]) -> list[int]:
    """Return the ids in the places of the stores that were created, -1 in the others."""
    made = iter(ids)
    return [FAILED if info is None else next(made) for info in read]
