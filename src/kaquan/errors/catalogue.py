"""The catalogue of errcodes: canonical texts, and every cause with what is wrong and what to do (spec: errors.md 1)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import msgspec

from kaquan.errors import Errcode
from kaquan.errors.fill import FILLER

ANY = "ANY"
NO_FACTS: Mapping[str, Any] = MappingProxyType({})


class Cause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cause: what is wrong and what to do, as templates that the facts of a case fill.

    A template names facts in braces: ``{path}``, ``{path|feature}`` for the first of them that is known,
    ``{end:time}`` for UTC seconds shown as a time of day. ``text`` is an errmsg of its own, where the canonical one
    of the errcode would mislead.
    """

    zh: str
    en: str
    fix_zh: str
    fix_en: str
    text: str = ""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One errcode.

    Args:
        code, name: as in :class:`~kaquan.errors.Errcode`.
        text: the canonical errmsg.
        causes: by key; empty while nothing gives this errcode yet.
        retry: the same call may succeed when it is repeated, with a fresh token where the token failed.
    """

    code: int
    name: str
    text: str
    causes: dict[str, Cause] = {}
    retry: bool = False

    def errmsg(self, cause: str, facts: Mapping[str, Any] = NO_FACTS) -> str:
        """Return the errmsg of this errcode given for a cause; a few texts name a fact of the case."""
        known = self.causes.get(cause)
        return FILLER.vformat(known.text if known and known.text else self.text, (), facts)


def load(text: str) -> dict[int, Entry]:
    """Return the entries of a catalogue by errcode, without the causes of any errcode.

    Raises:
        ValueError: the catalogue does not list exactly the errcodes, or an entry is malformed.
    """
    raw = tomllib.loads(text)
    entries = [
        msgspec.convert({**entry, "name": name, "causes": _causes(raw, entry)}, Entry)
        for name, entry in raw.items()
        if name != ANY
    ]
    difference = {(one.name, one.code) for one in entries} ^ {(one.name, one.value) for one in Errcode}
    if difference:
        raise ValueError(f"catalogue.toml and Errcode disagree on {sorted(difference)}")
    return {entry.code: entry for entry in entries}


def _causes(raw: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Return the causes of an entry; ``like`` takes the texts of the same cause of another errcode."""
    causes = entry.get("causes", {})
    return {key: raw[cause["like"]]["causes"][key] if "like" in cause else cause for key, cause in causes.items()}


def load_shared(text: str) -> dict[str, Cause]:
    """Return the causes that any errcode may have."""
    return msgspec.convert(tomllib.loads(text).get(ANY, {}).get("causes", {}), dict[str, Cause])


def describe(errcode: int, cause: str) -> Cause | None:
    """Return the texts of a cause of an errcode; None when this version does not know them."""
    entry = CATALOGUE.get(errcode)
    own = entry.causes.get(cause) if entry else None
    return own or SHARED.get(cause)


_TEXT = files("kaquan.errors").joinpath("catalogue.toml").read_text("utf-8")
CATALOGUE: dict[int, Entry] = load(_TEXT)
SHARED: dict[str, Cause] = load_shared(_TEXT)
