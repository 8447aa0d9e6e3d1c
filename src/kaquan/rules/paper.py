"""Which papers are taken with an application: pictures drawn anew, and PDF files as they are."""

from __future__ import annotations

import re

from kaquan.errors import Refusal
from kaquan.rules.picture import reencode

MAX_BYTES = 4 << 20
PDF = "application/pdf"
PDF_SIGNATURE = b"%PDF-"
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", PDF: ".pdf"}
NAME_MOST = 80
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
TOO_LARGE, WRONG_KIND = "too_large", "wrong_kind"


class PaperFault(ValueError):
    """A file that is not taken; its text is ``too_large`` or ``wrong_kind``."""


def paper_of(body: bytes) -> tuple[str, bytes]:
    """Return media type and bytes of a paper, judged by what is in it and never by its name.

    Raises:
        PaperFault: over 4 MB or 25 million pixels, or no JPEG, PNG or PDF.
    """
    if len(body) > MAX_BYTES:
        raise PaperFault(TOO_LARGE)
    if body.startswith(PDF_SIGNATURE):
        return PDF, body
    try:
        return reencode(body, MAX_BYTES)
    except Refusal as refused:
        raise PaperFault(TOO_LARGE if refused.cause == "too_many_pixels" else WRONG_KIND) from refused


def file_name(name: str, media_type: str) -> str:
    """Return what a paper is called when it is saved: the name it came with, and the ending of what it is."""
    plain = _NOT_IN_NAMES.sub("_", name).strip(". _")
    stem = plain.rpartition(".")[0] or plain
    return (stem[:NAME_MOST].strip() or "paper") + ENDINGS[media_type]
