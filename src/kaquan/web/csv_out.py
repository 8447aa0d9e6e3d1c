"""Tables to save: CSV that spreadsheets open as it is meant, sent while it is made."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from urllib.parse import quote

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import StreamingResponse

from kaquan.rules.text import inert

Row = Sequence[str | int]
# Some spreadsheets take a file for UTF-8 only when it begins with this.
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
CHUNK_CHARACTERS = 1 << 16


def csv_response(name: str, rows: Iterable[Row] | AsyncIterable[Row]) -> StreamingResponse:
    """Return rows as a file; what could begin a formula is made inert.

    Args:
        name: of the file.
        rows: the heads first; they are asked for as fast as they are sent.
    """
    source = rows if isinstance(rows, AsyncIterable) else iterate_in_threadpool(rows)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "cache-control": "no-store",
    }
    return StreamingResponse(text_of(source), media_type="text/csv; charset=utf-8", headers=headers)


async def text_of(rows: AsyncIterable[Row]) -> AsyncIterator[str]:
    """Yield the text of rows, some lines at a time."""
    pad = Pad()
    pen = csv.writer(pad)
    pad.write(MARK)
    async for row in rows:
        pen.writerow([inert(cell) if isinstance(cell, str) else cell for cell in row])
        if pad.size >= CHUNK_CHARACTERS:
            yield pad.tear_off()
    yield pad.tear_off()


class Pad:
    """What was written and not sent yet."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self.size = 0

    def write(self, line: str) -> None:
        """Add a line."""
        self._lines.append(line)
        self.size += len(line)

    def tear_off(self) -> str:
        """Return what was written, and begin anew."""
        text = "".join(self._lines)
        self._lines, self.size = [], 0
        return text
