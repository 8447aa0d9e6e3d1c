"""Files to save: what is in them, that no cell is a formula, and that they are sent while they are made."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator

import pytest

from kaquan.web.csv_out import CHUNK_CHARACTERS, Row, csv_response
from support.run import run


def sent(name: str, rows: Iterable[Row] | AsyncIterator[Row]) -> list[str]:
    """Return the pieces of a file as they are sent."""

    async def collect() -> list[str]:
        return [str(piece) async for piece in csv_response(name, rows).body_iterator]

    return run(collect())


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1"])
def test_what_could_begin_a_formula_is_made_inert(cell: str) -> None:
    text = "".join(sent("x.csv", [[cell, "x" + cell, -1]]))
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text[1:], newline=""))) == [[f"'{cell}", "x" + cell, "-1"]]


def test_commas_quotes_and_lines_are_kept() -> None:
    rows = [["名称", "a,b"], ['say "hi"', "two\nlines"]]
    text = "".join(sent("x.csv", rows))
    assert list(csv.reader(io.StringIO(text[1:], newline=""))) == rows


def test_a_long_file_is_sent_while_it_is_made() -> None:
    asked: list[int] = []

    def rows() -> Iterator[Row]:
        for number in range(3 * CHUNK_CHARACTERS // 100):
            asked.append(number)
            yield ["x" * 100]

    async def first() -> int:
        async for piece in csv_response("x.csv", rows()).body_iterator:
            assert len(piece) >= CHUNK_CHARACTERS
            return len(asked)
        return 0

    assert 0 < run(first()) < 3 * CHUNK_CHARACTERS // 100


def test_rows_may_come_from_a_coroutine() -> None:
    async def rows() -> AsyncIterator[Row]:
        for number in range(2):
            await asyncio.sleep(0)
            yield [number]

    assert sent("x.csv", rows()) == ["\ufeff0\r\n1\r\n"]


def test_the_name_of_the_file_is_escaped() -> None:
    response = csv_response('数据"; x=\r\n.csv', [])
    name = "%E6%95%B0%E6%8D%AE%22%3B%20x%3D%0D%0A.csv"
    assert response.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
