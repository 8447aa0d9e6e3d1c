"""Snapshots as bytes: what is too large, and what makes a copy of itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from kaquan.errors import Refusal
from kaquan.rules.snapshot import MOST_BYTES, Home
from kaquan.store.snapshot_file import BATCH, Writer, blocks, check_file, head_of

HOME = Home("wx0123456789abcdef", "AbC123", "http://127.0.0.1:8000")
FACTS: dict[str, Any] = {"schema": "1", "home": HOME, "name": "test", "saved_at": 1, "app_time": 2}


def written(table: str, columns: list[str], rows: Iterator[Any], limit: int = MOST_BYTES) -> bytes:
    """Return a file of one table."""
    writer = Writer(limit)
    writer.table(table, columns, rows)
    return writer.finish(**FACTS)


def test_what_was_written_is_read_some_rows_at_a_time() -> None:
    rows = [(str(number), number) for number in range(2 * BATCH + 1)]
    file = written("counter", ["name", "value"], iter(rows))
    head = head_of(file, frozenset({"1"}))
    check_file(file, head)
    assert (head.home, head.rows) == (HOME, {"counter": len(rows)})
    read = list(blocks(file))
    assert [len(block.rows) for block in read] == [BATCH, BATCH, 1]
    assert [(row["name"], row["value"]) for block in read for row in block.rows] == rows


def test_the_same_rows_make_the_same_file() -> None:
    made = [written("counter", ["name", "value"], iter([("a", 1)])) for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize("limit", [300, 5000])
def test_more_than_can_be_loaded_is_not_saved(limit: int) -> None:
    # Bytes of chance cannot be packed, and the first 400 of them are too many.
    rows = [(str(number), "image/png", os.urandom(400), 1) for number in range(20)]
    with pytest.raises(Refusal) as caught:
        written("image", ["digest", "media_type", "body", "create_time"], iter(rows), limit)
    assert (caught.value.cause, caught.value.facts["limit"]) == ("snapshot_large", limit)
