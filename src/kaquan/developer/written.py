"""JSON as a page writes it, line by line: with the place that a diagnosis names, or what became of it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from kaquan.errors.change import places

INDENT = "  "
AROUND = 3
# What the library names as its caller did, and the call that it sends as the wire does.
AS_SENT = {"cardList": "card_list", "cardExt": "card_ext", "cardId": "card_id"}
OWN_NAME = re.compile("|".join(AS_SENT))


Way = tuple[Any, ...]


class Place(msgspec.Struct, frozen=True):
    """Where a value stands: the names and positions that lead to it, and what stands before and behind it."""

    way: Way = ()
    before: str = ""
    after: str = ""


TOP = Place()


class Line(msgspec.Struct, frozen=True):
    """A line of a written JSON value.

    Args:
        text: with its indentation.
        kind: ``here`` where the place is, ``lacking`` where it should be, ``add`` and ``del`` in a comparison,
            ``gap`` for lines left out, else empty.
    """

    text: str
    kind: str = ""


def in_json(value: Any) -> str:
    """Return a value as JSON text."""
    return json.dumps(value, ensure_ascii=False)


def write(text: str, path: str = "") -> list[Line]:
    """Return a JSON text with a member a line, and the place of ``path`` marked; other texts as they are.

    Args:
        text: of a request or an answer.
        path: such as ``card.cash.base_info.sku.quantity``; where the text has it not, the nearest part of it is marked.
    """
    value = read(text)
    if value is None:
        return [Line(one) for one in text.splitlines()]
    lines = list(lay_out(value))
    target, whole = _target({way for way, _ in lines}, path)
    marked: list[Line] = []
    for way, one in lines:
        first = way == target and bool(target) and not any(line.kind for line in marked)
        marked.append(Line(one, ("here" if whole else "lacking") if first else ""))
    return marked


def compare(before: str, after: str) -> list[Line]:
    """Return a written JSON text with what was changed in it, some lines around each change."""
    old, new = ([line.text for line in write(text)] for text in (before, after))
    lines: list[Line] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        if lines or group[0][1]:
            lines.append(Line("⋯", "gap"))
        for tag, a, b, c, d in group:
            lines += [Line(one, "" if tag == "equal" else "del") for one in old[a:b]]
            lines += [Line(one, "add") for one in new[c:d] if tag != "equal"]
    if lines and lines[-1].text != old[-1]:
        lines.append(Line("⋯", "gap"))
    return lines


def read(text: str) -> Any:
    """Return the value of a JSON object or list, None for any other text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def lay_out(value: Any, literal: Callable[[Any], str] = in_json, place: Place = TOP) -> Iterator[tuple[Way, str]]:
    """Yield a value line by line, a member a line, each with the way to it.

    Args:
        value: a JSON value.
        literal: writes what holds no members.
        place: where it stands in a larger one.
    """
    indent = INDENT * len(place.way)
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    if not isinstance(value, dict | list) or not value:
        yield place.way, f"{indent}{place.before}{literal(value)}{place.after}"
        return
    yield place.way, f"{indent}{place.before}{opening}"
    members = list(value.items() if isinstance(value, dict) else enumerate(value))
    for number, (name, member) in enumerate(members, 1):
        before = f"{literal(name)}: " if isinstance(value, dict) else ""
        inner = Place((*place.way, name), before, "," if number < len(members) else "")
        yield from lay_out(member, literal, inner)
    yield place.way, f"{indent}{closing}{place.after}"


def _target(known: set[Way], path: str) -> tuple[Way, bool]:
    """Return the way that is nearest to a path, and whether it is all of it."""
    spelt = OWN_NAME.sub(lambda found: AS_SENT[found[0]], path)
    ways = [tuple(places(one)) for one in (path, spelt, f"args.{spelt}") if path]
    nearest: Way = ()
    for way in ways:
        if way in known:
            return way, True
        part = next((way[:length] for length in range(len(way), 0, -1) if way[:length] in known), ())
        nearest = max(nearest, part, key=len)
    return nearest, False
