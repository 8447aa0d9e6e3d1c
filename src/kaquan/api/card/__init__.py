"""``/card/*``: templates (spec: cards.md 3-10)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from kaquan.actions.change_stock import change_stock
from kaquan.actions.create_card import create_card
from kaquan.actions.delete_card import delete_card
from kaquan.actions.list_cards import list_cards
from kaquan.actions.update_card import update_card
from kaquan.api.call import Call
from kaquan.api.card.owner import change_card, load_own_card
from kaquan.api.card_body import READER
from kaquan.api.card_update_body import READS_UPDATE, UPDATE_STEPS, Sent, read_update
from kaquan.api.encode import OK, ok
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.card import CREATE_ORDER, check_create, from_text, normalise, render
from kaquan.rules.card_content import Content, Part
from kaquan.rules.card_tables import colors, statuses_of
from kaquan.rules.card_update import UPDATE_ORDER, check_status
from kaquan.rules.categories import categories
from kaquan.rules.fields import CardId, OneOrList
from kaquan.rules.paging import check_page
from kaquan.sources import random_text
from kaquan.store.apps import App

PAGE = 50
CARD_ID_LENGTH = 28


class OfCard(msgspec.Struct):
    """A request that names a card."""

    card_id: CardId


class BatchGet(msgspec.Struct):
    """Body of ``batchget``."""

    offset: int
    count: int
    status_list: Annotated[list[str], OneOrList()] = []


class ModifyStock(msgspec.Struct):
    """Body of ``modifystock``."""

    card_id: CardId
    increase_stock_value: int = 0
    reduce_stock_value: int = 0


def check_new(request: tuple[str, Part], app: App, now: int) -> None:
    """Check a card that is to be made, but for its stores."""
    check_create(*request, app.permissions, now, app.applications)


@endpoint(
    "/card/create",
    reads=READER,
    checks=check_new,
    refuses=(*CREATE_ORDER, "45025 too_many", "40098 unknown deleted refused"),
)
async def create(call: Call, request: tuple[str, Part]) -> dict[str, Any]:
    """Create a template of any coupon or ticket type and send it to review."""
    app, (card_type, content) = call.app, request
    assert isinstance(content, Content)
    stored = normalise(content)
    card_id = f"p{app.prefix}{random_text(CARD_ID_LENGTH)}"[:CARD_ID_LENGTH]
    record = call.platform.record()
    made = (app, card_id, card_type, stored, call.now, record, call.MADE_BY)
    return await call.commit(lambda tx: create_card(tx, *made), lambda _: ok(card_id=card_id))


@endpoint("/card/get", reads=OfCard)
async def get(call: Call, request: OfCard) -> dict[str, Any]:
    """Return a template as it stands."""
    row = await load_own_card(call, request.card_id)
    content = from_text(row.card_type, row.content)
    stock = (row.quantity, row.total_quantity)
    return ok(card=render(row.card_id, content, row.status, *stock, row.create_time, row.update_time))


def check_batch(request: BatchGet, app: App, now: int) -> None:
    """Check where a page begins, and which states it asks for."""
    check_page(offset=request.offset, count=request.count)
    statuses_of(request.status_list)


@endpoint("/card/batchget", reads=BatchGet, checks=check_batch, refuses=("40097 negative", "40078 unknown"))
async def batchget(call: Call, request: BatchGet) -> dict[str, Any]:
    """Return a page of card_ids, newest first; more than 50 are never given at once."""
    statuses = statuses_of(request.status_list) if request.status_list else None
    count = min(request.count, PAGE)
    ids, total = await call.read(lambda tx: list_cards(tx, call.appid, statuses, request.offset, count))
    return ok(card_id_list=ids, card_list=[], total_num=total)


@endpoint("/card/update", reads=READS_UPDATE, refuses=("40078 deleted", *UPDATE_STEPS, *UPDATE_ORDER))
async def update(call: Call, request: Sent) -> dict[str, Any]:
    """Change a template, and tell whether the change goes to review."""
    card_id = request.card_id
    row = await load_own_card(call, card_id)
    check_status(card_id, row.status)
    change = read_update(request, row.card_type)
    record = call.platform.record()
    return await change_card(
        call,
        card_id,
        lambda tx: update_card(tx, call.app, card_id, change, call.now, record),
        lambda send_check: ok(send_check=send_check),
    )


@endpoint("/card/delete", reads=OfCard)
async def delete(call: Call, request: OfCard) -> dict[str, Any]:
    """Delete a template for good; its issued codes stay valid."""
    record = call.platform.record()
    return await change_card(
        call, request.card_id, lambda tx: delete_card(tx, call.appid, request.card_id, call.now, record)
    )


def check_amounts(request: ModifyStock, app: App, now: int) -> None:
    """Check that both numbers are none below zero."""
    increase, reduce = request.increase_stock_value, request.reduce_stock_value
    if increase < 0 or reduce < 0:
        raise Errcode.INVALID_QUANTITY("negative", card_id=request.card_id, increase=increase, reduce=reduce)


@endpoint(
    "/card/modifystock",
    reads=ModifyStock,
    checks=check_amounts,
    refuses=("40122 negative", "40078 deleted", "40122 below_zero too_many", "40136 more_than_deposited"),
)
async def modifystock(call: Call, request: ModifyStock) -> dict[str, Any]:
    """Raise, then lower the stock."""
    record = call.platform.record()
    more, less = request.increase_stock_value, request.reduce_stock_value
    return await change_card(
        call, request.card_id, lambda tx: change_stock(tx, call.appid, request.card_id, more, less, call.now, record)
    )


@endpoint("/card/getcolors", "GET", "POST")
async def getcolors(call: Call) -> dict[str, Any]:
    """Return the fourteen colours."""
    return ok(colors=colors())


@endpoint("/card/getapplyprotocol", "GET")
async def getapplyprotocol(call: Call) -> dict[str, Any]:
    """Return the merchants' lines of business and the papers each has to show."""
    return {"category": categories(), **OK}
