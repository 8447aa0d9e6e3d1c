"""The tables, once for both databases.

Every tenant table begins its primary key, unique and foreign keys with ``appid``, so that the schema can be
distributed by it; the tables of ``GLOBAL`` are not keyed by appid and are never joined to the others.
Times are UTC seconds, money is fen, ids are application-made.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, UniqueConstraint
from sqlalchemy import text as fragment

from kaquan.events.outbox import ATTEMPTS
from kaquan.store.call_tables import answer, failed_call, fault, quota_override, quota_use
from kaquan.store.columns import flag, key, metadata, number, of_app, tenant, text
from kaquan.store.desk_tables import application, audit, code_block, code_file, paper, spot_check, spot_item
from kaquan.store.developer_tables import snapshot
from kaquan.store.platform_tables import (
    GLOBAL,
    account,
    account_prefix,
    attempt,
    invitation,
    known_as,
    membership,
    platform,
    session,
)
from kaquan.store.stat_tables import stat_day, stat_fold, stat_named, stat_person

# What is taken from here though it is made elsewhere.
__all__ = [
    "GLOBAL",
    "account",
    "account_prefix",
    "answer",
    "application",
    "attempt",
    "audit",
    "code_block",
    "code_file",
    "failed_call",
    "fault",
    "invitation",
    "known_as",
    "membership",
    "metadata",
    "paper",
    "platform",
    "quota_override",
    "quota_use",
    "session",
    "snapshot",
    "spot_check",
    "spot_item",
    "stat_day",
    "stat_fold",
    "stat_named",
    "stat_person",
]

app = tenant(
    "app",
    text("gh_id"),
    text("name"),
    text("prefix"),
    text("secret_hash"),
    text("old_secret_hash"),
    number("old_secret_until"),
    text("ip_list"),
    flag("sandbox"),
    text("profile"),
    text("review"),
    text("card_function"),
    flag("suspended"),
    text("suspend_reason"),
    flag("gift_new_code"),
    text("permissions"),
    text("quota"),
    number("expired_token"),
    text("owner"),
    text("oauth_domain"),
    text("js_domains"),
    text("card_js_domain"),
    number("card_js_changes"),
    text("js_device"),
    text("log_calls"),
    number("clock_offset"),
    number("system_event_time"),
    number("create_time"),
    key("appid"),
)
credential = tenant(
    "credential",
    text("kind"),
    number("serial"),
    number("issued_at"),
    number("ends_at"),
    flag("forced"),
    key("appid", "kind", "serial"),
    of_app(),
)
callback = tenant(
    "callback",
    text("url"),
    text("token_box"),
    text("aes_key_box"),
    text("mode"),
    text("format"),
    key("appid"),
    of_app(),
)
person = tenant(
    "person",
    text("openid"),
    text("external_id"),
    text("nickname", ""),
    number("create_time"),
    key("appid", "openid"),
    UniqueConstraint("appid", "external_id"),
    Index(None, "appid", "nickname"),
    of_app(),
)
# Of a code only its digest is kept. ``expire_time`` is when it stops to be good, of a used one to be remembered.
oauth_code = tenant(
    "oauth_code",
    text("digest"),
    text("openid"),
    text("scope"),
    flag("used"),
    number("expire_time"),
    key("appid", "digest"),
    Index(None, "appid", "expire_time"),
    of_app(),
)
oauth_grant = tenant(
    "oauth_grant",
    number("id"),
    text("openid"),
    text("scope"),
    number("serial"),
    number("ends_at"),
    number("refresh_ends_at"),
    key("appid", "id"),
    Index(None, "appid", "refresh_ends_at"),
    of_app(),
)
whitelist = tenant("whitelist", text("openid"), key("appid", "openid"), of_app())
image = tenant(
    "image",
    text("digest"),
    text("media_type"),
    Column("body", LargeBinary, nullable=False),
    number("create_time"),
    key("appid", "digest"),
    of_app(),
)
card = tenant(
    "card",
    text("card_id"),
    text("card_type"),
    text("status"),
    flag("use_custom_code"),
    flag("deposit"),
    flag("bind_openid"),
    flag("can_give_friend"),
    number("get_limit"),
    number("use_limit"),
    text("date_type"),
    number("begin_time"),
    number("end_time"),
    number("fixed_term"),
    number("fixed_begin_term"),
    text("content"),
    text("shown"),
    text("refuse_reason"),
    flag("pay_cell"),
    flag("self_consume_cell"),
    flag("need_verify_code"),
    flag("need_remark_amount"),
    text("made_by", "api"),
    number("create_time"),
    number("update_time"),
    key("appid", "card_id"),
    Index(None, "appid", "create_time", "card_id"),
    Index(None, "appid", "status", "update_time", "card_id"),
    of_app(),
)
# A store under review, or a change of one: the operator's queue.
IN_QUEUE = fragment("(status = 'in_review' OR pending <> '')")
poi = tenant(
    "poi",
    number("poi_id"),
    text("status"),
    text("content"),
    text("pending"),
    number("create_time"),
    number("update_time"),
    key("appid", "poi_id"),
    Index(None, "appid", "create_time", "poi_id"),
    Index(None, "appid", "update_time", "poi_id", sqlite_where=IN_QUEUE, postgresql_where=IN_QUEUE),
    of_app(),
)
stock = tenant(
    "stock",
    text("card_id"),
    number("quantity"),
    number("total_quantity"),
    number("reminded_at"),
    number("deposited"),
    key("appid", "card_id"),
    CheckConstraint("quantity >= 0", name="not_oversold"),
)
code = tenant(
    "code",
    text("code"),
    text("scope"),
    text("card_id"),
    text("openid"),
    text("status"),
    text("origin"),
    number("begin_time"),
    number("end_time"),
    number("claim_time"),
    number("event_time"),
    number("status_time"),
    text("outer_str"),
    text("reason"),
    text("ticket", ""),
    key("appid", "code", "scope"),
    Index(None, "appid", "openid", "card_id"),
)
FREE = fragment("NOT taken")
# Every code that was ever deposited for a card; none may come a second time. ``pick`` is random: claims take the free
# codes in its order, which the index over them alone gives.
pool = tenant(
    "pool",
    text("card_id"),
    text("code"),
    number("pick"),
    flag("taken"),
    key("appid", "card_id", "code"),
    Index(None, "appid", "card_id", "pick", sqlite_where=FREE, postgresql_where=FREE),
    sqlite_with_rowid=False,
)
GIVEN = fragment("status = 'open'")
# A gift changes under the lock of its code alone; of a code at most one is open.
gift = tenant(
    "gift",
    text("gift_id"),
    text("card_id"),
    text("code"),
    text("scope"),
    text("openid"),
    text("receiver"),
    flag("chat_room"),
    text("greeting"),
    text("status"),
    text("taker"),
    text("new_code"),
    number("create_time"),
    number("due_time"),
    number("end_time"),
    key("appid", "gift_id"),
    Index(None, "appid", "code", "scope"),
    Index(None, "appid", "due_time", sqlite_where=GIVEN, postgresql_where=GIVEN),
)
qr = tenant(
    "qr",
    text("scan_id"),
    text("card_id"),
    text("code"),
    text("openid"),
    flag("once"),
    text("outer_str"),
    number("outer_id"),
    number("expire_time"),
    text("used_by"),
    number("create_time"),
    key("appid", "scan_id", "card_id"),
    Index(None, "appid", "expire_time"),
    Index(None, "appid", "card_id", "create_time", "scan_id"),
)
# A call about cards that a page of a merchant's made: ``args`` and ``result`` are JSON, the result empty until the end.
sheet = tenant(
    "sheet",
    text("sheet_id"),
    text("method"),
    text("args"),
    text("origin"),
    text("url"),
    text("openid"),
    text("result"),
    number("create_time"),
    key("appid", "sheet_id"),
    Index(None, "appid", "create_time"),
    of_app(),
)
counter = tenant("counter", text("name"), number("value"), key("appid", "name"), of_app())
shelf = tenant(
    "shelf",
    text("scan_id"),
    number("page_id"),
    text("banner"),
    text("page_title"),
    flag("can_share"),
    text("scene"),
    text("card_list"),
    number("create_time"),
    key("appid", "scan_id"),
    UniqueConstraint("appid", "page_id"),
    of_app(),
)
mass = tenant(
    "mass",
    number("msg_id"),
    text("client_id"),
    text("kind"),
    text("content"),
    text("status"),
    number("total"),
    number("sent"),
    number("create_time"),
    key("appid", "msg_id"),
    Index(None, "appid", "client_id", "create_time"),
    of_app(),
)
# What a mass message says stands in its own row; its recipients' rows hold its msg_id, all others 0.
message = tenant(
    "message",
    text("openid"),
    number("id"),
    number("msg_id"),
    text("kind"),
    text("content"),
    number("create_time"),
    key("appid", "openid", "id"),
    sqlite_with_rowid=False,
)
used_signature = tenant(
    "used_signature",
    text("signature"),
    number("expire_time"),
    key("appid", "signature"),
)
OF_CARD = fragment("code = ''")
# What happens to a card as a whole is found by the card; the lines of its codes, which are many, are in no such index.
journal = tenant(
    "journal",
    number("id"),
    text("kind"),
    text("event"),
    number("create_time"),
    text("openid"),
    text("card_id"),
    text("code"),
    text("fields"),
    key("appid", "id"),
    Index(None, "appid", "card_id", "id", sqlite_where=OF_CARD, postgresql_where=OF_CARD),
    sqlite_with_rowid=False,
)
outbox = tenant(
    "outbox",
    number("id"),
    text("openid"),
    number("due_time"),
    Column("attempts", Integer, nullable=False),
    # The attempt after which it is given up; an event that is sent again has as many as it had at first.
    Column("last", Integer, nullable=False, server_default=str(ATTEMPTS)),
    key("appid", "id"),
    Index(None, "appid", "due_time"),
    sqlite_with_rowid=False,
)
delivery = tenant(
    "delivery",
    number("id"),
    Column("attempt", Integer, nullable=False),
    number("create_time"),
    Column("status", Integer, nullable=False),
    Column("millis", Integer, nullable=False),
    text("answer"),
    key("appid", "id", "attempt"),
)
dead_letter = tenant("dead_letter", number("id"), text("openid"), number("create_time"), key("appid", "id"))
