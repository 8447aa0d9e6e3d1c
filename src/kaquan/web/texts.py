"""Texts of pages in two languages: the Chinese text is the key, ``en.toml`` of each package of pages has the English.

An English text stands in the package that uses it, once.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@cache
def english() -> dict[str, str]:
    """Return Chinese text -> English text."""
    packages = (one for one in files("kaquan").iterdir() if one.is_dir())
    texts = (one.joinpath("en.toml") for one in packages)
    return {zh: en for one in texts if one.is_file() for zh, en in tomllib.loads(one.read_text("utf-8")).items()}


def zh(text: str) -> str:
    """Return the text: marks one that is shown through :class:`Texts` where it is not written in a template."""
    return text


class Texts:
    """The texts of one language.

    Args:
        language: ``zh`` or ``en``.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._known = english() if language == "en" else {}

    def __call__(self, text: str, **values: object) -> str:
        """Return the text in this language, with ``{name}`` replaced by values."""
        said = self._known.get(text, text)
        return said.format(**values) if values else said


def language_of(accepted: str) -> Language:
    """Return the language of a page by Accept-Language: the one of ours wanted most, else Chinese."""
    wanted = {"zh": 0.0, "en": 0.0}
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        language = name.partition("-")[0]
        if language in wanted:
            wanted[language] = max(wanted[language], _weight(weight))
    return "en" if wanted["en"] > wanted["zh"] else "zh"


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
