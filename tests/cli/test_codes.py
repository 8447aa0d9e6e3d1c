"""``kaquan codes``: files of codes go in, once each whatever happens on the way, and come out with their state."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from card_bodies import NOW

from cli.command import Done, kaquan, of
from kaquan.actions.change_code import void_code
from kaquan.actions.delete_card import delete_card
from kaquan.actions.deposit_codes import deposit_codes
from kaquan.actions.import_codes import import_codes
from kaquan.actions.record import Record
from kaquan.cli import codes
from kaquan.sources import new_picks
from kaquan.store import tables
from kaquan.store.tx import Tx
from support.database import Database
from support.run import run
from support.shop import APPID, CARD, furnish, shop, wish

DEPOSIT: dict[str, Any] = {
    "use_custom_code": True,
    "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT",
    "sku": {"quantity": 0},
}
FOREVER = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": 1400000000, "end_timestamp": 2147400000}
HEAD = "code,state,openid,claim_time"
new_id = itertools.count(1 << 40).__next__
Import = Callable[..., Done]


@pytest.fixture
def stocked(database: Database) -> Database:
    """A database with a card in deposit mode."""
    database.transact(lambda tx: furnish(tx, DEPOSIT))
    return database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the codes are."""
    return tmp_path / "codes.csv"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of ten, without pauses."""
    monkeypatch.setattr(codes, "BLOCK", 10)
    monkeypatch.setattr(codes, "PAUSE_SECONDS", 0)


def names(count: int) -> list[str]:
    return [f"{number:05d}" for number in range(count)]


def write(file: Path, lines: list[str]) -> None:
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def imported(database: Database, file: Path, *flags: str, **more: str) -> Done:
    return kaquan("codes", "import", CARD, file, *flags, **of(database), **more)


def counts(done: Done) -> list[int]:
    """Return how many were imported, known before and refused."""
    assert done.status == 0, done
    found = re.match(r"imported (\d+), duplicate (\d+), refused (\d+)", done.lines[0])
    assert found, done
    return [int(number) for number in found.groups()]


def pool(database: Database) -> list[str]:
    rows = database.transact(lambda tx: tx.all(sa.select(tables.pool.c.code).order_by(tables.pool.c.code)))
    return [row[0] for row in rows]


def stock(database: Database) -> tuple[int, ...]:
    """Return what is left, all there was, and all that was deposited."""
    table = tables.stock.c
    row = database.transact(lambda tx: tx.one(sa.select(table.quantity, table.total_quantity, table.deposited)))
    assert row is not None
    return tuple(row)


def beside(file: Path) -> list[str]:
    return sorted(path.name for path in file.parent.iterdir() if path != file and path.name.startswith(file.name))


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
    done = imported(stocked, file, FORCE_COLOR="1")
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


def first_error(done: Done) -> str:
    assert (done.status, done.out) == (1, ""), done
    return done.err.splitlines()[0]


def test_a_card_that_takes_no_deposit_is_refused(database: Database, file: Path) -> None:
    database.transact(lambda tx: furnish(tx, {}))
    write(file, ["1"])
    assert first_error(imported(database, file)) == "40150 invalid card parameters"
    unknown = kaquan("codes", "import", "pShop01-none", file, **of(database))
    assert first_error(unknown) == "40073 invalid card id"
    nobodys = kaquan("codes", "import", "pNobody", file, **of(database))
    assert first_error(nobodys) == "no account has a card pNobody"
    assert beside(file) == []


def test_a_deleted_card_takes_no_deposit_but_is_exported(stocked: Database, file: Path) -> None:
    write(file, ["1"])
    imported(stocked, file)
    stocked.transact(lambda tx: delete_card(tx, APPID, CARD, NOW, Record(new_id)))
    assert first_error(imported(stocked, file)) == "40078 invalid card status"
    assert kaquan("codes", "export", CARD, **of(stocked)).lines == [HEAD, "1,DEPOSITED,,"]


def exported(database: Database, *more: object) -> list[list[str]]:
    done = kaquan("codes", "export", CARD, *more, **of(database))
    assert (done.status, done.err) == (0, ""), done
    return list(csv.reader(io.StringIO(done.out)))


def test_every_code_is_exported_with_its_state(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, date_info=FOREVER, **DEPOSIT) as opened:
            database.transact(lambda tx: fill(tx, names(6)))
            first, second, third = await opened.claim(*(wish(f"o{number}") for number in range(3)))
            database.transact(lambda tx: void_code(tx, APPID, second, CARD, "", NOW, Record(new_id)))
            end = sa.update(tables.code).where((tables.code.c.appid == APPID) & (tables.code.c.code == third))
            database.transact(lambda tx: tx.run(end.values(end_time=NOW)))
            claimed = {first: "NORMAL", second: "UNAVAILABLE", third: "EXPIRE"}
            holders = {code: f"o{number}" for number, code in enumerate((first, second, third))}
            free = sorted(set(names(6)) - set(claimed))
            assert exported(database) == [
                HEAD.split(","),
                *([code, "DEPOSITED", "", ""] for code in free),
                *([code, claimed[code], holders[code], str(NOW)] for code in sorted(claimed)),
            ]

    run(scenario())


def fill(tx: Tx, texts: list[str]) -> None:
    """Deposit codes and put them in the stock."""
    deposit_codes(tx, APPID, CARD, texts, new_picks(len(texts)), NOW, Record(new_id))
    grown = {"quantity": len(texts), "total_quantity": len(texts)}
    tx.run(sa.update(tables.stock).where(tables.stock.c.appid == APPID).values(**grown))


def test_a_card_without_deposit_mode_is_exported_too(database: Database) -> None:
    async def scenario() -> None:
        async with shop(database, date_info=FOREVER) as opened:
            first, second = await opened.claim(wish("oA"), wish("oB"))
            assert exported(database)[1:] == [[first, "NORMAL", "oA", str(NOW)], [second, "NORMAL", "oB", str(NOW)]]

    run(scenario())


def test_an_export_of_many_pages_has_each_code_once(
    stocked: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, names(100))
    imported(stocked, file)
    monkeypatch.setattr("kaquan.actions.export_codes.PAGE", 7)
    out = file.with_name("out.csv")
    done = kaquan("codes", "export", CARD, out, **of(stocked))
    assert (done.out, done.err) == (f"exported 100 codes to {out}\n", "")
    assert [row[0] for row in csv.reader(out.read_text("utf-8").splitlines())][1:] == names(100)
    assert not out.with_name("out.csv.part").exists()


FORMULAS = ["=1+1", "+1", "-1", "@SUM", "\uff1d1"]


def test_what_a_spreadsheet_would_compute_is_made_harmless(stocked: Database, file: Path) -> None:
    write(file, [*FORMULAS, "1-1", "a,b"])
    imported(stocked, file)
    assert {row[0] for row in exported(stocked)[1:]} == {f"'{one}" for one in FORMULAS} | {"1-1", "a"}
    raw = {row[0] for row in exported(stocked, "--raw")[1:]}
    assert raw == {*FORMULAS, "1-1", "a"}


def test_a_raw_export_can_be_imported(stocked: Database, file: Path) -> None:
    write(file, [*FORMULAS, *names(20)])
    imported(stocked, file)
    out = file.with_name("out.csv")
    assert kaquan("codes", "export", CARD, out, "--raw", **of(stocked)).status == 0
    assert counts(imported(stocked, out)) == [0, 25, 0]


def test_a_card_that_nobody_has_is_not_exported(database: Database, file: Path) -> None:
    database.transact(lambda tx: furnish(tx, {}))
    assert first_error(kaquan("codes", "export", "pNobody", file, **of(database))) == "no account has a card pNobody"
    assert first_error(kaquan("codes", "export", "pShop01-none", file, **of(database))) == "40073 invalid card id"
    assert not file.exists()
    assert beside(file) == []


def test_an_export_without_codes_is_a_heading(database: Database) -> None:
    database.transact(lambda tx: furnish(tx, {}))
    assert exported(database) == [HEAD.split(",")]
