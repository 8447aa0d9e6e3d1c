"""Every cause of the catalogue is provoked by a call somewhere: a page that explains what nobody gets is no help.

A transcript says the cause under its answer; a test in Python compares it with what the server kept, as one text such
as ``"48004 suspended"``. Both are read here and not run, so that a part of the suite may be run alone.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

from kaquan.errors.catalogue import CATALOGUE
from kaquan.errors.order import Given
from wire.cases import FOLDER, cases, files

# Suites whose tests call a server, or run a command that refuses by itself.
CALLING = ("wire", "faults", "qa", "pages", "cli")
# Names steps that it does not provoke.
NAMING = "test_precedence.py"
PAIR = re.compile(r"(-?\d{1,7}) ([a-z_0-9]+)")
# What no call of a test can get, and where it is tested instead.
UNPROVOKED: dict[Given, str] = {
    (-1, "bad_data"): "a value that the database refuses though all checks let it through: store/test_faults.py",
    (-1, "busy"): "a queue of thousands that is full: store/test_batch.py",
    (-1, "database"): "a database that goes down: store/test_faults.py",
    (-1, "internal"): "a fault of our own that nobody knows of",
    (-1, "too_many_by_address"): "six hundred claims within a minute: rules/test_buckets.py",
    (40071, "member_card_consumed"): "member cards are not built yet: rules/test_code.py",
    (40097, "fault_count"): "a hundred planned faults, a second each; planned at once in faults/test_rehearsal.py",
    (40201, "address_refused"): "a callback that was allowed when it was set: events/test_reach.py",
    (45011, "used_up"): "compared in parts, behind a whole minute: qa/test_e12_frequency.py",
    (45029, "live_tickets"): "as many tickets as an account may have: actions/test_create_qr.py",
}


def shown() -> Iterator[Given]:
    """Yield what the transcripts show."""
    for case in (case for file in files() for case in cases(file)):
        for _, answer, cause in case.steps:
            if cause:
                yield json.loads(answer[2:])["errcode"], cause.split()[1]


def compared() -> Iterator[Given]:
    """Yield what tests in Python compare answers with."""
    for folder in CALLING:
        for file in (FOLDER.parent / folder).rglob("test_*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))) if file.name != NAMING else ():
                text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
                if found := PAIR.fullmatch(text):
                    yield int(found[1]), found[2]


def test_every_cause_is_provoked_or_has_a_reason_why_not() -> None:
    described = {(entry.code, cause) for entry in CATALOGUE.values() for cause in entry.causes}
    assert described - set(shown()) - set(compared()) == set(UNPROVOKED)
