"""Schema and statements stay such that appid can distribute them over many machines (ADRs on storage)."""

from __future__ import annotations

import ast
import re

import pytest
import sqlalchemy as sa
from source import PACKAGE, python_files, short, tree

from kaquan.store import statements
from kaquan.store.hot import Statement
from kaquan.store.tables import GLOBAL, metadata

TENANT = sorted(name for name in metadata.tables if name not in GLOBAL)
HOT = {name: value for name, value in vars(statements).items() if isinstance(value, Statement)}
TABLE = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+(?!WHERE\b|SET\b|JOIN\b|ON\b|AS\b|VALUES\b)(\w+))?")
COMMA = re.compile(r"\bFROM\s+\w+\s+\w+\s*,\s*(\w+)\s+(\w+)")
FORBIDDEN = re.compile(
    r"\b(now\(\)|current_timestamp|clock_timestamp|random\(\)|nextval|currval|serial|trigger|merge\s+into"
    r"|on\s+update|set\s+null|on\s+conflict|returning\s+.*\binto\b|notify|pg_advisory\w*|strftime|unixepoch)",
    re.IGNORECASE,
)
# Sources of time, chance and order in SQLAlchemy, and what distributed tables cannot do.
FORBIDDEN_CORE = {"now", "random", "current_timestamp", "localtime", "next_value", "Sequence", "Identity", "merge"}


def test_every_tenant_table_begins_its_primary_key_with_appid() -> None:
    first = {name: metadata.tables[name].primary_key.columns.values()[0].name for name in TENANT}
    assert first == dict.fromkeys(TENANT, "appid")


@pytest.mark.parametrize("name", TENANT)
def test_appid_is_a_text_that_is_never_null(name: str) -> None:
    column = metadata.tables[name].c.appid
    assert (isinstance(column.type, sa.Text), column.nullable) == (True, False)


@pytest.mark.parametrize("name", TENANT)
def test_unique_and_foreign_keys_and_indexes_begin_with_appid(name: str) -> None:
    table = metadata.tables[name]
    keys = [one for one in table.constraints if isinstance(one, sa.UniqueConstraint | sa.ForeignKeyConstraint)]
    groups = [list(one.columns) for one in keys] + [list(one.columns) for one in table.indexes]
    assert [[column.name for column in group] for group in groups if group[0].name != "appid"] == []
    referred = [key.elements[0].target_fullname.split(".") for key in table.foreign_key_constraints]
    assert [one for one in referred if one[1] != "appid" or one[0] in GLOBAL] == []


def test_nothing_in_the_schema_makes_values_of_its_own() -> None:
    columns = [column for table in metadata.tables.values() for column in table.c]
    assert [str(one) for one in columns if one.default or one.onupdate or one.server_onupdate or one.identity] == []
    defaults = {str(one): getattr(one.server_default, "arg", None) for one in columns if one.server_default is not None}
    # A text stands for itself; anything else could be computed.
    assert {name: said for name, said in defaults.items() if not isinstance(said, str)} == {}
    # SQLAlchemy makes the only integer of a key a sequence unless it is told not to.
    assert [str(one) for one in columns if one.table._autoincrement_column is one] == []


def test_foreign_keys_act_on_nothing() -> None:
    keys = [key for table in metadata.tables.values() for key in table.foreign_key_constraints]
    assert [str(key.name) for key in keys if key.onupdate or key.ondelete] == []


def tables_of(text: str) -> list[tuple[str, str]]:
    """Return (table, alias) of each table that a text names."""
    named = [*TABLE.findall(text), *COMMA.findall(text)]
    return [(table, alias or table) for table, alias in named if table in metadata.tables]


@pytest.mark.parametrize("name", HOT)
def test_a_hot_statement_names_the_appid_of_each_of_its_tables(name: str) -> None:
    for dialect, parameter in (("postgresql", r"%\(appid\)s"), ("sqlite", ":appid")):
        text = getattr(HOT[name], dialect)
        named = tables_of(text)
        assert named, text
        assert [table for table, alias in named if not bound(text, table, alias, parameter)] == [], text


def bound(text: str, table: str, alias: str, parameter: str) -> bool:
    """Tell whether a table's rows are held to the appid of the parameter."""
    into = re.search(
        rf"INSERT INTO {table} \(appid, [^)]*\) (VALUES \({parameter}|SELECT (a\.appid|{parameter}))", text
    )
    equals = re.search(rf"(?<![\w.])({alias}\.)appid = {parameter}", text)
    alone = len(tables_of(text)) == 1 and re.search(rf"(?<![\w.])appid = {parameter}", text)
    return bool(into or equals or alone)


@pytest.mark.parametrize("name", HOT)
def test_a_hot_statement_takes_times_and_ids_as_parameters_and_keeps_to_plain_sql(name: str) -> None:
    for text in (HOT[name].postgresql, HOT[name].sqlite):
        assert FORBIDDEN.findall(text) == []
        assert not re.match(r"\s*WITH\b", text, re.IGNORECASE)


def test_writing_statements_over_tenant_rows_join_the_app_row() -> None:
    inserts = {name: one.postgresql for name, one in HOT.items() if one.postgresql.startswith("INSERT")}
    # A failed call may come from nobody known, so there is no app row to join.
    assert [name for name, text in inserts.items() if "FROM app a" not in text] == ["INSERT_FAILED_CALL"]


def test_ordinary_statements_take_times_and_ids_as_parameters() -> None:
    found = [
        f"{short(path)}:{node.lineno} {node.attr}"
        for path in python_files()
        if PACKAGE in path.parents
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_CORE and from_sqlalchemy(node)
    ]
    assert found == []


def from_sqlalchemy(node: ast.Attribute) -> bool:
    """Tell whether an attribute is reached from ``sa`` or ``sa.func``."""
    value: ast.expr = node
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, ast.Name) and value.id in {"sa", "func"}


def test_sql_is_written_in_the_store_alone() -> None:
    texts = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s", re.IGNORECASE)
    found = [
        f"{short(path)}:{node.lineno}"
        for path in python_files()
        if PACKAGE in path.parents and "store" not in path.parts
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and texts.match(node.value)
    ]
    assert found == []


def test_rules_open_nothing_and_look_at_no_clock() -> None:
    forbidden = {"open", "print", "input"}
    clocks = {"now", "utcnow", "today", "environ", "getenv"}
    found = [
        f"{short(path)}:{node.lineno}"
        for path in sorted((PACKAGE / "rules").rglob("*.py"))
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in forbidden)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clocks)
    ]
    assert found == []
