"""``/cgi-bin/poi/*``: stores (spec: statistics_and_stores.md B)."""

from __future__ import annotations

from typing import Any

import msgspec

from kaquan.actions.add_store import add_stores
from kaquan.actions.delete_store import delete_store
from kaquan.actions.list_stores import list_stores
from kaquan.actions.load_store import current, load_store
from kaquan.actions.update_store import update_store
from kaquan.api.call import Call
from kaquan.api.encode import ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.errors.change import Change
from kaquan.rules.fields import Id
from kaquan.rules.paging import check_page
from kaquan.rules.store import check_store, shown_store
from kaquan.rules.store_categories import CATEGORIES
from kaquan.rules.store_content import PoiId, ServiceChange, StoreInfo
from kaquan.sources import new_poi_id
from kaquan.store.apps import App

PAGE = 50
DEFAULT_PAGE = 20
WHERE = "business.base_info"
PHOTOS = "65114 empty | 40097 too_many_photos"
STORE = "65115 unknown | 65116 deleted"


class NewBusiness(msgspec.Struct):
    """A new store, wrapped."""

    base_info: StoreInfo


class AddPoi(msgspec.Struct):
    """Body of ``addpoi``."""

    business: NewBusiness


class OfPoi(msgspec.Struct):
    """A request that names a store."""

    poi_id: PoiId


class ChangedBusiness(msgspec.Struct):
    """A change of a store, wrapped."""

    base_info: ServiceChange


class UpdatePoi(msgspec.Struct):
    """Body of ``updatepoi``."""

    business: ChangedBusiness


class Wrapped(msgspec.Struct):
    """What one SDK wraps the poi_id in."""

    poi_id: Id | None = None


class DelPoi(msgspec.Struct):
    """Body of ``delpoi``."""

    poi_id: Id | None = None
    business: Wrapped | None = None


class GetPoiList(msgspec.Struct):
    """Body of ``getpoilist``."""

    begin: Id = 0
    limit: Id = DEFAULT_PAGE


def check_business(request: AddPoi | UpdatePoi, app: App, now: int) -> None:
    """Check the lists of a store."""
    check_store(request.business.base_info, WHERE)


def check_named(request: DelPoi, app: App, now: int) -> None:
    """Check that a store is named."""
    if poi_id_of(request) is None:
        repair = Change("fill", "integer").text("poi_id")
        raise Errcode.POI_NOT_FOUND("missing", path="poi_id", expected="integer", got="nothing", repair=repair)


def check_start(request: GetPoiList, app: App, now: int) -> None:
    """Check where the page begins."""
    check_page(begin=request.begin, limit=request.limit)


@endpoint("/cgi-bin/poi/addpoi", reads=AddPoi, checks=check_business, refuses=("65104 not_one", PHOTOS))
async def addpoi(call: Call, request: AddPoi) -> dict[str, Any]:
    """Create a store and send it to review; its poi_id holds from now on."""
    info = request.business.base_info
    record = call.platform.record()
    return await call.commit(
        lambda tx: add_stores(tx, call.app, [info], new_poi_id, call.now, record), lambda ids: ok(poi_id=ids[0])
    )


@endpoint("/cgi-bin/poi/getpoi", reads=OfPoi, refuses=(STORE,))
async def getpoi(call: Call, request: OfPoi) -> dict[str, Any]:
    """Return a store; of one whose change is under review the change is shown."""
    row = await call.read(lambda tx: load_store(tx, call.appid, request.poi_id))
    return ok(business=shown(row))


@endpoint("/cgi-bin/poi/getpoilist", reads=GetPoiList, checks=check_start, refuses=("40097 negative",))
async def getpoilist(call: Call, request: GetPoiList) -> dict[str, Any]:
    """Return a page of stores, the oldest first; more than 50 are never given at once."""
    count = min(request.limit, PAGE)
    rows, total = await call.read(lambda tx: list_stores(tx, call.appid, request.begin, count))
    return ok(business_list=[shown(row) for row in rows], total_count=str(total))


@endpoint(
    "/cgi-bin/poi/updatepoi",
    reads=UpdatePoi,
    checks=check_business,
    refuses=(PHOTOS, STORE, "65106 not_approved", "65107 change_in_review"),
)
async def updatepoi(call: Call, request: UpdatePoi) -> dict[str, Any]:
    """Change the service data of an approved store; the change is reviewed."""
    change = request.business.base_info
    record = call.platform.record()
    return await call.commit(
        lambda tx: update_store(tx, call.app, change.poi_id, change, call.now, record), lambda _: ok()
    )


@endpoint(
    "/cgi-bin/poi/delpoi",
    reads=DelPoi,
    checks=check_named,
    refuses=("65115 missing", STORE, "65117 in_review"),
)
async def delpoi(call: Call, request: DelPoi) -> dict[str, Any]:
    """Delete a store for good; its cards go on without it."""
    poi_id = poi_id_of(request) or 0
    record = call.platform.record()
    return await call.commit(lambda tx: delete_store(tx, call.appid, poi_id, call.now, record), lambda _: ok())


@endpoint("/cgi-bin/poi/getwxcategory", "GET")
@endpoint("/cgi-bin/api_getwxcategory", "GET")
async def getwxcategory(call: Call) -> dict[str, Any]:
    """Return the categories of stores, each a path of names; the second address is the older one."""
    return ok(category_list=CATEGORIES)


def poi_id_of(request: DelPoi) -> int | None:
    """Return the store that is named, in either place."""
    return request.poi_id or (request.business.poi_id if request.business else None)


def shown(row: Any) -> dict[str, Any]:
    """Return a store as the answers wrap it."""
    return {"base_info": shown_store(row.poi_id, current(row), row.status, bool(row.pending))}
