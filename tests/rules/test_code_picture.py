"""Codes as pictures: what a scanner reads is the code, whatever the code."""

from __future__ import annotations

import re

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from kaquan.rules.card_tables import CODE_TYPES
from kaquan.rules.code_picture import LOOKS, Look, bars, draw, grouped, look_of, squares

DOTS = 3
BOX = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)")


def scanned(svg: str) -> tuple[str, str]:
    """Return format and text that a scanner reads from a picture."""
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    assert size
    picture = Image.new("L", (int(size[1]) * DOTS, int(size[2]) * DOTS), 255)
    pen = ImageDraw.Draw(picture)
    dark = svg.split('fill="#000" d="')[1]
    for x, y, width, height in (map(int, one) for one in BOX.findall(dark)):
        pen.rectangle((x * DOTS, y * DOTS, (x + width) * DOTS - 1, (y + height) * DOTS - 1), fill=0)
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.format), found.text


@pytest.mark.parametrize(
    "code", ["123456789012", "0", "A1-b2/C3", "12345678901234567890", "~a 1", "ABCdef123456789XYZ00"]
)
def test_bars_say_the_code(code: str) -> None:
    assert scanned(bars(code)) == ("Code 128", code)


@pytest.mark.parametrize("code", ["123456789012", "券一二三", "A" * 20, "é", "🎫" * 5])
def test_squares_say_the_code(code: str) -> None:
    assert scanned(squares(code)) == ("QR Code", code)


@given(st.from_regex(r"[!-~]{1,20}", fullmatch=True))
@settings(max_examples=30)
def test_whatever_a_merchant_takes_for_a_code_can_be_scanned(code: str) -> None:
    for code_type in ("CODE_TYPE_BARCODE", "CODE_TYPE_QRCODE"):
        assert scanned(draw(look_of(code_type, code), code))[1] == code


def test_every_type_has_its_look() -> None:
    assert set(LOOKS) == set(CODE_TYPES)
    shown = {kind: (look.kind, look.digits) for kind, look in LOOKS.items()}
    assert shown == {
        "CODE_TYPE_TEXT": ("text", True),
        "CODE_TYPE_BARCODE": ("barcode", True),
        "CODE_TYPE_QRCODE": ("qrcode", True),
        "CODE_TYPE_ONLY_BARCODE": ("barcode", False),
        "CODE_TYPE_ONLY_QRCODE": ("qrcode", False),
        "CODE_TYPE_NONE": ("none", False),
    }


@pytest.mark.parametrize("code_type", ["CODE_TYPE_BARCODE", "CODE_TYPE_ONLY_BARCODE"])
def test_what_bars_cannot_hold_becomes_squares(code_type: str) -> None:
    assert look_of(code_type, "券1") == Look("qrcode", LOOKS[code_type].digits)


@pytest.mark.parametrize("kind", ["text", "none"])
def test_some_codes_have_no_picture(kind: str) -> None:
    assert draw(Look(kind, digits=True), "1") == ""


@pytest.mark.parametrize(
    ("code", "groups"),
    [
        ("123456789012", ["1234", "5678", "9012"]),
        ("12345", ["1234", "5"]),
        ("AB 12", ["AB 12"]),
        ("１２３４５", ["１２３４５"]),
    ],
)
def test_digits_stand_in_groups(code: str, groups: list[str]) -> None:
    assert grouped(code) == groups
