"""JSON as a page writes it, line by line: with the place that a diagnosis names, or what became of it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from kaquan.errors.change import places

INDENT = "  "
AROUND = 3
# What the library names as its caller did, and the call that it sends as the wire does.
AS_SENT = {"cardList": "card_list", "cardExt": "card_ext", "cardId": "card_id"}
OWN_NAME = re.compile("|".join(AS_SENT))


class Line(msgspec.Struct, frozen=True):
    """A line of a written JSON value.

    Args:
        text: with its indentation.
        kind: ``here`` where the place is, ``lacking`` where it should be, ``add`` and ``del`` in a comparison,
            ``gap`` for lines left out, else empty.
    """

    text: str
    kind: str = ""


def write(text: str, path: str = "") -> list[Line]:
    """Return a JSON text with a member a line, and the place of ``path`` marked; other texts as they are.

    Args:
        text: of a request or an answer.
        path: such as ``card.cash.base_info.sku.quantity``; where the text has it not, the nearest part of it is marked.
    """
    value = read(text)
    if value is None:
        return [Line(one) for one in text.splitlines()]
    lines = list(_lines(value, ()))
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


def _lines(value: Any, way: tuple[Any, ...], before: str = "", after: str = "") -> Iterator[tuple[tuple[Any, ...], str]]:
    indent = INDENT * len(way)
    members = list(value.items() if isinstance(value, dict) else enumerate(value)) if _is_holder(value) else []
    if not members:
        yield way, f"{indent}{before}{json.dumps(value, ensure_ascii=False)}{after}"
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield way, f"{indent}{before}{opening}"
    for number, (name, member) in enumerate(members, 1):
        head = f"{json.dumps(name, ensure_ascii=False)}: " if isinstance(value, dict) else ""
        yield from _lines(member, (*way, name), head, "," if number < len(members) else "")
    yield way, f"{indent}{closing}{after}"


def _is_holder(value: Any) -> bool:
    return isinstance(value, dict | list)


def _target(known: set[tuple[Any, ...]], path: str) -> tuple[tuple[Any, ...], bool]:
    """Return the way that is nearest to a path, and whether it is all of it."""
    spelt = OWN_NAME.sub(lambda found: AS_SENT[found[0]], path)
    ways = [tuple(places(one)) for one in (path, spelt, f"args.{spelt}") if path]
    nearest: tuple[Any, ...] = ()
    for way in ways:
        if way in known:
            return way, True
        part = next((way[:length] for length in range(len(way), 0, -1) if way[:length] in known), ())
        nearest = max(nearest, part, key=len)
    return nearest, False
