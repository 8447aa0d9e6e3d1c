"""Look codes up by their text, many callers in one query (spec: codes.md 2)."""

from __future__ import annotations

import msgspec

from kaquan.errors import Refusal
from kaquan.rules import code as rule
from kaquan.rules.code import Code
from kaquan.store import statements as sql
from kaquan.store.hot import Flow, Plan, Query, Rows


class Find(msgspec.Struct, frozen=True):
    """Which code is meant: its text and, for custom codes, its card."""

    code: str
    card_id: str | None = None


def candidates(rows: Rows) -> dict[str, list[Code]]:
    """Return the issued codes of each text."""
    found: dict[str, list[Code]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Code(*row))
    return found


def find_codes(appid: str, commands: list[Find]) -> Flow[Code | Refusal]:
    """Return per command the code it means, or why there is none."""
    (rows,) = yield [Query(sql.CODES, {"appid": appid, "codes": list({one.code for one in commands})})]
    codes = candidates(rows)
    return Plan([rule.pick(codes.get(one.code, []), one.code, one.card_id) for one in commands])
