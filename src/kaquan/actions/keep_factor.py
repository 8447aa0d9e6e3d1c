"""The second factor of an account: set up, asked for, taken off."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.actions.keep_account import NO_FACTOR
from kaquan.keys import Keys
from kaquan.rules.second_factor import digest_of, step_of
from kaquan.store import tables
from kaquan.store.tx import Tx

PURPOSE = "second factor"


def set_factor(tx: Tx, keys: Keys, account_id: str, secret: bytes, step: int, recovery: list[str]) -> None:
    """Save a second factor whose code was shown.

    Args:
        secret: 20 bytes.
        step: of the code that was shown; it is used up.
        recovery: the codes for its loss, of which only digests are kept.
    """
    box = keys.seal(PURPOSE, secret.hex())
    values = {"factor_box": box, "factor_step": step, "recovery": " ".join(map(digest_of, recovery))}
    _change(tx, account_id, values)


def drop_factor(tx: Tx, account_id: str) -> None:
    """Take the second factor off an account."""
    _change(tx, account_id, NO_FACTOR)


def pass_factor(tx: Tx, keys: Keys, account_id: str, typed: str, now: int) -> bool:
    """Tell whether a code of the second factor, or one for its loss, was typed; either is good once."""
    table = tables.account.c
    columns = (table.factor_box, table.factor_step, table.recovery)
    row = tx.one(sa.select(*columns).where(table.id == account_id).with_for_update())
    if row is None or not row.factor_box:
        return False
    last: int = row.factor_step
    step = step_of(bytes.fromhex(keys.unseal(PURPOSE, row.factor_box)), typed, now)
    if step is not None:
        if step > last:
            _change(tx, account_id, {"factor_step": step})
        return step > last
    left, shown = row.recovery.split(), digest_of(typed)
    if shown in left:
        _change(tx, account_id, {"recovery": " ".join(one for one in left if one != shown)})
    return shown in left


def recovery_left(tx: Tx, account_id: str) -> int:
    """Return how many codes for the loss of the second factor are left."""
    table = tables.account.c
    row = tx.one(sa.select(table.recovery).where(table.id == account_id))
    return len(row[0].split()) if row else 0


def _change(tx: Tx, account_id: str, values: dict[str, object]) -> None:
    table = tables.account
    tx.run(sa.update(table).where(table.c.id == account_id).values(**values))
