"""What tables are made of: columns that are never null, keys, and the tables that belong to an app."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def text(name: str, default: str | None = None) -> Column[str]:
    """Return a NOT NULL text column."""
    return Column(name, Text, nullable=False, server_default=default)


def number(name: str, default: str | None = None) -> Column[int]:
    """Return a NOT NULL 64-bit integer column."""
    return Column(name, BigInteger, nullable=False, server_default=default)


def flag(name: str) -> Column[bool]:
    """Return a NOT NULL boolean column."""
    return Column(name, Boolean, nullable=False)


def key(*columns: str) -> PrimaryKeyConstraint:
    """Return the primary key over these columns."""
    return PrimaryKeyConstraint(*columns)


def of_app() -> ForeignKeyConstraint:
    """Return the foreign key to the app; the hot tables go without, since each insert would lock the app row."""
    return ForeignKeyConstraint(["appid"], ["app.appid"])


def tenant(name: str, *items: SchemaItem, **options: Any) -> Table:
    """Return a table whose rows belong to an app: ``appid`` is its first column."""
    return Table(name, metadata, text("appid"), *items, **options)
