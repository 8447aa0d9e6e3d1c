"""A new store's id, where the number drawn is taken."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from card_bodies import NOW
from store_bodies import LEAST

from kaquan.actions.add_store import add_stores
from kaquan.actions.record import Record
from kaquan.rules.store_content import StoreInfo
from kaquan.store import tables
from kaquan.store.apps import load_app
from kaquan.store.tx import Tx
from support.database import Database
from support.run import run
from support.shop import APPID, shop

INFO = msgspec.convert(LEAST, StoreInfo)


def test_a_number_that_is_taken_is_drawn_again(database: Database) -> None:
    drawn = iter([7, 7, 7, 8, 8, 7, 9, 10])

    async def scenario() -> list[list[int]]:
        async with shop(database) as opened:

            def add(tx: Tx) -> list[int]:
                app = load_app(tx, APPID)
                assert app is not None
                return add_stores(tx, app, [INFO, INFO], drawn.__next__, NOW, Record(opened.new_id))

            made = [await opened.store.write(add) for _ in range(2)]
            return [*made, await opened.store.read(kept)]

    assert run(scenario()) == [[7, 8], [9, 10], [7, 8, 9, 10]]


def kept(tx: Tx) -> list[int]:
    """Return the poi_ids of the app."""
    table = tables.poi.c
    return [row[0] for row in tx.all(sa.select(table.poi_id).where(table.appid == APPID).order_by(table.poi_id))]
