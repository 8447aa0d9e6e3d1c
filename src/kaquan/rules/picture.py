"""Which pictures are taken, and in what form they are served again (spec: distribution.md 2)."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

from kaquan.errors import Errcode

MAX_BYTES = 1 << 20
MAX_PIXELS = 25_000_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}
# Pillow's own limit is laxer than ours, and would not tell the size.
Image.MAX_IMAGE_PIXELS = None


def reencode(body: bytes, most: int = MAX_BYTES, square: bool = False) -> tuple[str, bytes]:
    """Return media type and bytes of the picture, drawn anew so that nothing but pixels is left of the upload.

    Args:
        body: the upload.
        most: bytes that it may have.
        square: keep the square in its middle alone.

    Raises:
        Refusal: 40009 over so many bytes or over 25 million pixels, 40137 no JPEG or PNG.
    """
    if len(body) > most:
        raise Errcode.INVALID_IMAGE_SIZE("too_large", size=len(body), limit=most)
    try:
        return _draw(body, square)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as fault:
        raise Errcode.INVALID_IMAGE_FORMAT("not_image", reason=type(fault).__name__) from fault


def _draw(body: bytes, square: bool) -> tuple[str, bytes]:
    with Image.open(io.BytesIO(body), formats=list(FORMATS)) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise Errcode.INVALID_IMAGE_SIZE("too_many_pixels", width=picture.width, height=picture.height)
        kind = picture.format or "PNG"
        plain = picture.convert("RGB" if kind == "JPEG" else "RGBA")
    # Comments and colour profiles would be written again.
    plain.info.clear()
    if square:
        plain = plain.crop(middle(*plain.size))
    out = io.BytesIO()
    plain.save(out, kind)
    return FORMATS[kind], out.getvalue()


def middle(width: int, height: int) -> tuple[int, int, int, int]:
    """Return the largest square in the middle of a picture: left, top, right, bottom, in pixels."""
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side
