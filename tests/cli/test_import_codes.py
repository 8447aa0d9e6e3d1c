"""``kaquan codes import``: files of codes go in, once each whatever happens on the way."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import NOW

from cli.code_files import beside, counts, first_error, imported, names, new_id, pool, stock, write
from cli.command import kaquan, of
from kaquan.actions.deposit_codes import deposit_codes
from kaquan.actions.import_codes import import_codes
from kaquan.actions.record import Record
from kaquan.cli import codes
from kaquan.sources import new_picks
from kaquan.store import tables
from support.database import Database
from support.shop import APPID, CARD, furnish


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of ten, without pauses."""
    monkeypatch.setattr(codes, "BLOCK", 10)
    monkeypatch.setattr(codes, "PAUSE_SECONDS", 0)


def test_a_file_is_imported_and_its_lines_are_counted(stocked: Database, file: Path) -> None:
    lines = [
        "code,batch",
        "A-1,x",
        '"A-2",x',
        " A-3,x",
        "",
        "A-1",
        "汉字",
        "$(" + "1" * 19,
        "A\u200b-4",
        '"a""b"',
        '""',
    ]
    write(file, lines)
    done = imported(stocked, file)
    assert done.err == ""
    assert re.fullmatch(
        rf"imported 4, duplicate 1, refused 4 \(see {file}\.refused\.csv\), in \d+\.\d s, \d+ a second", done.lines[0]
    )
    assert done.lines[1:] == ["the card has 4 codes deposited, 0 claimed, 0 in stock"]
    assert pool(stocked) == sorted(["A-1", "A-2", "汉字", 'a"b'])
    report = file.with_name("codes.csv.refused.csv").read_text("utf-8").splitlines()
    assert report == [
        "line,code,reason",
        "4, A-3,blank at an end or unprintable character",
        f"8,$({'1' * 19},too long",
        "9,A\u200b-4,blank at an end or unprintable character",
        "11,,empty",
    ]
    assert beside(file) == ["codes.csv.refused.csv"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfcode\r\n1\r\n2\r\n",
        b"\xef\xbb\xbf1\n2",
        b'"Code"\n"1"\n"2"\n',
        b" CODE ,x\n1,=cmd\n2,\n\n\n",
        b"1\n2\n1\n2\n",
    ],
)
def test_a_file_may_come_from_any_spreadsheet(stocked: Database, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert counts(imported(stocked, file))[0] == 2
    assert pool(stocked) == ["1", "2"]


@pytest.mark.parametrize("content", [b"", b"code\n", b"\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_codes_imports_none(stocked: Database, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert counts(imported(stocked, file)) == [0, 0, 0]
    assert beside(file) == []


def test_only_the_first_line_is_a_heading(stocked: Database, file: Path) -> None:
    write(file, ["1", "code"])
    assert counts(imported(stocked, file)) == [2, 0, 0]


def test_importing_again_changes_nothing(stocked: Database, file: Path) -> None:
    write(file, names(30))
    assert counts(imported(stocked, file)) == [30, 0, 0]
    assert counts(imported(stocked, file, "--stock")) == [0, 30, 0]
    assert stock(stocked) == (0, 0, 30)


def test_the_stock_is_raised_by_what_is_new_where_asked(stocked: Database, file: Path) -> None:
    stocked.transact(lambda tx: deposit_codes(tx, APPID, CARD, names(5), new_picks(5), NOW, Record(new_id)))
    write(file, names(20))
    done = imported(stocked, file, "--stock")
    assert counts(done) == [15, 5, 0]
    assert done.lines[1] == "the card has 20 codes deposited, 0 claimed, 15 in stock"
    assert stock(stocked) == (15, 15, 20)
    table = tables.journal.c
    rows = stocked.transact(lambda tx: tx.all(sa.select(table.kind, table.fields).order_by(table.id)))
    assert [tuple(row) for row in rows if row.kind != "create"] == [
        ("deposit", '{"codes":5}'),
        ("deposit", '{"codes":15}'),
        ("stock", '{"increase":15,"reduce":0}'),
    ]


def test_places_in_the_pool_are_random(stocked: Database, file: Path) -> None:
    write(file, names(200))
    imported(stocked, file)
    query = sa.select(tables.pool.c.code, tables.pool.c.pick).order_by(tables.pool.c.pick)
    rows = stocked.transact(lambda tx: tx.all(query))
    rising = sum(one.code < other.code for one, other in itertools.pairwise(rows))
    assert 60 < rising < 140
    assert all(0 <= row.pick < 1 << 63 for row in rows)


class Broken:
    """Lets some blocks through, then ends the command."""

    def __init__(self, blocks: int, what: BaseException) -> None:
        self.left = blocks
        self.what = what

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function that breaks."""

        def wrapped(*args: Any) -> Any:
            if not self.left:
                raise self.what
            self.left -= 1
            return function(*args)

        return wrapped


@pytest.mark.usefixtures("small")
def test_an_interrupted_import_goes_on_where_it_stopped(
    stocked: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, ["code", *names(45), " x", *names(3)])
    with monkeypatch.context() as patch:
        patch.setattr(codes, "import_codes", Broken(2, KeyboardInterrupt()).around(import_codes))
        done = imported(stocked, file)
    assert (done.status, done.out) == (1, "")
    assert done.err == "stopped behind line 21: the same command goes on from there\n"
    assert pool(stocked) == names(20)
    assert beside(file) == ["codes.csv.progress"]
    again = imported(stocked, file)
    assert again.err == "going on behind line 21; --restart begins anew\n"
    assert counts(again) == [45, 3, 1]
    assert pool(stocked) == names(45)
    assert beside(file) == ["codes.csv.refused.csv"]


@pytest.mark.usefixtures("small")
def test_a_block_whose_progress_was_lost_is_imported_once(
    stocked: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, [*names(5), " a", *names(40), " b"])
    with monkeypatch.context() as patch:
        kept = Broken(3, KeyboardInterrupt()).around(Path.replace)
        patch.setattr(Path, "replace", kept)
        assert imported(stocked, file, "--stock").status == 1
    assert stock(stocked) == (34, 34, 34)
    done = imported(stocked, file, "--stock")
    assert stock(stocked) == (40, 40, 40)
    assert pool(stocked) == names(40)
    assert sum(counts(done)) == 47
    lines = file.with_name("codes.csv.refused.csv").read_text().splitlines()
    assert [line.partition(",")[0] for line in lines] == ["line", "6", "47"]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("why", ["--restart", "changed", "spoilt"])
def test_an_import_begins_anew_where_it_is_told_to_or_the_file_is_another(
    stocked: Database, file: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    write(file, names(30))
    with monkeypatch.context() as patch:
        patch.setattr(codes, "import_codes", Broken(2, KeyboardInterrupt()).around(import_codes))
        imported(stocked, file)
    if why == "changed":
        write(file, [*names(30), "31"])
    if why == "spoilt":
        file.with_name("codes.csv.progress").write_text("{")
    done = imported(stocked, file, *([why] if why == "--restart" else []))
    assert done.err == ""
    assert counts(done)[1:] == [20, 0]


def test_a_terminal_shows_how_far_it_is(stocked: Database, file: Path) -> None:
    write(file, names(30))
    done = imported(stocked, file, FORCE_COLOR="1", TERM="xterm")
    assert "import" in done.err
    assert "a second" in done.err
    assert counts(done) == [30, 0, 0]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("\ufeffcode\n1\n".encode("utf-16"), "line 1 is not UTF-8: save the file as CSV in UTF-8"),
        (b"1\n2\n\xb9\xcc\n", "line 3 is not UTF-8: save the file as CSV in UTF-8"),
        (b"1\n" + b"x" * 70_000, "line 2 is longer than 65536 bytes: codes stand one on a line"),
        (b'1\n"' + b"2\n" * 100_000, "line 65538 is no CSV: field larger than field limit (131072)"),
        (b"1\r2\r3\r", "line 1 is no CSV: new-line character seen in unquoted field - do you need to open the file "),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(
    stocked: Database, file: Path, content: bytes, said: str
) -> None:
    file.write_bytes(content)
    done = imported(stocked, file)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"{file}: {said}")
    assert pool(stocked) == []


def test_a_file_that_is_not_there_is_named(stocked: Database, file: Path) -> None:
    done = imported(stocked, file)
    assert (done.status, done.out) == (1, "")
    assert done.err == f"kaquan: [Errno 2] No such file or directory: '{file}'\n"


def test_a_card_that_takes_no_deposit_is_refused(database: Database, file: Path) -> None:
    database.transact(lambda tx: furnish(tx, {}))
    write(file, ["1"])
    assert first_error(imported(database, file)) == "40150 invalid card parameters"
    unknown = kaquan("codes", "import", "pShop01-none", file, **of(database))
    assert first_error(unknown) == "40073 invalid card id"
    nobodys = kaquan("codes", "import", "pNobody", file, **of(database))
    assert first_error(nobodys) == "no account has a card pNobody"
    assert beside(file) == []
