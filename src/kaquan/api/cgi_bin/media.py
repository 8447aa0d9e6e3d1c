"""``/cgi-bin/media/*``: pictures (spec: distribution.md 2)."""

from __future__ import annotations

import asyncio

import msgspec

from kaquan.actions.keep_image import keep_image
from kaquan.api.call import Call
from kaquan.api.form_data import form_data
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.picture import MAX_BYTES, reencode

# The picture and what multipart wraps around it; the picture's own limit is checked after.
UPLOAD_LIMIT = 2 * MAX_BYTES
MOST_PARTS = 50


class UploadAnswer(msgspec.Struct):
    """Where the picture is served; no errcode, as in the original."""

    url: str


@endpoint(
    "/cgi-bin/media/uploadimg",
    body_limit=UPLOAD_LIMIT,
    refuses=("41005 not_multipart no_file", "40009 too_large", "40137 not_image | 40009 too_many_pixels"),
)
async def uploadimg(call: Call) -> UploadAnswer:
    """Take the first file of the form, check that it is a picture, and serve it from this host."""
    content_type, body = call.header("content-type"), call.body
    media_type, picture = await asyncio.to_thread(lambda: reencode(first_file(content_type, body)))
    base_url = call.platform.settings.base_url
    return await call.commit(
        lambda tx: keep_image(tx, call.appid, media_type, picture, call.now), lambda path: UploadAnswer(base_url + path)
    )


def first_file(content_type: str, body: bytes) -> bytes:
    """Return the content of the first file part, whatever its name.

    Raises:
        Refusal: 41005, the body is no form or has no file.
    """
    files = form_data(content_type, body, MOST_PARTS).files
    if not files:
        raise Errcode.MEDIA_MISSING("no_file", content_type=content_type[:80])
    return next(iter(files.values()))[0].content
