"""Create the tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("nickname", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("persona_of", sa.Text(), nullable=False),
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("factor_box", sa.Text(), nullable=False),
        sa.Column("factor_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("realm", "name", name=op.f("uq_account_realm_name")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_persona_of"), ["persona_of"], unique=False)

    op.create_table(
        "account_prefix",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_account_prefix")),
    )
    op.create_table(
        "answer",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "key", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_appid_create_time"), ["appid", "create_time"], unique=False)

    op.create_table(
        "app",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("gh_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("old_secret_hash", sa.Text(), nullable=False),
        sa.Column("old_secret_until", sa.BigInteger(), nullable=False),
        sa.Column("ip_list", sa.Text(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("card_function", sa.Text(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("suspend_reason", sa.Text(), nullable=False),
        sa.Column("gift_new_code", sa.Boolean(), nullable=False),
        sa.Column("permissions", sa.Text(), nullable=False),
        sa.Column("quota", sa.Text(), nullable=False),
        sa.Column("expired_token", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("oauth_domain", sa.Text(), nullable=False),
        sa.Column("js_domains", sa.Text(), nullable=False),
        sa.Column("card_js_domain", sa.Text(), nullable=False),
        sa.Column("card_js_changes", sa.BigInteger(), nullable=False),
        sa.Column("js_device", sa.Text(), nullable=False),
        sa.Column("log_calls", sa.Text(), nullable=False),
        sa.Column("clock_offset", sa.BigInteger(), nullable=False),
        sa.Column("system_event_time", sa.BigInteger(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", name=op.f("pk_app")),
    )
    op.create_table(
        "attempt",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_start"), ["start"], unique=False)

    op.create_table(
        "audit",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_appid_account_id_id"), ["appid", "account_id", "id"], unique=False)

    op.create_table(
        "code",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("begin_time", sa.BigInteger(), nullable=False),
        sa.Column("end_time", sa.BigInteger(), nullable=False),
        sa.Column("claim_time", sa.BigInteger(), nullable=False),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
        sa.Column("status_time", sa.BigInteger(), nullable=False),
        sa.Column("outer_str", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("appid", "code", "scope", name=op.f("pk_code")),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_appid_openid_card_id"), ["appid", "openid", "card_id"], unique=False)

    op.create_table(
        "code_block",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "file_id", "position", name=op.f("pk_code_block")),
    )
    op.create_table(
        "code_file",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("to_stock", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("duplicate", sa.BigInteger(), nullable=False),
        sa.Column("malformed", sa.BigInteger(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "file_id", name=op.f("pk_code_file")),
    )
    with op.batch_alter_table("code_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_code_file_appid_card_id_create_time_file_id"),
            ["appid", "card_id", "create_time", "file_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_code_file_appid_status"), ["appid", "status"], unique=False)

    op.create_table(
        "dead_letter",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "id", name=op.f("pk_dead_letter")),
    )
    op.create_table(
        "delivery",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("millis", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "id", "attempt", name=op.f("pk_delivery")),
    )
    op.create_table(
        "failed_call",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("rid", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("millis", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("client_ip", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "rid", name=op.f("pk_failed_call")),
    )
    with op.batch_alter_table("failed_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_failed_call_appid_create_time"), ["appid", "create_time"], unique=False)

    op.create_table(
        "gift",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("gift_id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("chat_room", sa.Boolean(), nullable=False),
        sa.Column("greeting", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("taker", sa.Text(), nullable=False),
        sa.Column("new_code", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("due_time", sa.BigInteger(), nullable=False),
        sa.Column("end_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "gift_id", name=op.f("pk_gift")),
    )
    with op.batch_alter_table("gift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gift_appid_code_scope"), ["appid", "code", "scope"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_gift_appid_due_time"),
            ["appid", "due_time"],
            unique=False,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "invitation",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("expire_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_invitation")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_appid"), ["appid"], unique=False)

    op.create_table(
        "journal",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "id", name=op.f("pk_journal")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_journal_appid_card_id_id"),
            ["appid", "card_id", "id"],
            unique=False,
            sqlite_where=sa.text("code = ''"),
            postgresql_where=sa.text("code = ''"),
        )

    op.create_table(
        "known_as",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "appid", name=op.f("pk_known_as")),
    )
    op.create_table(
        "membership",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "appid", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_appid"), ["appid"], unique=False)

    op.create_table(
        "message",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("msg_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "openid", "id", name=op.f("pk_message")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("due_time", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), server_default="4", nullable=False),
        sa.PrimaryKeyConstraint("appid", "id", name=op.f("pk_outbox")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_appid_due_time"), ["appid", "due_time"], unique=False)

    op.create_table(
        "platform",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_platform")),
    )
    op.create_table(
        "pool",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("pick", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "card_id", "code", name=op.f("pk_pool")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("pool", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pool_appid_card_id_pick"),
            ["appid", "card_id", "pick"],
            unique=False,
            sqlite_where=sa.text("NOT taken"),
            postgresql_where=sa.text("NOT taken"),
        )

    op.create_table(
        "qr",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("outer_str", sa.Text(), nullable=False),
        sa.Column("outer_id", sa.BigInteger(), nullable=False),
        sa.Column("expire_time", sa.BigInteger(), nullable=False),
        sa.Column("used_by", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "scan_id", "card_id", name=op.f("pk_qr")),
    )
    with op.batch_alter_table("qr", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_qr_appid_card_id_create_time_scan_id"),
            ["appid", "card_id", "create_time", "scan_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_qr_appid_expire_time"), ["appid", "expire_time"], unique=False)

    op.create_table(
        "quota_use",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "path", "kind", "start", name=op.f("pk_quota_use")),
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("seen_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_seen_time"), ["seen_time"], unique=False)

    op.create_table(
        "stat_day",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("cards", sa.Text(), nullable=False),
        sa.Column("view_cnt", sa.BigInteger(), nullable=False),
        sa.Column("view_user", sa.BigInteger(), nullable=False),
        sa.Column("receive_cnt", sa.BigInteger(), nullable=False),
        sa.Column("receive_user", sa.BigInteger(), nullable=False),
        sa.Column("verify_cnt", sa.BigInteger(), nullable=False),
        sa.Column("verify_user", sa.BigInteger(), nullable=False),
        sa.Column("given_cnt", sa.BigInteger(), nullable=False),
        sa.Column("given_user", sa.BigInteger(), nullable=False),
        sa.Column("expire_cnt", sa.BigInteger(), nullable=False),
        sa.Column("expire_user", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "day", "cards", name=op.f("pk_stat_day")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("stat_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stat_day_appid_cards_day"), ["appid", "cards", "day"], unique=False)

    op.create_table(
        "stat_fold",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("folded", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=False),
        sa.Column("closing", sa.BigInteger(), nullable=False),
        sa.Column("scan_code", sa.Text(), nullable=False),
        sa.Column("scan_scope", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appid", name=op.f("pk_stat_fold")),
    )
    op.create_table(
        "stat_named",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("cards", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("receive_cnt", sa.BigInteger(), nullable=False),
        sa.Column("verify_cnt", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "cards", "what", "day", "name", name=op.f("pk_stat_named")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stat_person",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "day", "kind", "openid", "card_id", name=op.f("pk_stat_person")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stock",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("total_quantity", sa.BigInteger(), nullable=False),
        sa.Column("reminded_at", sa.BigInteger(), nullable=False),
        sa.Column("deposited", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_not_oversold")),
        sa.PrimaryKeyConstraint("appid", "card_id", name=op.f("pk_stock")),
    )
    op.create_table(
        "used_signature",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("expire_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "signature", name=op.f("pk_used_signature")),
    )
    op.create_table(
        "application",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("submit_time", sa.BigInteger(), nullable=False),
        sa.Column("decide_time", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_application_app")),
        sa.PrimaryKeyConstraint("appid", "kind", name=op.f("pk_application")),
    )
    op.create_table(
        "callback",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("token_box", sa.Text(), nullable=False),
        sa.Column("aes_key_box", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_callback_app")),
        sa.PrimaryKeyConstraint("appid", name=op.f("pk_callback")),
    )
    op.create_table(
        "card",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("card_type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("use_custom_code", sa.Boolean(), nullable=False),
        sa.Column("deposit", sa.Boolean(), nullable=False),
        sa.Column("bind_openid", sa.Boolean(), nullable=False),
        sa.Column("can_give_friend", sa.Boolean(), nullable=False),
        sa.Column("get_limit", sa.BigInteger(), nullable=False),
        sa.Column("use_limit", sa.BigInteger(), nullable=False),
        sa.Column("date_type", sa.Text(), nullable=False),
        sa.Column("begin_time", sa.BigInteger(), nullable=False),
        sa.Column("end_time", sa.BigInteger(), nullable=False),
        sa.Column("fixed_term", sa.BigInteger(), nullable=False),
        sa.Column("fixed_begin_term", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("refuse_reason", sa.Text(), nullable=False),
        sa.Column("pay_cell", sa.Boolean(), nullable=False),
        sa.Column("self_consume_cell", sa.Boolean(), nullable=False),
        sa.Column("need_verify_code", sa.Boolean(), nullable=False),
        sa.Column("need_remark_amount", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Text(), server_default="api", nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("update_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_card_app")),
        sa.PrimaryKeyConstraint("appid", "card_id", name=op.f("pk_card")),
    )
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_card_appid_create_time_card_id"), ["appid", "create_time", "card_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_card_appid_status_update_time_card_id"),
            ["appid", "status", "update_time", "card_id"],
            unique=False,
        )

    op.create_table(
        "counter",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_counter_app")),
        sa.PrimaryKeyConstraint("appid", "name", name=op.f("pk_counter")),
    )
    op.create_table(
        "credential",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_credential_app")),
        sa.PrimaryKeyConstraint("appid", "kind", "serial", name=op.f("pk_credential")),
    )
    op.create_table(
        "fault",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("nth", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("after_call", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_fault_app")),
        sa.PrimaryKeyConstraint("appid", "id", name=op.f("pk_fault")),
    )
    op.create_table(
        "image",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_image_app")),
        sa.PrimaryKeyConstraint("appid", "digest", name=op.f("pk_image")),
    )
    op.create_table(
        "mass",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("msg_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_mass_app")),
        sa.PrimaryKeyConstraint("appid", "msg_id", name=op.f("pk_mass")),
    )
    with op.batch_alter_table("mass", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_mass_appid_client_id_create_time"), ["appid", "client_id", "create_time"], unique=False
        )

    op.create_table(
        "oauth_code",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("expire_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_oauth_code_app")),
        sa.PrimaryKeyConstraint("appid", "digest", name=op.f("pk_oauth_code")),
    )
    with op.batch_alter_table("oauth_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oauth_code_appid_expire_time"), ["appid", "expire_time"], unique=False)

    op.create_table(
        "oauth_grant",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("refresh_ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_oauth_grant_app")),
        sa.PrimaryKeyConstraint("appid", "id", name=op.f("pk_oauth_grant")),
    )
    with op.batch_alter_table("oauth_grant", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_oauth_grant_appid_refresh_ends_at"), ["appid", "refresh_ends_at"], unique=False
        )

    op.create_table(
        "paper",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_paper_app")),
        sa.PrimaryKeyConstraint("appid", "digest", name=op.f("pk_paper")),
    )
    op.create_table(
        "person",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("nickname", sa.Text(), server_default="", nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_person_app")),
        sa.PrimaryKeyConstraint("appid", "openid", name=op.f("pk_person")),
        sa.UniqueConstraint("appid", "external_id", name=op.f("uq_person_appid_external_id")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_appid_nickname"), ["appid", "nickname"], unique=False)

    op.create_table(
        "poi",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("poi_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("update_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_poi_app")),
        sa.PrimaryKeyConstraint("appid", "poi_id", name=op.f("pk_poi")),
    )
    with op.batch_alter_table("poi", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_poi_appid_create_time_poi_id"), ["appid", "create_time", "poi_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_poi_appid_update_time_poi_id"),
            ["appid", "update_time", "poi_id"],
            unique=False,
            sqlite_where=sa.text("(status = 'in_review' OR pending <> '')"),
            postgresql_where=sa.text("(status = 'in_review' OR pending <> '')"),
        )

    op.create_table(
        "quota_override",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("daily", sa.BigInteger(), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_quota_override_app")),
        sa.PrimaryKeyConstraint("appid", "path", name=op.f("pk_quota_override")),
    )
    op.create_table(
        "sheet",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("sheet_id", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_sheet_app")),
        sa.PrimaryKeyConstraint("appid", "sheet_id", name=op.f("pk_sheet")),
    )
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_appid_create_time"), ["appid", "create_time"], unique=False)

    op.create_table(
        "shelf",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("scan_id", sa.Text(), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("banner", sa.Text(), nullable=False),
        sa.Column("page_title", sa.Text(), nullable=False),
        sa.Column("can_share", sa.Boolean(), nullable=False),
        sa.Column("scene", sa.Text(), nullable=False),
        sa.Column("card_list", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_shelf_app")),
        sa.PrimaryKeyConstraint("appid", "scan_id", name=op.f("pk_shelf")),
        sa.UniqueConstraint("appid", "page_id", name=op.f("uq_shelf_appid_page_id")),
    )
    op.create_table(
        "snapshot",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_snapshot_app")),
        sa.PrimaryKeyConstraint("appid", "name", name=op.f("pk_snapshot")),
    )
    op.create_table(
        "spot_check",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("answer_time", sa.BigInteger(), nullable=False),
        sa.Column("close_time", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_spot_check_app")),
        sa.PrimaryKeyConstraint("appid", "id", name=op.f("pk_spot_check")),
    )
    op.create_table(
        "whitelist",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("openid", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["appid"], ["app.appid"], name=op.f("fk_whitelist_app")),
        sa.PrimaryKeyConstraint("appid", "openid", name=op.f("pk_whitelist")),
    )
    op.create_table(
        "spot_item",
        sa.Column("appid", sa.Text(), nullable=False),
        sa.Column("check_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("used_time", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appid", "check_id"], ["spot_check.appid", "spot_check.id"], name=op.f("fk_spot_item_spot_check")
        ),
        sa.PrimaryKeyConstraint("appid", "check_id", "position", name=op.f("pk_spot_item")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("spot_item")
    op.drop_table("whitelist")
    op.drop_table("spot_check")
    op.drop_table("snapshot")
    op.drop_table("shelf")
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sheet_appid_create_time"))

    op.drop_table("sheet")
    op.drop_table("quota_override")
    with op.batch_alter_table("poi", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_poi_appid_update_time_poi_id"),
            sqlite_where=sa.text("(status = 'in_review' OR pending <> '')"),
            postgresql_where=sa.text("(status = 'in_review' OR pending <> '')"),
        )
        batch_op.drop_index(batch_op.f("ix_poi_appid_create_time_poi_id"))

    op.drop_table("poi")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_appid_nickname"))

    op.drop_table("person")
    op.drop_table("paper")
    with op.batch_alter_table("oauth_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_oauth_grant_appid_refresh_ends_at"))

    op.drop_table("oauth_grant")
    with op.batch_alter_table("oauth_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_oauth_code_appid_expire_time"))

    op.drop_table("oauth_code")
    with op.batch_alter_table("mass", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mass_appid_client_id_create_time"))

    op.drop_table("mass")
    op.drop_table("image")
    op.drop_table("fault")
    op.drop_table("credential")
    op.drop_table("counter")
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_appid_status_update_time_card_id"))
        batch_op.drop_index(batch_op.f("ix_card_appid_create_time_card_id"))

    op.drop_table("card")
    op.drop_table("callback")
    op.drop_table("application")
    op.drop_table("used_signature")
    op.drop_table("stock")
    op.drop_table("stat_person")
    op.drop_table("stat_named")
    op.drop_table("stat_fold")
    with op.batch_alter_table("stat_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stat_day_appid_cards_day"))

    op.drop_table("stat_day")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_seen_time"))
        batch_op.drop_index(batch_op.f("ix_session_account_id"))

    op.drop_table("session")
    op.drop_table("quota_use")
    with op.batch_alter_table("qr", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_qr_appid_expire_time"))
        batch_op.drop_index(batch_op.f("ix_qr_appid_card_id_create_time_scan_id"))

    op.drop_table("qr")
    with op.batch_alter_table("pool", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_pool_appid_card_id_pick"),
            sqlite_where=sa.text("NOT taken"),
            postgresql_where=sa.text("NOT taken"),
        )

    op.drop_table("pool")
    op.drop_table("platform")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_appid_due_time"))

    op.drop_table("outbox")
    op.drop_table("message")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_appid"))

    op.drop_table("membership")
    op.drop_table("known_as")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_journal_appid_card_id_id"),
            sqlite_where=sa.text("code = ''"),
            postgresql_where=sa.text("code = ''"),
        )

    op.drop_table("journal")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_appid"))

    op.drop_table("invitation")
    with op.batch_alter_table("gift", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_gift_appid_due_time"),
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_gift_appid_code_scope"))

    op.drop_table("gift")
    with op.batch_alter_table("failed_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_failed_call_appid_create_time"))

    op.drop_table("failed_call")
    op.drop_table("delivery")
    op.drop_table("dead_letter")
    with op.batch_alter_table("code_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_file_appid_status"))
        batch_op.drop_index(batch_op.f("ix_code_file_appid_card_id_create_time_file_id"))

    op.drop_table("code_file")
    op.drop_table("code_block")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_appid_openid_card_id"))

    op.drop_table("code")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_appid_account_id_id"))

    op.drop_table("audit")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_start"))

    op.drop_table("attempt")
    op.drop_table("app")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_appid_create_time"))

    op.drop_table("answer")
    op.drop_table("account_prefix")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_persona_of"))

    op.drop_table("account")
