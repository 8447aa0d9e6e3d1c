"""A card in deposit mode and a place for its codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.code_files import DEPOSIT
from support.database import Database
from support.shop import furnish


@pytest.fixture
def stocked(database: Database) -> Database:
    """A database with a card in deposit mode."""
    database.transact(lambda tx: furnish(tx, DEPOSIT))
    return database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the codes are."""
    return tmp_path / "codes.csv"
