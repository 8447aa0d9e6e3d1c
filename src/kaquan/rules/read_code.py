"""Read the code in a picture that a till's camera took: QR or Code 128, as cards show them."""

from __future__ import annotations

import io

import zxingcpp
from PIL import Image

MAX_BYTES = 200_000
MAX_PIXELS = 2_000_000
SYMBOLS = zxingcpp.barcode_formats_from_str("QRCode,Code128")


def read_code(picture: bytes) -> str:
    """Return the first code in a picture; empty for a picture without one, and for what is no such picture.

    Args:
        picture: JPEG of at most 200,000 bytes and 2 million pixels.
    """
    if len(picture) > MAX_BYTES:
        return ""
    try:
        with Image.open(io.BytesIO(picture), formats=["JPEG"]) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return ""
            plain = opened.convert("L")
    except (OSError, ValueError, SyntaxError):
        return ""
    found = zxingcpp.read_barcodes(plain, formats=SYMBOLS)
    return next((one.text for one in found if one.valid and one.text), "")
