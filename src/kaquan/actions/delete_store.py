"""Delete a store; its cards go on without it (spec: statistics_and_stores.md B)."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.actions.load_card import load_card
from kaquan.actions.load_store import load_store
from kaquan.actions.record import Record
from kaquan.actions.review_store import change_store
from kaquan.errors import Errcode
from kaquan.rules.card import from_text, to_text
from kaquan.rules.store import DELETED, IN_REVIEW
from kaquan.store import tables
from kaquan.store.tx import Tx


def delete_store(tx: Tx, appid: str, poi_id: int, now: int, record: Record) -> None:
    """Delete a store for good and take it off the list of every card; a change under review goes with it.

    Raises:
        Refusal: 65115 unknown store, 65116 deleted already, 65117 the store is under review.
    """
    row = load_store(tx, appid, poi_id, lock=True)
    if row.status == IN_REVIEW:
        raise Errcode.POI_NOT_DELETABLE("in_review", poi_id=poi_id)
    change_store(tx, appid, poi_id, {"status": DELETED, "pending": "", "update_time": now})
    record.change("delete_store", {"poi_id": poi_id}, now, "")
    for card_id in _cards_of(tx, appid, poi_id):
        _take_off(tx, appid, card_id, poi_id)
        record.change("lose_store", {"poi_id": poi_id}, now, card_id)
    record.save(tx, appid)


def _cards_of(tx: Tx, appid: str, poi_id: int) -> list[str]:
    """Return the cards that name a store; the database narrows them down, their list decides."""
    table = tables.card.c
    likely = (table.appid == appid) & table.content.contains(str(poi_id))
    rows = tx.all(sa.select(table.card_id, table.card_type, table.content).where(likely).order_by(table.card_id))
    return [row.card_id for row in rows if poi_id in from_text(row.card_type, row.content).base_info.location_id_list]


def _take_off(tx: Tx, appid: str, card_id: str, poi_id: int) -> None:
    row = load_card(tx, appid, card_id, lock=True)
    texts = {"content": row.content, **({"shown": row.shown} if row.shown else {})}
    left = {name: _without(row.card_type, text, poi_id) for name, text in texts.items()}
    table = tables.card
    tx.run(sa.update(table).where((table.c.appid == appid) & (table.c.card_id == card_id)).values(**left))


def _without(card_type: str, text: str, poi_id: int) -> str:
    content = from_text(card_type, text)
    left = [store for store in content.base_info.location_id_list if store != poi_id]
    base = msgspec.structs.replace(content.base_info, location_id_list=left)
    return to_text(msgspec.structs.replace(content, base_info=base))
