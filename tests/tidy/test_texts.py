"""Every text of a page has its English, and no English is left over."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from source import PACKAGE

IN_TEMPLATE = re.compile(r'\b_\(\s*"([^"]+)"')
IN_CODE = re.compile(r'\b(?:zh|text)\(\s*"([^"]+)"')
PLACES = re.compile(r"{(\w+)}")


def shown() -> set[str]:
    """Return every Chinese text that a page may show."""
    found = {text for path in PACKAGE.rglob("*.html") for text in IN_TEMPLATE.findall(path.read_text("utf-8"))}
    chinese = {text for path in PACKAGE.rglob("*.py") for text in IN_CODE.findall(path.read_text("utf-8"))}
    return found | {text for text in chinese if re.search(r"[\u4e00-\u9fff]", text)}


def files() -> list[Path]:
    return sorted(PACKAGE.glob("*/en.toml"))


def test_every_text_has_its_english() -> None:
    english = {zh for path in files() for zh in tomllib.loads(path.read_text("utf-8"))}
    assert (sorted(shown() - english), sorted(english - shown())) == ([], [])


def test_no_text_has_two_englishes() -> None:
    every = [zh for path in files() for zh in tomllib.loads(path.read_text("utf-8"))]
    assert sorted({zh for zh in every if every.count(zh) > 1}) == []


def test_both_languages_name_the_same_values() -> None:
    pairs = [pair for path in files() for pair in tomllib.loads(path.read_text("utf-8")).items()]
    assert [zh for zh, en in pairs if set(PLACES.findall(zh)) != set(PLACES.findall(en))] == []
