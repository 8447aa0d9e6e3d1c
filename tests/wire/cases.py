"""Transcripts: what was sent and the whole of what was answered, as text files beside the tests.

    = title                           a case: new accounts
    @ sandbox review=manual           the account, when it is no merchant with every right
    + card = card GROUPON {"..": 1}   a card (base_info changed, then the type's own fields), a claim or a token
    + poi = store {"sid":"1"}         a store (fields of base_info changed)
    + day = ended                     the day that the account's clock is moved behind; counted: with figures
    + limit = quota /card/get daily=1 a limit of calls, set before the first of them
    > POST /card/get {"card_id":"$card"}
    < {"errcode":0,...}               the answer, byte by byte
    ! cause path                      behind a refusal: the cause that was kept for its rid
    other> POST /card/get {...}       the same by another account

A body may be written as a card or a store, as in ``> POST /card/create CASH {"title":"<absent>"}``, where ``<absent>``
takes a field away. A path without a query gets the access token. ``$name`` stands for a value that is not the same each
time: the first answer it stands in gives it, if it has the form of its kind; ``$(x*9)`` stands for nine x.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from card_bodies import card as card_body
from store_bodies import store as store_body

FOLDER = Path(__file__).parent
FOREVER = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": 1400000000, "end_timestamp": 2147400000}
ABSENT = "<absent>"
PEOPLE = ("ann", "bob", "cat", "dan")
NAME = re.compile(r"\$(\w+)")
REPEATED = re.compile(r"\$\(([^()*]+)\*(\d+)\)")
STEP = re.compile(r"(?P<who>\w*)> (?P<method>[A-Z]+) (?P<path>\S+)(?: (?P<body>.*))?", re.DOTALL)
CARD = re.compile(r"(?P<type>[A-Z_]+)(?: (?P<changes>.*))?")


@dataclass(frozen=True)
class Case:
    """One case of a file.

    Args:
        name: ``card/code/get: a usable code``.
        account: its ``@`` line, empty for a merchant.
        lines: the lines below.
    """

    name: str
    account: str
    lines: tuple[str, ...]

    @property
    def steps(self) -> Iterator[tuple[str, str, str]]:
        """Return each ``+`` line or request, and of a request the answer and, for a refusal, the cause."""
        for position, line in enumerate(self.lines):
            if line[0] not in "<!":
                answer, cause, *_ = (*self.lines[position + 1 : position + 3], "", "")
                yield line, answer if answer[:1] == "<" else "", cause if cause[:1] == "!" else ""


def files() -> list[Path]:
    """Return every transcript."""
    return sorted(FOLDER.rglob("*.txt"))


def cases(path: Path) -> Iterator[Case]:
    """Return the cases of a file."""
    for text in re.split(r"^= ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        title, *lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        account = lines.pop(0)[2:] if lines and lines[0].startswith("@") else ""
        yield Case(f"{path.relative_to(FOLDER).with_suffix('')}: {title}", account, tuple(lines))


def body_of(text: str) -> str:
    """Return a body: a card is written as its type and what of base_info is changed, a store as STORE and the same."""
    short = CARD.fullmatch(text)
    if short is None:
        return text
    if short["type"] == "STORE":
        body = store_body(**json.loads(short["changes"] or "{}"))
        base = body["business"]["base_info"]
        body["business"]["base_info"] = {name: value for name, value in base.items() if value != ABSENT}
        return json.dumps(body, ensure_ascii=False)
    parts = (json.loads(part) for part in (short["changes"] or "").split(" + ") if part)
    changed = ({name: ... if value == ABSENT else value for name, value in part.items()} for part in parts)
    base, own = (*changed, {}, {})[:2]
    return json.dumps(card_body(short["type"], {"date_info": FOREVER, **base}, **own), ensure_ascii=False)


def repeated(text: str) -> str:
    """Return a text with what it only counts written out: ``$(x*3)`` is ``xxx``."""
    return REPEATED.sub(lambda found: found[1] * int(found[2]), text)
