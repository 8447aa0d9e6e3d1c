"""``kaquan codes export``: every code of a card comes out with its state."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from card_bodies import NOW

from cli.code_files import DEPOSIT, FOREVER, HEAD, beside, counts, first_error, imported, names, new_id, write
from cli.command import kaquan, of
from kaquan.actions.change_code import void_code
from kaquan.actions.delete_card import delete_card
from kaquan.actions.deposit_codes import deposit_codes
from kaquan.actions.record import Record
from kaquan.sources import new_picks
from kaquan.store import tables
from kaquan.store.tx import Tx
from support.database import Database
from support.run import run
from support.shop import APPID, CARD, furnish, shop, wish

# Codes of such a card have an end of their own.
LONG_TERM = {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 36_500, "fixed_begin_term": 0}


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
        async with shop(database, date_info=LONG_TERM, **DEPOSIT) as opened:
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
