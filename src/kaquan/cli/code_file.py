"""A file of codes: read line by line, with its progress and its refused lines beside it."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from kaquan.rules.code_lines import Lines, coded
from kaquan.rules.deposit import flaw
from kaquan.rules.text import inert

SHOWN = 64


class Block(msgspec.Struct):
    """Lines that are imported together.

    Args:
        codes: those that can be codes.
        refused: line number, text and reason of the others.
        offset, line: where the block ends, in bytes and lines from the begin of the file.
    """

    codes: list[str]
    refused: list[tuple[int, str, str]]
    offset: int = 0
    line: int = 0


def blocks(file: BinaryIO, offset: int, line: int, size: int) -> Iterator[Block]:
    """Yield the codes of a file's first column from a place on, so many lines at a time.

    Args:
        file: is set to the place.
        offset, line: where an earlier run ended, both 0 for the begin.

    Raises:
        BadFile: it is no UTF-8, or no CSV.
    """
    file.seek(offset)
    lines = Lines(file, offset, line)
    rows = coded(lines)
    while (block := _block(rows, lines, size)).offset > offset:
        offset = block.offset
        yield block


def _block(rows: Iterator[tuple[int, str]], lines: Lines, size: int) -> Block:
    block = Block([], [])
    for number, code in rows:
        if reason := flaw(code):
            block.refused.append((number, code, reason))
        else:
            block.codes.append(code)
        if len(block.codes) + len(block.refused) >= size:
            break
    block.offset, block.line = lines.offset, lines.line
    return block


class Progress(msgspec.Struct):
    """How far a file has been imported, and what became of its lines; kept beside it after each commit.

    Args:
        card_id, size, changed: of which card and which state of the file (bytes, nanoseconds) this holds.
        offset, line: bytes and lines that are done.
        report: bytes of the refused lines' file.
    """

    card_id: str
    size: int
    changed: int
    offset: int = 0
    line: int = 0
    imported: int = 0
    duplicate: int = 0
    refused: int = 0
    report: int = 0

    def count(self, block: Block, imported: int) -> None:
        """Take in a block that is committed."""
        self.offset, self.line = block.offset, block.line
        self.imported += imported
        self.duplicate += len(block.codes) - imported
        self.refused += len(block.refused)


class Beside:
    """What is kept beside a file while it is imported, and afterwards.

    Args:
        path: the file of codes.
    """

    def __init__(self, path: Path) -> None:
        self._progress = path.with_name(f"{path.name}.progress")
        self.report = path.with_name(f"{path.name}.refused.csv")
        self._path = path

    def begin(self, card_id: str, restart: bool) -> Progress:
        """Return the progress of an earlier run over the same file, else a fresh one."""
        state = self._path.stat()
        fresh = Progress(card_id, state.st_size, state.st_mtime_ns)
        known = None if restart else self._known()
        if known is None or (known.card_id, known.size, known.changed) != (card_id, fresh.size, fresh.changed):
            self.report.unlink(missing_ok=True)
            return fresh
        if known.report:
            os.truncate(self.report, known.report)
        return known

    def _known(self) -> Progress | None:
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(self._progress.read_bytes(), type=Progress)
        return None

    def save(self, progress: Progress, refused: list[tuple[int, str, str]]) -> None:
        """Keep the refused lines of a block, then how far the import has come."""
        if refused:
            progress.report = self._append(refused)
        whole = self._progress.with_name(f"{self._progress.name}.new")
        whole.write_bytes(msgspec.json.encode(progress))
        whole.replace(self._progress)

    def _append(self, refused: list[tuple[int, str, str]]) -> int:
        with self.report.open("a", encoding="utf-8", errors="backslashreplace", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if not file.tell():
                writer.writerow(("line", "code", "reason"))
            writer.writerows((line, inert(code[:SHOWN]), reason) for line, code, reason in refused)
            file.flush()
            return file.tell()

    def end(self) -> None:
        """Forget the progress of a file that is done."""
        self._progress.unlink(missing_ok=True)
