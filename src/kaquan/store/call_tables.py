"""The tenant tables about calls: how many may come, which are made to fail, what was answered."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer

from kaquan.store.columns import flag, key, number, of_app, tenant, text

quota_override = tenant(
    "quota_override",
    text("path"),
    number("daily"),
    number("minute"),
    number("calls"),
    number("seconds"),
    key("appid", "path"),
    of_app(),
)
quota_use = tenant(
    "quota_use",
    text("path"),
    text("kind"),
    number("start"),
    number("used"),
    key("appid", "path", "kind", "start"),
)
fault = tenant(
    "fault",
    number("id"),
    text("path"),
    text("kind"),
    number("value"),
    number("nth"),
    number("times"),
    flag("after_call"),
    number("seen"),
    key("appid", "id"),
    of_app(),
)
answer = tenant(
    "answer",
    text("key"),
    text("digest"),
    text("answer"),
    number("create_time"),
    key("appid", "key"),
    Index(None, "appid", "create_time"),
)
failed_call = tenant(
    "failed_call",
    text("rid"),
    number("create_time"),
    Column("millis", Integer, nullable=False),
    text("method"),
    text("path"),
    text("query"),
    text("body"),
    text("answer"),
    Column("errcode", Integer, nullable=False),
    text("cause"),
    text("facts"),
    text("client_ip"),
    key("appid", "rid"),
    Index(None, "appid", "create_time"),
)
