"""Files of codes that are deposited in the background, on each kind of database."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from card_bodies import NOW

from kaquan.actions import keep_code_file as files
from kaquan.actions.browse_cards import list_steps
from kaquan.actions.delete_card import delete_card
from kaquan.actions.load_card import load_card
from kaquan.actions.record import Record
from kaquan.api import depositing
from kaquan.errors import Refusal
from kaquan.sources import new_picks
from kaquan.store import tables
from support.database import Database
from support.shop import APPID, CARD, furnish

DEPOSIT = {"use_custom_code": True, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT", "sku": {"quantity": 0}}
IDS = itertools.count(1000)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take four lines at a time."""
    monkeypatch.setattr(files, "BLOCK", 4)
    monkeypatch.setattr(depositing, "BLOCK", 4)


@pytest.fixture
def shop(database: Database) -> Database:
    """A database with a card in deposit mode."""
    database.transact(lambda tx: furnish(tx, DEPOSIT))
    return database


def keep(shop: Database, *codes: str, to_stock: bool = True) -> str:
    """Keep a file of these lines and return its name."""
    lines = list(enumerate(codes, 1))
    shop.transact(lambda tx: files.keep_code_file(tx, APPID, CARD, "f1", "codes.csv", lines, to_stock, NOW))
    return "f1"


def step(shop: Database) -> bool:
    """Deposit a block."""
    work = files.Work(new_picks(4), NOW, lambda: next(IDS))
    return shop.transact(lambda tx: files.deposit_block(tx, APPID, "f1", work))


def counts(shop: Database) -> tuple[str, int, int, int, int, int]:
    """Return status and counts of the file, and how many codes are deposited."""
    file = shop.transact(lambda tx: files.load_code_file(tx, APPID, "f1"))
    assert file is not None
    row = shop.transact(lambda tx: load_card(tx, APPID, CARD))
    return file.status, file.done, file.taken, file.duplicate, file.malformed, row.deposited


def test_each_line_is_taken_known_or_no_code(shop: Database) -> None:
    keep(shop, "a1", "a2", "a1", "x" * 21, "a3", "a2", "a4")
    assert shop.transact(files.waiting_files) == [(APPID, "f1", 0)]
    assert (step(shop), counts(shop)) == (True, ("waiting", 4, 2, 1, 1, 2))
    assert (step(shop), counts(shop)) == (True, ("waiting", 7, 4, 2, 1, 4))
    assert (step(shop), counts(shop)) == (False, ("done", 7, 4, 2, 1, 4))
    assert shop.transact(files.waiting_files) == []
    report = shop.transact(lambda tx: list(files.read_report(tx, APPID, "f1")))
    assert report == [(3, "a1", "known"), (4, "x" * 21, "too long"), (6, "a2", "known")]
    row = shop.transact(lambda tx: load_card(tx, APPID, CARD))
    assert (row.quantity, row.total_quantity) == (4, 4)
    steps = shop.transact(lambda tx: [(one.kind, one.fields) for one in list_steps(tx, APPID, CARD, 9)])
    stocked = [("stock", {"increase": 2, "reduce": 0}), ("deposit", {"codes": 2})]
    assert steps == [*stocked, *stocked, ("create", {"card_type": "GROUPON", "quantity": 0})]


def test_the_stock_stays_where_that_is_asked_for(shop: Database) -> None:
    keep(shop, "a1", to_stock=False)
    assert step(shop)
    row = shop.transact(lambda tx: load_card(tx, APPID, CARD))
    assert (row.deposited, row.quantity) == (1, 0)


def test_a_block_is_deposited_once_however_many_work_at_once(shop: Database) -> None:
    keep(shop, *(f"code-{number}" for number in range(40)))
    with ThreadPoolExecutor(4) as pool:
        for worked in [pool.submit(lambda: [step(shop) for _ in range(6)]) for _ in range(4)]:
            worked.result()
    assert counts(shop) == ("done", 40, 40, 0, 0, 40)


def test_a_card_that_ends_meanwhile_stops_its_file(shop: Database) -> None:
    keep(shop, *(f"code-{number}" for number in range(8)))
    assert step(shop)
    shop.transact(lambda tx: delete_card(tx, APPID, CARD, NOW, Record(lambda: next(IDS))))
    with pytest.raises(Refusal) as refused:
        step(shop)
    shop.transact(lambda tx: files.fail(tx, APPID, "f1", refused.value))
    assert counts(shop)[:2] == ("failed", 4)
    assert not step(shop)


def test_only_a_card_in_deposit_mode_takes_a_file(database: Database) -> None:
    database.transact(lambda tx: furnish(tx, {}))
    with pytest.raises(Refusal) as refused:
        keep(database, "a1")
    assert (int(refused.value.errcode), refused.value.cause) == (40150, "not_deposit_mode")
    assert database.transact(lambda tx: tx.all(sa.select(tables.code_file.c.file_id))) == []
