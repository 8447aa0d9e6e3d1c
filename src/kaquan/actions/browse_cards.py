"""Look through an account's cards at a desk: newest first, by state and by what stands on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from kaquan.actions.list_holdings import Face, face_of
from kaquan.store import tables
from kaquan.store.tx import Tx

# Rows that are read at a time, and in all for one page, where something is searched for.
CHUNK, MOST_READ = 200, 4000


class CardLine(msgspec.Struct, frozen=True):
    """A card in a list; times in UTC seconds."""

    card_id: str
    card_type: str
    status: str
    refuse_reason: str
    face: Face
    quantity: int
    total_quantity: int
    get_limit: int
    create_time: int
    use_custom_code: bool
    deposit: bool


class Place(msgspec.Struct, frozen=True):
    """Where a page ended."""

    create_time: int
    card_id: str


def browse_cards(
    tx: Tx, appid: str, statuses: Collection[str], words: str, after: Place | None, count: int
) -> tuple[list[CardLine], Place | None]:
    """Return cards, the newest first, and where to go on, None at the end.

    Args:
        statuses: in which of them, any where empty.
        words: what stands in title or brand, any where empty.
        after: the last card of the page before.
        count: at most so many.
    """
    found: list[CardLine] = []
    read = 0
    while len(found) < count and read < MOST_READ:
        rows = tx.all(_page(appid, statuses, words, after).limit(CHUNK if words else count + 1 - len(found)))
        for row in rows:
            if len(found) == count:
                return found, after
            line = _line(row)
            after = Place(row.create_time, row.card_id)
            found += [line] if _has(line, words) else []
        read += len(rows)
        if not rows or (not words and len(found) < count):
            return found, None
    return found, after if _more(tx, appid, statuses, words, after) else None


def _more(tx: Tx, appid: str, statuses: Collection[str], words: str, after: Place | None) -> bool:
    return tx.one(_page(appid, statuses, words, after).limit(1)) is not None


def _page(appid: str, statuses: Collection[str], words: str, after: Place | None) -> sa.Select[Any]:
    card, stock = tables.card.c, tables.stock.c
    wanted = (card.appid == appid) & (stock.appid == appid) & (stock.card_id == card.card_id)
    if statuses:
        wanted &= card.status.in_(sorted(statuses))
    if words:
        # The whole content is JSON; what was found elsewhere in it is left out afterwards.
        wanted &= sa.func.lower(card.content).contains(words.lower(), autoescape=True)
    if after is not None:
        later = (card.create_time == after.create_time) & (card.card_id > after.card_id)
        wanted &= (card.create_time < after.create_time) | later
    names = [card[name] for name in _COLUMNS]
    return (
        sa.select(*names, card.content, stock.quantity, stock.total_quantity)
        .where(wanted)
        .order_by(card.create_time.desc(), card.card_id)
    )


_COLUMNS = (
    "card_id",
    "card_type",
    "status",
    "refuse_reason",
    "get_limit",
    "create_time",
    "use_custom_code",
    "deposit",
)


def _line(row: Any) -> CardLine:
    named = {name: getattr(row, name) for name in (*_COLUMNS, "quantity", "total_quantity")}
    return CardLine(face=face_of("", row.content), **named)


def _has(line: CardLine, words: str) -> bool:
    return words.lower() in f"{line.face.title}\n{line.face.brand_name}".lower()


class Step(msgspec.Struct, frozen=True):
    """One thing that happened to a card as a whole; ``fields`` says what of it there is to say."""

    kind: str
    create_time: int
    fields: dict[str, Any]


# As in the index over such lines alone, so that it is used.
IS_OF_CARD = tables.journal.c.code == sa.literal_column("''")
STEPS = ("create", "update", "approve", "refuse", "stock", "deposit", "delete_card", "remind")


def list_steps(tx: Tx, appid: str, card_id: str, count: int) -> Iterator[Step]:
    """Yield what happened to a card, the latest first."""
    line = tables.journal.c
    wanted = (line.appid == appid) & (line.card_id == card_id) & IS_OF_CARD & line.kind.in_(STEPS)
    rows = tx.all(
        sa.select(line.kind, line.create_time, line.fields).where(wanted).order_by(line.id.desc()).limit(count)
    )
    for row in rows:
        yield Step(row.kind, row.create_time, msgspec.json.decode(row.fields))
