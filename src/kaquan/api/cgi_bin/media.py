"""``/cgi-bin/media/*``: pictures (spec: distribution.md 2)."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import msgspec
from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import File, parse_options_header

from kaquan.actions.keep_image import keep_image
from kaquan.api.call import Call
from kaquan.api.route import endpoint
from kaquan.errors import Errcode
from kaquan.rules.picture import MAX_BYTES, reencode

# The picture and what multipart wraps around it; the picture's own limit is checked after.
UPLOAD_LIMIT = 2 * MAX_BYTES
# The body is in memory already; the parser would put a large part into a temporary file.
IN_MEMORY: dict[Any, Any] = {"MAX_MEMORY_FILE_SIZE": UPLOAD_LIMIT}


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
    kind, options = parse_options_header(content_type)
    files: list[bytes] = []
    try:
        parser = FormParser(
            kind.decode() or "-",
            None,
            lambda file: files.append(content(file)),
            boundary=options.get(b"boundary"),
            config=IN_MEMORY,
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as fault:
        raise Errcode.MEDIA_MISSING("not_multipart", content_type=content_type[:80]) from fault
    if not files or not files[0]:
        raise Errcode.MEDIA_MISSING("no_file", content_type=content_type[:80])
    return files[0]


def content(file: File) -> bytes:
    """Return the bytes of a parsed file part."""
    stream = file.file_object
    assert isinstance(stream, io.IOBase)
    stream.seek(0)
    data: bytes = stream.read()
    return data
