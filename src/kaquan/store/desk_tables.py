"""The tenant tables that the desks need, beside those of the wire."""

from __future__ import annotations

from sqlalchemy import Index

from kaquan.store.columns import flag, key, number, tenant, text

# What people at a desk changed, and why; the platform's own changes stand under the empty appid.
audit = tenant(
    "audit",
    number("id"),
    number("create_time"),
    text("account_id"),
    text("name"),
    text("role"),
    text("action"),
    text("target"),
    text("reason"),
    text("facts"),
    key("appid", "id"),
)

# A file of codes that is being deposited for a card, and afterwards what became of its lines.
code_file = tenant(
    "code_file",
    text("file_id"),
    text("card_id"),
    text("name"),
    flag("to_stock"),
    text("status"),
    text("failure"),
    number("line_count"),
    number("done"),
    number("taken"),
    number("duplicate"),
    number("malformed"),
    number("create_time"),
    key("appid", "file_id"),
    Index(None, "appid", "card_id", "create_time", "file_id"),
    Index(None, "appid", "status"),
)
# Its lines, so many together as one transaction takes: ``lines`` until then, ``report`` from then on.
code_block = tenant(
    "code_block",
    text("file_id"),
    number("position"),
    text("lines"),
    text("report"),
    key("appid", "file_id", "position"),
)
