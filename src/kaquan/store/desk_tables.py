"""The tenant tables that the desks need, beside those of the wire."""

from __future__ import annotations

from sqlalchemy import Index

from kaquan.store.columns import key, number, tenant, text

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
    Index(None, "appid", "account_id", "id"),
)
