"""Templates of texts, filled with the facts of a case."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

DASH = "—"
UTC_PLUS_8 = timezone(timedelta(hours=8))


class Filler(string.Formatter):
    """Fills a template with facts; a fact that is not known leaves a dash."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        """Return the first known of the facts that a placeholder names."""
        values = (kwargs.get(name) for name in field_name.split("|"))
        return next((value for value in values if plain(value)), DASH), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a fact as it is read; ``time`` shows UTC seconds as a time of day."""
        return _time(value) if format_spec == "time" and isinstance(value, int) else plain(value)


FILLER = Filler()


def _time(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC).astimezone(UTC_PLUS_8):%Y-%m-%d %H:%M:%S} (UTC+8)"
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def plain(value: Any) -> str:
    """Return a fact as text; what could move a terminal's cursor or break a line is written as its number."""
    if isinstance(value, list):
        return ", ".join(plain(one) for one in value)
    text = "" if value is None else str(value)
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
