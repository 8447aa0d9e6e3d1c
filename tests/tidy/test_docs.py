"""The generated pages say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import generate
import pytest
from source import ROOT, short, text_files

PAGES = generate.pages()
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_a_generated_page_is_current(path: Path) -> None:
    assert path.read_text("utf-8") == PAGES[path], "run `make docs`"


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [path for path in text_files() if path.suffix == ".md"]
    broken = [
        (short(path), target)
        for path in documents
        for target in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        waiting += [(path.parent / target).resolve() for target in LINK.findall(path.read_text("utf-8"))]
    assert {path for path in (ROOT / "docs").rglob("*.md") if path.name != "README.md"} - reached == set()
