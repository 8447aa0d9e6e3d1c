"""What must not be found in the tree."""

from __future__ import annotations

import re

import pytest
from source import ROOT, short, text_files

# Written in pieces, so that this file passes its own test.
BANNED = {
    "an open end": r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b",
    "a path of one machine": r"(?<![\w.$])/(work|root|Users|home/(?!kaquan)\w+)/",
    "a registry's host": r"(files\.python" r"hosted\.org|(?<!//)registry\.npm" r"js\.org|registry\.npm" r"mirror)",
    "a forgotten breakpoint": r"\b(break" r"point\(\)|pdb\.set_" r"trace)",
    "a merge that was not finished": r"^(<{7}|>{7}) ",
}
LOCK_LINE = re.compile(r"[A-Za-z0-9][\w.-]*==[\w.!+-]+( ; [^\\]+)?( \\)?|    --hash=sha256:[0-9a-f]{64}( \\)?")


@pytest.mark.parametrize("what", BANNED)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(BANNED[what], re.MULTILINE)
    found = [(short(path), match[0]) for path in text_files() for match in pattern.finditer(path.read_text("utf-8"))]
    assert found == []


def test_python_locks_hold_names_versions_and_hashes_alone() -> None:
    lines = [
        (path.name, line)
        for path in sorted((ROOT / "requirements").glob("*.lock"))
        for line in path.read_text().splitlines()
    ]
    assert lines
    assert [one for one in lines if not LOCK_LINE.fullmatch(one[1])] == []


def test_every_pinned_package_has_a_hash() -> None:
    for path in (ROOT / "requirements").glob("*.lock"):
        pins = re.split(r"\n(?=\S)", path.read_text())
        assert [pin for pin in pins if "--hash=" not in pin] == []


def test_what_is_run_is_what_is_tested() -> None:
    locks = {path.stem: path.read_text() for path in ROOT.glob("requirements/*")}
    pins = {name: set(re.findall(r"^\S+==\S+", text, re.MULTILINE)) for name, text in locks.items()}
    assert pins["run"] <= pins["test"] <= pins["bench"]


def test_node_locks_hold_no_address() -> None:
    locks = [path for path in text_files() if path.name == "package-lock.json"]
    assert locks
    # Who funds a package may be named; where it is fetched from may not.
    assert [short(path) for path in locks if re.search(r'"resolved"|registry|\.tgz', path.read_text())] == []


def test_every_make_command_that_a_document_names_exists() -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documents = [path for path in text_files() if path.suffix == ".md"]
    named = {
        (short(path), name)
        for path in documents
        for name in re.findall(r"(?:^|`|\$ |&& )make ([a-z]+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert {one for one in named if one[1] not in known} == set()


def test_every_make_target_is_listed_by_help() -> None:
    text = (ROOT / "Makefile").read_text()
    assert set(re.findall(r"^([a-z]+):", text, re.MULTILINE)) == set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
