"""What the pages of the queues have in common: where a page of a queue goes on, and what comes next."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from kaquan.actions.list_queue import FIRST, Place, Queue, list_queue, place_of
from kaquan.web.desk import Desk

PAGE = 20


async def page_of(visit: Desk, queue: Queue, **asked: str) -> tuple[list[Any], str]:
    """Return one page of a queue, and the query of the next, empty at the end.

    Args:
        asked: what else the page was asked; ``merchant`` is an appid.
    """
    after, appid = asked_place(visit, queue), asked.get("merchant", "")
    rows = await visit.read(lambda tx: list_queue(tx, queue, PAGE + 1, after, appid))
    if len(rows) <= PAGE:
        return rows, ""
    last = place_of(queue, rows[PAGE - 1])
    place = {"time": str(last.time), "of": last.appid, "key": str(last.key)}
    return rows[:PAGE], urlencode({**{name: one for name, one in asked.items() if one}, **place})


def asked_place(visit: Desk, queue: Queue) -> Place:
    """Return the place behind which a page of a queue begins."""
    time, key = visit.query.get("time", ""), visit.query.get("key", "")[:64]
    whole = queue.table.c[queue.key].type.python_type is int
    if not is_number(time) or (whole and not is_number(key)):
        return FIRST
    return Place(int(time), visit.query.get("of", "")[:32], int(key) if whole else key)


async def next_in(visit: Desk, queue: Queue, row: Any) -> Any | None:
    """Return what is decided after this row: the one behind it, else the first there is, else None."""
    place = place_of(queue, row)

    def find(tx: Any) -> list[Any]:
        return list_queue(tx, queue, 1, place) or list_queue(tx, queue, 1)

    rows = await visit.read(find)
    return rows[0] if rows else None


def is_number(text: str) -> bool:
    """Tell whether a text is a number that a database can compare with."""
    return text.isascii() and text.isdigit() and len(text) <= 18
