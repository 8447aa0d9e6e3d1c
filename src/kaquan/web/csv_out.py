"""Tables to download: CSV for spreadsheets, sent as it is read, so that a million rows take no memory."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import StreamingResponse

from kaquan.rules.text import inert

if TYPE_CHECKING:
    from kaquan.web.visit import Visit

Rows = AsyncIterator[Sequence[Any]] | Iterator[Sequence[Any]]
CHUNK = 1 << 16
# Spreadsheets take UTF-8 for what it is by this alone.
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def csv_response(visit: Visit, name: str, header: Sequence[str], rows: Rows) -> StreamingResponse:
    """Return a table as a download.

    Args:
        visit: in whose language it is.
        name: of the file.
        header: the columns' names.
        rows: in their order; texts are quoted, and cannot be taken for formulas.
    """
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "content-language": visit.language,
        "cache-control": "no-store",
    }
    body = _chunks(header, rows if isinstance(rows, AsyncIterator) else _awaited(rows))
    return StreamingResponse(body, media_type="text/csv; charset=utf-8", headers=headers)


async def _awaited(rows: Iterator[Sequence[Any]]) -> AsyncIterator[Sequence[Any]]:
    for row in rows:
        yield row


async def _chunks(header: Sequence[str], rows: AsyncIterator[Sequence[Any]]) -> AsyncIterator[bytes]:
    text = io.StringIO()
    write = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerow
    text.write(BOM)
    write(header)
    async for row in rows:
        write([inert(one) if isinstance(one, str) else one for one in row])
        if text.tell() >= CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
