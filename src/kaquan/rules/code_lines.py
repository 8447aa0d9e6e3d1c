"""The lines of a file of codes: CSV in UTF-8, a code in the first column of each."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO

LONGEST_LINE = 1 << 16
BOM = b"\xef\xbb\xbf"
HEADER = "code"
TOO_LONG, NOT_UTF8, NOT_CSV = "too_long", "not_utf8", "not_csv"
_SAID = {
    TOO_LONG: f"line {{line}} is longer than {LONGEST_LINE} bytes: codes stand one on a line",
    NOT_UTF8: "line {line} is not UTF-8: save the file as CSV in UTF-8",
    NOT_CSV: "line {line} is no CSV: {reason}",
}


class BadFile(Exception):
    """The file cannot be read as codes.

    Args:
        line: where, from 1.
        kind: ``too_long``, ``not_utf8`` or ``not_csv``.
        reason: what more is known.
    """

    def __init__(self, line: int, kind: str, reason: str = "") -> None:
        super().__init__(_SAID[kind].format(line=line, reason=reason))
        self.line = line
        self.kind = kind


class Lines:
    """The lines of a file as ``csv`` wants them; it knows where the last one ends.

    Args:
        file: stands at ``offset``.
        offset, line: bytes and lines before.
    """

    def __init__(self, file: BinaryIO, offset: int, line: int) -> None:
        self._file = file
        self.offset = offset
        self.line = line

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(LONGEST_LINE)
        if not raw:
            raise StopIteration
        self.line += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            raise BadFile(self.line, TOO_LONG)
        text = raw.removeprefix(BOM) if self.offset == 0 else raw
        self.offset += len(raw)
        try:
            return text.decode()
        except UnicodeDecodeError as fault:
            raise BadFile(self.line, NOT_UTF8) from fault


def coded(lines: Lines) -> Iterator[tuple[int, str]]:
    """Yield number and first column of each line that is not blank, without the heading."""
    heading = lines.line == 0
    try:
        for row in csv.reader(lines):
            if row and not (heading and row[0].strip().lower() == HEADER):
                yield lines.line, row[0]
            heading = False
    except csv.Error as fault:
        raise BadFile(lines.line, NOT_CSV, str(fault)) from fault
