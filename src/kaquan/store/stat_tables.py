"""The tables of the daily figures (:mod:`kaquan.rules.statistics`), which are written behind what they count."""

from __future__ import annotations

from sqlalchemy import Index

from kaquan.rules.statistics import COLUMNS
from kaquan.store.columns import key, number, tenant, text

# How far an account's figures have come. The lines of its journal up to ``folded`` are in; the days before ``closed``
# are complete. While days end, the codes up to (``scan_code``, ``scan_scope``) have been looked through for what
# expired before the day ``closing``, which is 0 otherwise.
stat_fold = tenant(
    "stat_fold",
    number("folded"),
    number("closed"),
    number("closing"),
    text("scan_code"),
    text("scan_scope"),
    key("appid"),
)
# ``cards`` is a card_id, how cards were made, or empty for every card.
stat_day = tenant(
    "stat_day",
    number("day"),
    text("cards"),
    *(number(name) for name in COLUMNS),
    key("appid", "day", "cards"),
    Index(None, "appid", "cards", "day"),
    sqlite_with_rowid=False,
)
# ``what`` says what ``name`` is the name of: a channel of claims, or a store.
stat_named = tenant(
    "stat_named",
    number("day"),
    text("cards"),
    text("what"),
    text("name"),
    number("receive_cnt"),
    number("verify_cnt"),
    key("appid", "cards", "what", "day", "name"),
    sqlite_with_rowid=False,
)
# Who is behind the figures of the days that may still grow.
stat_person = tenant(
    "stat_person",
    number("day"),
    text("kind"),
    text("openid"),
    text("card_id"),
    key("appid", "day", "kind", "openid", "card_id"),
    sqlite_with_rowid=False,
)
