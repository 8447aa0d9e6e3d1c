"""The tables behind the tools for developers."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary

from kaquan.store.columns import key, number, of_app, tenant, text

# A whole sandbox app at some moment, which it can be taken back to; ``create_time`` is the wall clock's.
snapshot = tenant(
    "snapshot",
    text("name"),
    text("note"),
    number("create_time"),
    number("size"),
    Column("body", LargeBinary, nullable=False),
    key("appid", "name"),
    of_app(),
)
