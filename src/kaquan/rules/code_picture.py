"""Codes as pictures that a till can scan: Code 128 and QR, as SVG (spec: jssdk_and_pages.md 12)."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
import segno
import zxingcpp

TEXT = "text"
BARCODE = "barcode"
QRCODE = "qrcode"
NONE = "none"
QUIET_BARS, QUIET_SQUARES = 10, 4
BAR_HEIGHT = 40
GROUP = 4
_BARS = re.compile(r"M(\d+) 0h(\d+)v")


class Look(msgspec.Struct, frozen=True):
    """How a code is shown.

    Args:
        kind: ``text``, ``barcode``, ``qrcode`` or ``none``.
        digits: whether the code is written out as well.
    """

    kind: str
    digits: bool


LOOKS = {
    "CODE_TYPE_TEXT": Look(TEXT, digits=True),
    "CODE_TYPE_BARCODE": Look(BARCODE, digits=True),
    "CODE_TYPE_QRCODE": Look(QRCODE, digits=True),
    "CODE_TYPE_ONLY_BARCODE": Look(BARCODE, digits=False),
    "CODE_TYPE_ONLY_QRCODE": Look(QRCODE, digits=False),
    "CODE_TYPE_NONE": Look(NONE, digits=False),
}


def look_of(code_type: str, code: str) -> Look:
    """Return how a code of a type is shown; bars cannot hold every letter, so such a code becomes a QR code."""
    look = LOOKS[code_type]
    return Look(QRCODE, look.digits) if look.kind == BARCODE and not code.isascii() else look


def draw(look: Look, code: str) -> str:
    """Return the picture of a code as SVG, empty where none is shown."""
    drawn = {BARCODE: bars, QRCODE: squares}.get(look.kind)
    return drawn(code) if drawn else ""


def bars(code: str) -> str:
    """Return a Code 128 barcode; its numbers are modules."""
    told = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128).to_svg(add_quiet_zones=False)
    drawn = [(int(left), int(width)) for left, width in _BARS.findall(told)]
    path = "".join(f"M{left + QUIET_BARS} 0h{width}v{BAR_HEIGHT}h-{width}z" for left, width in drawn)
    # The last bar of every Code 128 symbol ends it.
    return _svg(sum(drawn[-1]) + 2 * QUIET_BARS, BAR_HEIGHT, path, BARCODE)


def squares(code: str) -> str:
    """Return a QR code that can lose an eighth of its area."""
    matrix = segno.make_qr(code, error="m", encoding="utf-8").matrix
    size = len(matrix) + 2 * QUIET_SQUARES
    rows = (_row(y + QUIET_SQUARES, row) for y, row in enumerate(matrix))
    return _svg(size, size, "".join(rows), QRCODE)


def grouped(code: str) -> list[str]:
    """Return digits in groups of four, as they are read aloud; any other code stays whole."""
    if not (code.isascii() and code.isdigit()):
        return [code]
    return [code[start : start + GROUP] for start in range(0, len(code), GROUP)]


def _row(y: int, row: Iterable[int]) -> str:
    return "".join(f"M{x + QUIET_SQUARES} {y}h1v1h-1z" for x, dark in enumerate(row) if dark)


def _svg(width: int, height: int, path: str, kind: str) -> str:
    # Bars and squares end between pixels where the picture is scaled; sharp edges are what scanners look for.
    stretch = ' preserveAspectRatio="none"' if kind == BARCODE else ""
    return (
        f'<svg class="{kind}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"{stretch} '
        f'shape-rendering="crispEdges" aria-hidden="true" focusable="false">'
        f'<path fill="#fff" d="M0 0h{width}v{height}H0z"/><path fill="#000" d="{path}"/></svg>'
    )
