"""``POST /cgi-bin/media/uploadimg``: one picture in a form (distribution.md 2)."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from card_bodies import card
from PIL import Image

from support.api import Api
from wire.answers import exchange, refusal
from wire.kept import Kept

FORM = "multipart/form-data; boundary=B"
LIMIT = 1 << 20


def picture(kind: str = "PNG") -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (4, 3), (255, 0, 0)).save(out, kind)
    return out.getvalue()


def huge() -> bytes:
    """Return a picture of a few kilobytes that would unpack to more than 25 million pixels."""
    out = io.BytesIO()
    Image.new("1", (5001, 5000)).save(out, "PNG")
    return out.getvalue()


def part(name: str, content: bytes, filename: str = ' filename="a.png"', head: str = "") -> bytes:
    """Return one part of a form."""
    given = f";{filename}" if filename else ""
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{given}\r\n{head}\r\n'.encode() + content + b"\r\n"


def upload(api: Api, body: bytes, content_type: str = FORM) -> Any:
    """Return the decoded answer of an upload."""
    target = f"/cgi-bin/media/uploadimg?access_token={api.token}"
    status, _, answer = exchange(api, "POST", target, body, content_type=content_type)
    assert status == 200
    return json.loads(answer)


def form(*parts: bytes) -> bytes:
    """Return a form of these parts."""
    return b"".join(parts) + b"--B--\r\n"


@pytest.mark.parametrize("name", ["media", "buffer", "file", "", "汉字"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_served_whatever_its_part_is_called(api: Api, name: str, kind: str) -> None:
    answer = upload(api, form(part(name, picture(kind))))
    assert list(answer) == ["url"]
    status, headers, body = exchange(api, "GET", answer["url"].removeprefix(api.base_url))
    assert (status, headers["content-type"]) == (200, f"image/{kind.lower()}")
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("public, max-age=31536000", "nosniff")
    assert Image.open(io.BytesIO(body)).size == (4, 3)


def test_the_same_picture_has_the_same_address_for_an_account(api: Api) -> None:
    first, again = (upload(api, form(part("media", picture()))) for _ in range(2))
    assert first == again
    assert f"/image/{api.appid}/" in first["url"]
    api.create_card(card("GROUPON", {"logo_url": first["url"]}))


def test_the_first_file_counts_and_fields_are_passed_over(api: Api) -> None:
    body = form(
        part("type", b"image", ""),
        part("media", picture("JPEG"), head="Content-Type: application/octet-stream\r\n"),
        part("buffer", b"no picture"),
    )
    assert list(upload(api, body)) == ["url"]


@pytest.mark.parametrize(
    ("content_type", "body", "refused"),
    [
        (FORM, b"", "41005 no_file"),
        (FORM, form(), "41005 no_file"),
        (FORM, form(part("media", b"")), "41005 no_file"),
        (FORM, form(part("media", picture(), "")), "41005 no_file"),
        (FORM, b"no form at all", "41005 not_multipart"),
        (FORM, part("media", picture())[:-40], "41005 no_file"),
        ("multipart/form-data", form(part("media", picture())), "41005 not_multipart"),
        ("multipart/form-data; boundary=", form(part("media", picture())), "41005 not_multipart"),
        ("multipart/form-data; boundary=" + "x" * 300, b"", "41005 not_multipart"),
        ("", form(part("media", picture())), "41005 not_multipart"),
        ("application/json", b"{}", "41005 not_multipart"),
        ("application/x-www-form-urlencoded", b"media=1&x=2", "41005 not_multipart"),
        ("image/png", picture(), "41005 not_multipart"),
        (FORM, form(part("media", huge())), "40009 too_many_pixels"),
        (FORM, form(part("media", b"GIF89a")), "40137 not_image"),
        (FORM, form(part("media", picture()[:-30])), "40137 not_image"),
        (FORM, form(part("media", b"<svg/>", ' filename="a.svg"')), "40137 not_image"),
        (FORM, form(part("media", picture("JPEG") + bytes(LIMIT))), "40009 too_large"),
        (FORM, form(part("media", bytes(3 * LIMIT))), "47001 body_too_large"),
    ],
)
def test_what_is_no_picture_in_a_form_is_told_so(
    api: Api, kept: Kept, content_type: str, body: bytes, refused: str
) -> None:
    assert refusal(kept, api, upload(api, body, content_type)) == refused


def test_a_picture_of_exactly_a_megabyte_is_taken(api: Api) -> None:
    small = picture("JPEG")
    assert list(upload(api, form(part("media", small + bytes(LIMIT - len(small)))))) == ["url"]
