"""The tables that are not keyed by appid: the platform's own, and those of people with a wallet."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint

from kaquan.store.columns import flag, key, metadata, number, text

platform = Table("platform", metadata, text("name"), text("value"), key("name"))
account_prefix = Table("account_prefix", metadata, text("prefix"), text("owner"), key("prefix"))
# People are the platform's; which of an app's openids is theirs, only ``known_as`` says, and at whose desk they work
# ``membership``. The second factor's secret is sealed; of its codes the last step that was used is kept, and of the
# codes for its loss the digests.
account = Table(
    "account",
    metadata,
    text("id"),
    text("name"),
    text("nickname"),
    text("password_hash"),
    text("persona_of"),
    text("realm"),
    text("factor_box"),
    number("factor_step"),
    text("recovery"),
    number("create_time"),
    key("id"),
    UniqueConstraint("realm", "name"),
    Index(None, "persona_of"),
)
session = Table(
    "session",
    metadata,
    text("digest"),
    text("account_id"),
    text("client"),
    flag("proved"),
    number("create_time"),
    number("seen_time"),
    key("digest"),
    Index(None, "account_id"),
    Index(None, "seen_time"),
)
known_as = Table("known_as", metadata, text("account_id"), text("appid"), text("openid"), key("account_id", "appid"))
# Who works at an app's desk; the platform's own operators do at that of no app, the empty one.
membership = Table(
    "membership",
    metadata,
    text("account_id"),
    text("appid"),
    text("role"),
    number("create_time"),
    key("account_id", "appid"),
    Index(None, "appid"),
)
invitation = Table(
    "invitation",
    metadata,
    text("digest"),
    text("appid"),
    text("role"),
    text("note"),
    text("invited_by"),
    number("create_time"),
    number("expire_time"),
    key("digest"),
    Index(None, "appid"),
)
attempt = Table("attempt", metadata, text("name"), number("start"), number("count"), key("name"), Index(None, "start"))
GLOBAL = frozenset(
    one.name for one in (platform, account_prefix, account, session, known_as, membership, invitation, attempt)
)
