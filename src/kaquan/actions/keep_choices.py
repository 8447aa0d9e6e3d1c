"""What an operator decides while the servers run; what was not decided is as the settings say."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from kaquan.settings import Settings
from kaquan.store import tables
from kaquan.store.tx import Tx

PREFIX = "choice."


class Choices(msgspec.Struct, frozen=True):
    """What is in force.

    Args:
        merchant_sign_up: anybody may make an account for the console.
        keep_calls_days, keep_calls: how long, and how many, failed calls are kept per account.
        notice: shown on the console's first page; empty for none.
        chosen: the names of those that were decided here.
    """

    merchant_sign_up: bool
    keep_calls_days: int
    keep_calls: int
    notice: str = ""
    chosen: frozenset[str] = frozenset()


NAMES = tuple(name for name in Choices.__struct_fields__ if name != "chosen")


def configured(settings: Settings) -> Choices:
    """Return what the settings say."""
    return Choices(settings.merchant_sign_up, settings.keep_calls_days, settings.keep_calls)


def load_choices(tx: Tx, settings: Settings) -> Choices:
    """Return what is in force."""
    table = tables.platform.c
    rows = tx.all(sa.select(table.name, table.value).where(table.name.in_([PREFIX + name for name in NAMES])))
    chosen = {row.name.removeprefix(PREFIX): msgspec.json.decode(row.value) for row in rows}
    return msgspec.structs.replace(configured(settings), **chosen, chosen=frozenset(chosen))


def choose(tx: Tx, name: str, value: bool | int | str | None) -> None:
    """Decide about one of them, or leave it to the settings again with None."""
    assert name in NAMES
    table = tables.platform
    tx.run(sa.delete(table).where(table.c.name == PREFIX + name))
    if value is not None:
        tx.run(sa.insert(table).values(name=PREFIX + name, value=msgspec.json.encode(value).decode()))
