"""A QR ticket on paper: one page of A4 or A6 with what a guest has to know, to be stood on a table.

The Chinese font is one of those that every PDF reader has for such text, so that no font file is carried along.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import msgspec
import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, A6
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfgen.canvas import Canvas

SIZES = {"a4": A4, "a6": A6}
FONT = "STSong-Light"
INK, FAINT = HexColor("#1c2128"), HexColor("#5b6472")
QUIET = 4
MOST_LINES = 2
registerFont(UnicodeCIDFont(FONT))


class Words(msgspec.Struct, frozen=True):
    """What stands on the page.

    Args:
        brand, title, figure: of the card; a figure only where it is about money.
        color: of the card, ``#rrggbb``.
        lead: what to do, such as scanning the code.
        validity: until when.
        url: what is scanned.
    """

    brand: str
    title: str
    figure: str
    color: str
    lead: str
    validity: str
    url: str


def table_card(words: Words, size: str) -> bytes:
    """Return a PDF of one page; ``size`` is one of :data:`SIZES`."""
    out = io.BytesIO()
    width, height = SIZES[size]
    canvas = Canvas(out, pagesize=(width, height))
    canvas.setTitle(f"{words.brand} {words.title}")
    Page(canvas, width, height).draw(words)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


class Page:
    """One page that is written from top to bottom; lengths are fractions of its width.

    Args:
        canvas: is drawn on.
        width, height: in points.
    """

    def __init__(self, canvas: Canvas, width: float, height: float) -> None:
        self._canvas = canvas
        self._width = width
        self._y = height

    def draw(self, words: Words) -> None:
        """Write everything."""
        self._band(words)
        self._gap(0.05)
        self._text(words.title, 0.085, INK)
        if words.figure:
            self._text(words.figure, 0.08, INK, most=1)
        self._gap(0.03)
        self._squares(words.url, 0.56)
        self._gap(0.02)
        self._text(words.lead, 0.05, INK)
        self._text(words.validity, 0.036, FAINT)

    def _band(self, words: Words) -> None:
        tall = 0.2 * self._width
        self._canvas.setFillColor(HexColor(words.color))
        self._canvas.rect(0, self._y - tall, self._width, tall, stroke=0, fill=1)
        below = self._y - tall
        self._y -= 0.065 * self._width
        self._text(words.brand, 0.06, HexColor("#ffffff"), most=1)
        self._y = below

    def _gap(self, share: float) -> None:
        self._y -= share * self._width

    def _text(self, text: str, share: float, color: Color, most: int = MOST_LINES) -> None:
        size, room = share * self._width, 0.88 * self._width
        while size > 4 and len(list(lines_of(text, size, room))) > most:
            size *= 0.92
        self._canvas.setFillColor(color)
        self._canvas.setFont(FONT, size)
        for line in lines_of(text, size, room):
            self._y -= size * 1.3
            self._canvas.drawCentredString(self._width / 2, self._y + size * 0.3, line)

    def _squares(self, url: str, share: float) -> None:
        rows = [bytes(row) for row in segno.make(url, error="m").matrix]
        side = share * self._width / (len(rows) + 2 * QUIET)
        left = (self._width - share * self._width) / 2 + QUIET * side
        top = self._y - QUIET * side
        self._canvas.setFillColor(HexColor("#000000"))
        for down, row in enumerate(rows):
            for begin, length in runs(row):
                self._canvas.rect(left + begin * side, top - (down + 1) * side, length * side, side, stroke=0, fill=1)
        self._y -= share * self._width


def runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Yield begin and length of each run of dark squares: drawn in one, no light hair is between them."""
    begin = None
    for place, dark in enumerate([*row, 0]):
        if dark and begin is None:
            begin = place
        elif not dark and begin is not None:
            yield begin, place - begin
            begin = None


def lines_of(text: str, size: float, room: float) -> Iterator[str]:
    """Yield a text in lines that fit; Chinese breaks anywhere, other words at blanks where they can."""
    line = ""
    for one in text:
        if stringWidth(line + one, FONT, size) > room and line:
            kept, blank, moved = line.rpartition(" ")
            whole = blank and one != " " and line.isascii()
            yield kept if whole else line
            line = moved if whole else ""
        line += one
    if line.strip():
        yield line.strip()
