"""What a report on the daily figures covers: its days, those before it, and sums over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from kaquan.rules.statistics import COLUMNS, KINDS, MOST_DAYS, date_of, numbered

PRESETS = (7, 14, 30)
CUSTOM = "custom"
COUNTS = tuple(f"{kind}_cnt" for kind in KINDS)
"""What may be added up over days; persons may not, since one who came on two days would count twice."""


class Period(msgspec.Struct, frozen=True):
    """Days in a row.

    Args:
        begin, end: the first and the last, numbered.
    """

    begin: int
    end: int

    @property
    def days(self) -> range:
        """Return the days."""
        return range(self.begin, self.end + 1)

    @property
    def before(self) -> Period:
        """Return as many days before the first one."""
        return Period(self.begin - len(self.days), self.begin - 1)

    def __str__(self) -> str:
        return f"{date_of(self.begin)}/{date_of(self.end)}"


def last_days(count: int, today: int) -> Period:
    """Return so many days that are over, yesterday the last."""
    return Period(today - count, today - 1)


def read_period(asked: Mapping[str, str], today: int) -> Period | None:
    """Return the days that a page is asked for: those of a preset, or from ``begin`` to ``end``.

    Returns:
        None where these are no days, too many, or some of them are still to come.
    """
    if asked.get("days") != CUSTOM:
        return last_days(preset(asked.get("days", "")), today)
    begin, end = (numbered(asked.get(name, "")) for name in ("begin", "end"))
    if begin is None or end is None or not begin <= end <= today or end - begin >= MOST_DAYS:
        return None
    return Period(begin, end)


def preset(text: str) -> int:
    """Return the preset of this name, or the first one."""
    return next((days for days in PRESETS if str(days) == text), PRESETS[0])


class Daily(msgspec.Struct, frozen=True):
    """The figures of a day.

    Args:
        day: its number.
        figures: in the order of ``COLUMNS``.
    """

    day: int
    figures: tuple[int, ...]

    @property
    def date(self) -> str:
        """Return the day as it is written."""
        return date_of(self.day)


def daily(period: Period, rows: Iterable[Any]) -> list[Daily]:
    """Return each day of a period with its figures; one without a row has none but zeros.

    Args:
        rows: of a day and its figures each.
    """
    found = {row[0]: tuple(row[1:]) for row in rows}
    return [Daily(day, found.get(day, (0,) * len(COLUMNS))) for day in period.days]


def totals(days: Iterable[Daily]) -> dict[str, int]:
    """Return the sum of each count."""
    columns = zip(*(one.figures for one in days), strict=True)
    return {name: sum(column) for name, column in zip(COLUMNS, columns, strict=True) if name in COUNTS}


def change(now: int, before: int) -> int | None:
    """Return by how many percent a number has grown; None where there was nothing to grow from."""
    return round(100 * (now - before) / before) if before else None
