"""Forms of ``multipart/form-data``: fields and files, read in memory."""

from __future__ import annotations

import io
from typing import Any

import msgspec
from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, parse_options_header

from kaquan.errors import Errcode
from kaquan.rules.text import storable

NAME_MOST = 200


class Upload(msgspec.Struct, frozen=True):
    """A file of a form; ``name`` is what it was called where it came from."""

    name: str
    content: bytes


class FormData(msgspec.Struct):
    """A form; files that are empty, as where none was chosen, are left out."""

    fields: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}

    def add_field(self, field: Field) -> None:
        """Add a parsed field."""
        value = storable((field.value or b"").decode("utf-8", "replace"))
        self.fields.setdefault(_text(field.field_name), []).append(value)

    def add_file(self, file: File) -> None:
        """Add a parsed file."""
        content = _content(file)
        if content:
            upload = Upload(_text(file.file_name)[-NAME_MOST:], content)
            self.files.setdefault(_text(file.field_name), []).append(upload)


def form_data(content_type: str, body: bytes, most: int) -> FormData:
    """Return a posted form.

    Args:
        content_type: of the request, with its boundary.
        body: in memory, so that its limit is the reader's.
        most: parts that it may have.

    Raises:
        Refusal: 41005, it is no multipart form, or has too many parts.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    form = FormData({}, {})
    # The body is in memory already; the parser would put a large part into a temporary file.
    config: dict[Any, Any] = {"MAX_MEMORY_FILE_SIZE": len(body) + 1}
    refused = Errcode.MEDIA_MISSING("not_multipart", content_type=content_type[:80])
    if not boundary or body.count(b"--" + boundary) > most + 1:
        raise refused
    try:
        parser = FormParser(kind.decode() or "-", form.add_field, form.add_file, boundary=boundary, config=config)
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as fault:
        raise refused from fault
    return form


def _content(file: File) -> bytes:
    stream = file.file_object
    assert isinstance(stream, io.IOBase)
    stream.seek(0)
    data: bytes = stream.read()
    return data


def _text(name: bytes | None) -> str:
    return storable((name or b"").decode("utf-8", "replace"))
