"""What an account has put out: the tickets of a card, its shelves, and who may claim before the approval."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.rules.qr import FOREVER
from kaquan.store import tables
from kaquan.store.tx import Tx


class Ticket(msgspec.Struct, frozen=True):
    """A QR ticket of one card.

    Args:
        scan_id, card_id: which.
        code, openid: what it hands out to whom, both mostly empty.
        once: whether it serves one claim.
        outer_str: the channel.
        expire_time, create_time: UTC seconds.
        used_by: who used it up, empty as long as nobody did.
    """

    scan_id: str
    card_id: str
    code: str
    openid: str
    once: bool
    outer_str: str
    expire_time: int
    used_by: str
    create_time: int


class Place(msgspec.Struct, frozen=True):
    """Where a page of tickets ended."""

    create_time: int
    scan_id: str


class ShelfLine(msgspec.Struct, frozen=True):
    """A shelf in a list; ``cards`` is how many stand on it."""

    scan_id: str
    page_id: int
    page_title: str
    cards: int
    create_time: int


class Tester(msgspec.Struct, frozen=True):
    """Somebody who may claim cards under review, with what the account calls them; both may be empty."""

    openid: str
    external_id: str
    nickname: str


_COLUMNS = [tables.qr.c[name] for name in Ticket.__struct_fields__]


def list_tickets(tx: Tx, appid: str, card_id: str, after: Place | None, count: int) -> list[Ticket]:
    """Return the tickets of a card that were made one by one, the latest first."""
    table = tables.qr.c
    # Shelves, articles and shares have tickets of their own, which never end.
    wanted = (table.appid == appid) & (table.card_id == card_id) & (table.expire_time < FOREVER)
    if after is not None:
        same = (table.create_time == after.create_time) & (table.scan_id > after.scan_id)
        wanted &= (table.create_time < after.create_time) | same
    page = sa.select(*_COLUMNS).where(wanted).order_by(table.create_time.desc(), table.scan_id)
    return [Ticket(*row) for row in tx.all(page.limit(count))]


def load_ticket(tx: Tx, appid: str, scan_id: str) -> Ticket | None:
    """Return the first card's line of a ticket, None when the account has no such ticket."""
    table = tables.qr.c
    mine = (table.appid == appid) & (table.scan_id == scan_id) & (table.expire_time < FOREVER)
    row = tx.one(sa.select(*_COLUMNS).where(mine).order_by(table.card_id).limit(1))
    return Ticket(*row) if row else None


def list_shelves(tx: Tx, appid: str, before: int, count: int) -> list[ShelfLine]:
    """Return shelves, the latest first; those with a page_id below ``before``, 0 for the latest of all."""
    table = tables.shelf.c
    wanted = (table.appid == appid) & ((table.page_id < before) if before else sa.true())
    rows = tx.all(sa.select(tables.shelf).where(wanted).order_by(table.page_id.desc()).limit(count))
    return [_shelf(row) for row in rows]


def _shelf(row: Any) -> ShelfLine:
    cards = len(msgspec.json.decode(row.card_list))
    return ShelfLine(row.scan_id, row.page_id, row.page_title, cards, row.create_time)


def list_testers(tx: Tx, appid: str) -> list[Tester]:
    """Return the testers in the order of their openids."""
    listed, person = tables.whitelist.c, tables.person.c
    openids = [row.openid for row in tx.all(sa.select(listed.openid).where(listed.appid == appid))]
    wanted = (person.appid == appid) & person.openid.in_(openids)
    known = {row.openid: row for row in tx.all(sa.select(tables.person).where(wanted))} if openids else {}
    return [_tester(openid, known.get(openid)) for openid in sorted(openids)]


def _tester(openid: str, row: Any) -> Tester:
    return Tester(openid, row.external_id if row else "", row.nickname if row else "")
