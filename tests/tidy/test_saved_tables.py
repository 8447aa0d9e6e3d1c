"""Nobody can add a table or a column without deciding whether a snapshot of an app holds it."""

from __future__ import annotations

import re

import sqlalchemy as sa

from kaquan.store.snapshot import APP, EMPTIED, KEPT, KEPT_COLUMNS, saved_tables
from kaquan.store.tables import GLOBAL, metadata

# What a snapshot holds. A new table that is to be in it is named here; one that is not, in kaquan/store/snapshot.py,
# with the reason. A table with something secret in it never is.
SAVED = """
answer app card code counter dead_letter delivery gift image journal mass message person poi pool qr shelf stat_day
stat_fold stat_named stat_person stock used_signature whitelist
"""
SAVED_OF_APP = """
card_js_changes card_js_domain expired_token gift_new_code js_device js_domains log_calls oauth_domain profile review
system_event_time
"""
SECRET = re.compile(r"secret|token|password|hash|box|key", re.IGNORECASE)
# The key of a call that may be sent again, and when a token's errcode is which.
NOT_SECRET = {"answer.key", "app.expired_token"}


def test_each_table_of_an_app_is_saved_or_left_out_for_a_reason() -> None:
    tenant = set(metadata.tables) - GLOBAL
    assert sorted(saved_tables()) == SAVED.split()
    assert sorted([*saved_tables(), *KEPT, *EMPTIED]) == sorted(tenant)
    assert [name for name, reason in {**KEPT, **EMPTIED}.items() if len(reason) < 10] == []


def test_each_column_of_the_app_is_saved_or_stays_for_a_reason() -> None:
    saved = [column.name for column in saved_tables()[APP]]
    assert sorted(saved) == SAVED_OF_APP.split()
    assert sorted([*saved, *KEPT_COLUMNS]) == sorted(column.name for column in metadata.tables[APP].c)


def test_nothing_that_is_saved_is_called_like_a_secret() -> None:
    names = {f"{name}.{column.name}" for name, columns in saved_tables().items() for column in columns}
    assert {name for name in names if SECRET.search(name)} == NOT_SECRET


def test_every_saved_column_has_a_type_that_files_know() -> None:
    kinds = {type(column.type) for columns in saved_tables().values() for column in columns}
    assert kinds == {sa.Text, sa.Integer, sa.BigInteger, sa.Boolean, sa.LargeBinary}
