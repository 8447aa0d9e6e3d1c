"""Since when: ``90s``, ``10m``, ``2h``, ``3d``, or the id of an event."""

from __future__ import annotations

import re

from kaquan.cli.output import stop

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(\d{1,9})([smhd])", re.ASCII)


def duration(text: str) -> int:
    """Return the seconds of a time, or end the command."""
    found = DURATION.fullmatch(text)
    return int(found[1]) * UNITS[found[2]] if found else stop(f"{text!r} is no time such as 90s, 10m, 2h or 3d")


def begin_of(since: str | None) -> dict[str, str | int]:
    """Return what a body says for an id, or for a time such as ``10m``; nothing for nothing."""
    if since is None:
        return {}
    return {"since": since} if since.isascii() and since.isdigit() else {"last": duration(since)}
