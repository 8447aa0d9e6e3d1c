"""The tenant tables that the desks need, beside those of the wire."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, LargeBinary

from kaquan.store.columns import flag, key, number, of_app, tenant, text

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

# What a merchant has applied for: a row for the card function, one for each permission. ``fields`` and ``previous``
# are JSON of what was submitted last and before; what calls are let through by stands in the account's own row.
application = tenant(
    "application",
    text("kind"),
    text("state"),
    text("fields"),
    text("previous"),
    text("reason"),
    number("submit_time"),
    number("decide_time"),
    text("decided_by"),
    key("appid", "kind"),
    of_app(),
)
paper = tenant(
    "paper",
    text("digest"),
    text("name"),
    text("media_type"),
    number("size"),
    Column("body", LargeBinary, nullable=False),
    number("create_time"),
    key("appid", "digest"),
    of_app(),
)
spot_check = tenant(
    "spot_check",
    number("id"),
    text("state"),
    text("verdict"),
    text("note"),
    text("opened_by"),
    number("create_time"),
    number("answer_time"),
    number("close_time"),
    key("appid", "id"),
    of_app(),
)
spot_item = tenant(
    "spot_item",
    number("check_id"),
    number("position"),
    text("code"),
    text("card_id"),
    text("answer"),
    number("used_time"),
    text("place"),
    text("note"),
    key("appid", "check_id", "position"),
    ForeignKeyConstraint(["appid", "check_id"], ["spot_check.appid", "spot_check.id"]),
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
