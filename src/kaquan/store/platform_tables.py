"""The tables that are not keyed by appid: the platform's own, and those of people with a wallet."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from kaquan.store.columns import key, metadata, number, text

platform = Table("platform", metadata, text("name"), text("value"), key("name"))
account_prefix = Table("account_prefix", metadata, text("prefix"), text("owner"), key("prefix"))
# People with a wallet are the platform's; which of an app's openids is theirs, only ``known_as`` says.
account = Table(
    "account",
    metadata,
    text("id"),
    text("name"),
    text("nickname"),
    text("password_hash"),
    text("persona_of"),
    number("create_time"),
    key("id"),
    UniqueConstraint("name"),
    Index(None, "persona_of"),
)
session = Table(
    "session",
    metadata,
    text("digest"),
    text("account_id"),
    text("client"),
    number("create_time"),
    number("seen_time"),
    key("digest"),
    Index(None, "account_id"),
    Index(None, "seen_time"),
)
known_as = Table("known_as", metadata, text("account_id"), text("appid"), text("openid"), key("account_id", "appid"))
attempt = Table("attempt", metadata, text("name"), number("start"), number("count"), key("name"), Index(None, "start"))
GLOBAL = frozenset(one.name for one in (platform, account_prefix, account, session, known_as, attempt))
