"""What a till's camera shows is read: QR and Code 128, tilted and small, and nothing else."""

from __future__ import annotations

import io

import pytest
import segno
import zxingcpp
from PIL import Image

from kaquan.rules.read_code import MAX_BYTES, read_code


def qr(text: str, scale: int = 5) -> Image.Image:
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=scale)
    return Image.open(out).convert("L")


def bars(text: str, kind: zxingcpp.BarcodeFormat = zxingcpp.BarcodeFormat.Code128) -> Image.Image:
    return Image.fromarray(zxingcpp.create_barcode(text, kind).to_image(scale=3))


def photo(drawn: Image.Image, turn: int = 0, format: str = "JPEG") -> bytes:
    """Return a picture in whose middle something stands."""
    turned = drawn.convert("L").rotate(turn, expand=True, fillcolor=255)
    scene = Image.new("L", (800, 600), 128)
    scene.paste(turned, ((800 - turned.width) // 2, (600 - turned.height) // 2))
    out = io.BytesIO()
    scene.save(out, format, **({"quality": 60} if format == "JPEG" else {}))
    return out.getvalue()


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (photo(qr("123456789012")), "123456789012"),
        (photo(qr("123456789012", scale=3), turn=20), "123456789012"),
        (photo(qr("卡券 #1")), "卡券 #1"),
        (photo(bars("123456789012")), "123456789012"),
        (photo(bars("4006381333931", zxingcpp.BarcodeFormat.EAN13)), ""),
        (photo(Image.new("L", (10, 10), 0)), ""),
        (photo(qr("123456789012"), format="PNG"), ""),
        (b"", ""),
        (b"\xff\xd8\xff\xe0 nonsense", ""),
        (photo(qr("123456789012"))[:300], ""),
        (b"\0" * (MAX_BYTES + 1), ""),
    ],
)
def test_a_code_is_read_from_a_picture(picture: bytes, expected: str) -> None:
    assert read_code(picture) == expected


def test_a_picture_of_too_many_pixels_is_not_opened() -> None:
    out = io.BytesIO()
    Image.new("L", (2000, 2000), 255).save(out, "JPEG")
    assert (len(out.getvalue()) < MAX_BYTES, read_code(out.getvalue())) == (True, "")
