"""One app with one card over an opened store, and its hot commands, without a server."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa
from card_bodies import NOW, card

from kaquan.actions.claim_card import Claimed, claim_cards
from kaquan.actions.consume_code import Consume, consume_codes
from kaquan.actions.create_card import create_card
from kaquan.actions.find_code import Find, find_codes
from kaquan.actions.manage_app import create_app, new_app, set_callback
from kaquan.actions.record import Record
from kaquan.api.card_body import read_create
from kaquan.errors import Refusal
from kaquan.rules.card import normalise
from kaquan.rules.card_content import Content
from kaquan.rules.claim import Claim
from kaquan.rules.code import Code
from kaquan.sources import new_pick
from kaquan.store import tables
from kaquan.store.batch import Batcher
from kaquan.store.schema import open_store
from kaquan.store.tx import Tx
from support.database import KEYS, Database

APPID = "wx0000000000000001"
CARD = "pShop01"
Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


class Shop:
    """The hot commands of one app.

    Args:
        database: where the app is.
        new_code: gives the codes; 12 digits counted up unless told otherwise.
        wrap: put around the claim's flow.
        new_pick: says from where on deposited codes are taken.
    """

    def __init__(
        self, database: Database, new_code: Callable[[], str], wrap: Wrap, limit: int, new_pick: Callable[[], int]
    ) -> None:
        self.database = database
        self.store: Any = open_store(database.settings)
        self.new_id = itertools.count(1).__next__
        claim = wrap(partial(claim_cards, new_code=new_code, new_id=self.new_id, new_pick=new_pick))
        flusher = self.store.flusher
        self.claims: Batcher[Claim, Claimed | Refusal] = Batcher("claim", flusher(claim), limit, 100)
        consume = partial(consume_codes, new_id=self.new_id)
        self.consumes: Batcher[Consume, Code | Refusal] = Batcher("consume", flusher(consume), limit, 100)
        self.finds: Batcher[Find, Code | Refusal] = Batcher("find", flusher(find_codes, reads=True), limit, 100)

    async def claim(self, *claims: Claim) -> list[Any]:
        """Return the outcomes of claims that arrive together."""
        waiting = [self.claims.submit(APPID, one.card_id, one) for one in claims]
        return [brief(await one) for one in waiting]

    async def consume(self, *commands: Consume) -> list[Any]:
        """Return the outcomes of consumptions that arrive together."""
        waiting = [self.consumes.submit(APPID, "", one) for one in commands]
        return [brief(await one) for one in waiting]

    async def find(self, *commands: Find) -> list[Any]:
        """Return the outcomes of look-ups that arrive together."""
        waiting = [self.finds.submit(APPID, "", one) for one in commands]
        return [brief(await one) for one in waiting]

    def rows(self, table: sa.Table, *columns: str) -> list[tuple[Any, ...]]:
        """Return these columns of the app's rows, in the order of the primary key."""
        query = sa.select(*(table.c[name] for name in columns)).where(table.c.appid == APPID)
        found = self.database.transact(lambda tx: tx.all(query.order_by(*table.primary_key.columns)))
        return [tuple(row) for row in found]


def brief(outcome: Any) -> Any:
    """Return a code's text, or the errcode and cause of a refusal."""
    return (int(outcome.errcode), outcome.cause) if isinstance(outcome, Refusal) else outcome.code


def counted() -> Callable[[], str]:
    """Return what gives 000000000001, 000000000002 and so on."""
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):012d}"


def wish(person: str, card_id: str = CARD, outer_str: str = "") -> Claim:
    """Return a claim."""
    return Claim(card_id, person, NOW, outer_str=outer_str)


@asynccontextmanager
async def shop(
    database: Database,
    new_code: Callable[[], str] | None = None,
    wrap: Wrap = lambda flow: flow,
    limit: int = 50,
    new_pick: Callable[[], int] = new_pick,
    **base: Any,
) -> AsyncIterator[Shop]:
    """Open a shop whose card has 10 in stock; ``base`` changes the card."""
    database.transact(lambda tx: furnish(tx, {"sku": {"quantity": 10}, **base}))
    opened = Shop(database, new_code or counted(), wrap, limit, new_pick)
    await opened.store.open()
    try:
        yield opened
    finally:
        await opened.store.close()


def furnish(tx: Tx, base: dict[str, Any]) -> None:
    """Make the app, its callback and its approved card."""
    app = new_app(APPID, "secret", "Shop01", "shop", "gh_shop", sandbox=True, review="manual")
    create_app(tx, app, NOW)
    set_callback(tx, KEYS, APPID, "http://127.0.0.1:9/", "Token", "", "plain", "xml")
    card_type, content = read_create(json.dumps(card("GROUPON", base)).encode(), "strict")
    assert isinstance(content, Content)
    create_card(tx, app, CARD, card_type, normalise(content), NOW, Record(lambda: 0))
    approved = sa.update(tables.card).where(tables.card.c.appid == APPID).values(status="CARD_STATUS_VERIFY_OK")
    tx.run(approved)


def fields(text: str) -> Any:
    """Return the fields of a journal line."""
    return msgspec.json.decode(text)
