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
from kaquan.api.card_body import read_create
from kaquan.api.card_update_body import card_id_of, read_update
from kaquan.api.decode import load
from kaquan.api.encode import OK, ok
from kaquan.api.route import endpoint
from kaquan.rules.card import check_create, from_text, normalise, render
from kaquan.rules.card_content import Content
from kaquan.rules.card_tables import colors, statuses_of
from kaquan.rules.card_update import check_status
from kaquan.rules.categories import categories
from kaquan.rules.fields import CardId, OneOrList
from kaquan.rules.paging import check_page
from kaquan.sources import random_text

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


@endpoint("/card/create", reads=None)
async def create(call: Call) -> dict[str, Any]:
    """Create a template of any coupon or ticket type and send it to review."""
    app = call.app
    card_type, content = read_create(call.body, app.profile)
    check_create(card_type, content, app.permissions, call.now)
    assert isinstance(content, Content)
    stored = normalise(content)
    card_id = f"p{app.prefix}{random_text(CARD_ID_LENGTH)}"[:CARD_ID_LENGTH]
    record = call.platform.record()
    return await call.commit(
        lambda tx: create_card(tx, app, card_id, card_type, stored, call.now, record), lambda _: ok(card_id=card_id)
    )


@endpoint("/card/get", reads=OfCard)
async def get(call: Call, request: OfCard) -> dict[str, Any]:
    """Return a template as it stands."""
    row = await load_own_card(call, request.card_id)
    content = from_text(row.card_type, row.content)
    stock = (row.quantity, row.total_quantity)
    return ok(card=render(row.card_id, content, row.status, *stock, row.create_time, row.update_time))


@endpoint("/card/batchget", reads=BatchGet)
async def batchget(call: Call, request: BatchGet) -> dict[str, Any]:
    """Return a page of card_ids, newest first; more than 50 are never given at once."""
    check_page(offset=request.offset, count=request.count)
    statuses = statuses_of(request.status_list) if request.status_list else None
    count = min(request.count, PAGE)
    ids, total = await call.read(lambda tx: list_cards(tx, call.appid, statuses, request.offset, count))
    return ok(card_id_list=ids, card_list=[], total_num=total)


@endpoint("/card/update", reads=None)
async def update(call: Call) -> dict[str, Any]:
    """Change a template, and tell whether the change goes to review."""
    value = load(call.body)
    card_id = card_id_of(value, call.app.profile)
    row = await load_own_card(call, card_id)
    check_status(card_id, row.status)
    change = read_update(value, row.card_type, call.app.profile)
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


@endpoint("/card/modifystock", reads=ModifyStock)
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
