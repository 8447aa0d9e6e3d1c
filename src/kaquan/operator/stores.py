"""The stores of all merchants that wait for a review, each with what a change of it makes different."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from kaquan.actions.list_queue import STORES, count_queue
from kaquan.actions.load_store import load_store
from kaquan.actions.review_store import review_store
from kaquan.errors import Refusal
from kaquan.operator.decide import REASON_MISSING, account, decide, reason_of, reasons
from kaquan.operator.queues import is_number, page_of
from kaquan.operator.waiting import waits
from kaquan.rules.card_diff import differences, fields_of
from kaquan.rules.jump_url import safe_url
from kaquan.rules.store import from_text
from kaquan.rules.store_content import StoreInfo
from kaquan.store.tx import Tx
from kaquan.web.desk import Desk, Said, desk
from kaquan.web.texts import zh
from kaquan.web.visit import NotHere

OF_STORES = ("place", "picture", "category", "mark")
LABELS = {
    "business_name": zh("店名"),
    "branch_name": zh("分店名"),
    "province": zh("省"),
    "city": zh("市"),
    "district": zh("区"),
    "address": zh("地址"),
    "telephone": zh("电话"),
    "categories": zh("类目"),
    "longitude": zh("经度"),
    "latitude": zh("纬度"),
    "photo_list": zh("照片"),
    "recommend": zh("推荐"),
    "special": zh("特色服务"),
    "introduction": zh("简介"),
    "open_time": zh("营业时间"),
    "avg_price": zh("人均"),
    "sid": zh("商户自己的编号"),
}
DONE = {"approve": zh("已通过"), "refuse": zh("已驳回")}


class Fact(msgspec.Struct, frozen=True):
    """A field of a store in words; ``before`` is None where it is not compared."""

    label: str
    text: str
    pictures: list[str]
    before: str | None = None
    pictures_before: tuple[str, ...] = ()


class Waiting(msgspec.Struct, frozen=True):
    """A store that waits; ``changes`` tells that it is a change of an approved one."""

    appid: str
    merchant: str
    sandbox: bool
    poi_id: int
    name: str
    time: int
    changes: bool
    facts: list[Fact]


@waits("stores", zh("待审核的门店"))
def waiting_stores(tx: Tx) -> int:
    """Return how many stores, or changes of one, wait for a review."""
    return count_queue(tx, STORES)


@desk("/operator/stores", "GET", "POST", sees="platform.see", changes="platform.change")
async def stores(visit: Desk) -> Response:
    """List the stores that wait, the oldest first, and decide about one."""
    if visit.request.method == "GET":
        return await show(visit)
    name, poi_id = visit.form.get("change", ""), visit.form.get("poi_id", "")
    if name not in DONE or not is_number(poi_id):
        raise NotHere
    app, number = await account(visit, visit.form.get("account", "") or "none"), int(poi_id)
    reason = reason_of(visit) if name == "refuse" else None
    if reason == "":
        return await show(visit, visit.text(REASON_MISSING))
    now, record = visit.time_of(app), visit.platform.record()
    try:
        store = await visit.read(lambda tx: from_text(load_store(tx, app.appid, number).content))
        act = lambda tx: review_store(tx, app, number, reason, now, record)  # noqa: E731
        await decide(visit, app, f"store.{name}", act, poi_id, reason or "", store=store.business_name)
    except Refusal as refused:
        return await show(visit, said=visit.refused(refused))
    return visit.go(f"/operator/stores?done={name}")


async def show(visit: Desk, fault: str = "", said: Said | None = None) -> Response:
    """Show the queue."""
    rows, more = await page_of(visit, STORES, merchant=visit.query.get("merchant", "").strip()[:32])
    done = DONE.get(visit.query.get("done", ""))
    return visit.show(
        "operator/stores.html",
        stores=[await waiting(visit, row) for row in rows],
        more=more,
        merchant=visit.query.get("merchant", ""),
        reasons=reasons(visit, *OF_STORES),
        done=visit.text(done) if done else "",
        fault=fault,
        said=said,
    )


async def waiting(visit: Desk, row: Any) -> Waiting:
    """Return a store's row as the queue shows it."""
    app = await visit.platform.apps.get(row.appid)
    known = (app.name, app.sandbox) if app else ("", False)
    store = from_text(row.content)
    facts = _changes(visit, store, from_text(row.pending)) if row.pending else _facts(visit, store)
    name = f"{store.business_name} {store.branch_name}".strip()
    return Waiting(row.appid, *known, row.poi_id, name, row.update_time, bool(row.pending), facts)


def _facts(visit: Desk, store: StoreInfo) -> list[Fact]:
    said = fields_of(store)
    return [Fact(visit.text(label), *_shown(name, said[name])) for name, label in LABELS.items() if name in said]


def _changes(visit: Desk, before: StoreInfo, after: StoreInfo) -> list[Fact]:
    found = [one for one in differences(before, after) if one.path in LABELS]
    told = ((one, _shown(one.path, one.after), _shown(one.path, one.before)) for one in found)
    return [Fact(visit.text(LABELS[one.path]), *new, old[0], tuple(old[1])) for one, new, old in told]


def _shown(name: str, value: Any) -> tuple[str, list[str]]:
    """Return a value as text, and its pictures."""
    if name == "photo_list":
        return "", [url for photo in value or [] if (url := safe_url(photo["photo_url"]))]
    return (", ".join(map(str, value)) if isinstance(value, list) else str(value or "")), []
