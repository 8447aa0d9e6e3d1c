"""Mistakes in signatures in words: what was done and what to do instead, in Chinese and in English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Literal

import msgspec

from kaquan.errors.catalogue import Cause
from kaquan.errors.fill import FILLER

UNKNOWN = "unknown"
BETWEEN = {"zh": "", "en": " "}


def load_mistakes(text: str) -> dict[str, Cause]:
    """Return the texts of each mistake by its name."""
    return msgspec.convert(tomllib.loads(text), dict[str, Cause])


MISTAKES = load_mistakes(files("kaquan.errors").joinpath("mistakes.toml").read_text("utf-8"))


def what_was_done(mistake: str, facts: Mapping[str, Any], language: Literal["zh", "en"]) -> str:
    """Return one mistake in words."""
    texts = MISTAKES.get(mistake, MISTAKES[UNKNOWN])
    return FILLER.vformat(texts.zh if language == "zh" else texts.en, (), facts)


def what_to_do(mistake: str, facts: Mapping[str, Any], language: Literal["zh", "en"]) -> str:
    """Return what to do instead of one mistake."""
    texts = MISTAKES.get(mistake, MISTAKES[UNKNOWN])
    return FILLER.vformat(texts.fix_zh if language == "zh" else texts.fix_en, (), facts)


def in_words(facts: Mapping[str, Any], language: Literal["zh", "en"]) -> dict[str, str]:
    """Return ``found`` and ``mend``, which texts of a refused signature are filled with.

    Args:
        facts: of the refusal; ``found`` lists its mistakes, each an object with ``mistake`` and its facts.
        language: of the words.
    """
    found = facts.get("found")
    if not isinstance(found, Sequence) or isinstance(found, str):
        return {}
    made = [one for one in found if isinstance(one, Mapping)]
    names = [str(one.get("mistake", UNKNOWN)) for one in made]
    both = list(zip(names, made, strict=True))
    between = BETWEEN[language]
    return {
        "found": between.join(what_was_done(name, one, language) for name, one in both),
        "mend": between.join(what_to_do(name, one, language) for name, one in both),
    }
