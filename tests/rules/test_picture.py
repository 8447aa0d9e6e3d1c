"""Which pictures are taken, and that nothing but their pixels is served again."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from kaquan.errors import Refusal
from kaquan.rules.picture import MAX_BYTES, reencode

SECRET = b"written by the camera"


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (8, 6), **options: Any) -> bytes:
    """Return a picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, 3).save(out, kind, **options)
    return out.getvalue()


def exif() -> bytes:
    """Return EXIF data that says where a picture was taken."""
    data = Image.Exif()
    data[0x010E] = SECRET.decode()
    return data.tobytes()


def note() -> PngImagePlugin.PngInfo:
    """Return a text that a PNG carries along."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    return info


def claimed(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it is this large."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunk = struct.pack(">I", len(head)) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return b"\x89PNG\r\n\x1a\n" + chunk + picture("PNG")[33:]


def verdict(body: bytes) -> tuple[int, str, dict[str, Any]]:
    """Return errcode, cause and facts of the refusal of an upload."""
    with pytest.raises(Refusal) as refused:
        reencode(body)
    return int(refused.value.errcode), refused.value.cause, refused.value.facts


@pytest.mark.parametrize(
    ("kind", "mode", "media_type", "drawn"),
    [
        ("JPEG", "RGB", "image/jpeg", "RGB"),
        ("JPEG", "L", "image/jpeg", "RGB"),
        ("JPEG", "CMYK", "image/jpeg", "RGB"),
        ("PNG", "RGB", "image/png", "RGBA"),
        ("PNG", "RGBA", "image/png", "RGBA"),
        ("PNG", "P", "image/png", "RGBA"),
        ("PNG", "1", "image/png", "RGBA"),
        ("PNG", "I;16", "image/png", "RGBA"),
    ],
)
def test_jpeg_and_png_are_drawn_anew(kind: str, mode: str, media_type: str, drawn: str) -> None:
    served, body = reencode(picture(kind, mode))
    with Image.open(io.BytesIO(body)) as again:
        assert (served, again.format, again.size, again.mode) == (media_type, kind, (8, 6), drawn)


@pytest.mark.parametrize(
    "upload",
    [
        picture("JPEG", exif=exif()),
        picture("JPEG", comment=SECRET),
        picture("JPEG", icc_profile=SECRET),
        picture("PNG", pnginfo=note()),
        picture("PNG", exif=exif()),
        picture("PNG") + b"<script>" + SECRET,
        picture("JPEG") + b"<?php" + SECRET,
    ],
)
def test_whatever_is_no_pixel_is_left_behind(upload: bytes) -> None:
    assert SECRET in upload
    _, body = reencode(upload)
    assert SECRET not in body


def test_a_colour_profile_is_left_behind() -> None:
    upload = picture("PNG", icc_profile=SECRET)
    assert [b"iCCP" in body for body in (upload, reencode(upload)[1])] == [True, False]


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("GIF", "P"),
        picture("WEBP"),
        picture("BMP"),
        picture("TIFF"),
        b"\x89PNG\r\n\x1a\n",
        picture("PNG")[:40],
        picture("JPEG")[:-20],
        picture("JPEG", size=(640, 480))[:700],
    ],
)
def test_other_files_and_broken_ones_are_no_pictures(upload: bytes) -> None:
    errcode, cause, facts = verdict(upload)
    assert (errcode, cause, list(facts)) == (40137, "not_image", ["reason"])


def test_a_megabyte_is_the_limit_in_bytes() -> None:
    body = picture("JPEG")
    reencode(body + bytes(MAX_BYTES - len(body)))
    assert verdict(body + bytes(MAX_BYTES - len(body) + 1)) == (
        40009,
        "too_large",
        {"size": MAX_BYTES + 1, "limit": MAX_BYTES},
    )


@pytest.mark.parametrize(("width", "height"), [(5001, 5000), (10_000, 10_000), (20_000, 20_000), (100_000, 100_000)])
def test_a_small_file_that_would_unpack_to_a_huge_picture_is_refused(width: int, height: int) -> None:
    assert verdict(claimed(width, height)) == (40009, "too_many_pixels", {"width": width, "height": height})


@given(st.sampled_from(["JPEG", "PNG"]), st.integers(0, 400), st.binary(min_size=1, max_size=6))
def test_a_damaged_picture_is_drawn_or_refused(kind: str, position: int, damage: bytes) -> None:
    whole = picture(kind, size=(9, 9))
    try:
        found = reencode(whole[:position] + damage + whole[position + len(damage) :])[0]
    except Refusal as refused:
        found = str(int(refused.errcode))
    assert found in {"image/jpeg", "image/png", "40009", "40137"}
