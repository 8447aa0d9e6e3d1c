"""The hot statements, by name. Ordinary ones are SQLAlchemy Core, beside what they serve.

Each names ``appid`` as a plain parameter for every table it touches, takes times and ids as parameters, and an
INSERT over rows joins the app row: rules that keep a statement on one shard.
"""

from __future__ import annotations

from kaquan.store.hot import Statement


def insert(table: str, **columns: str) -> Statement:
    """Return the statement that inserts many rows: column name -> PostgreSQL type."""
    names = ", ".join(columns)
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    picked = ", ".join(f"r.{name}" for name in columns)
    return Statement(
        name=f"insert_{table}",
        postgresql=f"INSERT INTO {table} (appid, {names}) SELECT a.appid, {picked} "
        f"FROM app a, json_to_recordset(%(rows)s::json) AS r({typed}) WHERE a.appid = %(appid)s",
        sqlite=f"INSERT INTO {table} (appid, {names}) VALUES (:appid, {', '.join(f':{name}' for name in columns)})",
        reads=False,
    )


HAS_CALLBACK = Statement(
    name="has_callback",
    postgresql="SELECT 1 FROM callback WHERE appid = %(appid)s",
    sqlite="SELECT 1 FROM callback WHERE appid = :appid",
)
# Apart from the card and its holders: what is counted afterwards must be read after the lock is held.
LOCK_STOCK = Statement(
    name="lock_stock",
    postgresql="SELECT card_id, quantity, total_quantity, reminded_at FROM stock "
    "WHERE appid = %(appid)s AND card_id = ANY(%(cards)s) ORDER BY card_id FOR UPDATE",
    sqlite="SELECT card_id, quantity, total_quantity, reminded_at FROM stock "
    "WHERE appid = :appid AND card_id IN (SELECT value FROM json_each(:cards))",
)
CARD_COLUMNS = (
    "card_id, card_type, status, use_custom_code, deposit, bind_openid, get_limit, use_limit, "
    "date_type, begin_time, end_time, fixed_term, fixed_begin_term"
)
CARDS = Statement(
    name="cards",
    postgresql=f"SELECT {CARD_COLUMNS} FROM card WHERE appid = %(appid)s AND card_id = ANY(%(cards)s)",
    sqlite=f"SELECT {CARD_COLUMNS} FROM card "
    "WHERE appid = :appid AND card_id IN (SELECT value FROM json_each(:cards))",
)
HELD = Statement(
    name="held",
    postgresql="SELECT openid, card_id, sum(CASE WHEN origin = 'claim' THEN 1 ELSE 0 END)::bigint, max(event_time) "
    "FROM code WHERE appid = %(appid)s AND openid = ANY(%(openids)s) GROUP BY openid, card_id",
    sqlite="SELECT openid, card_id, sum(origin = 'claim'), max(event_time) FROM code "
    "WHERE appid = :appid AND openid IN (SELECT value FROM json_each(:openids)) GROUP BY openid, card_id",
)
TAKEN = Statement(
    name="taken",
    postgresql="SELECT code, scope FROM code WHERE appid = %(appid)s AND code = ANY(%(codes)s)",
    sqlite="SELECT code, scope FROM code WHERE appid = :appid AND code IN (SELECT value FROM json_each(:codes))",
)
WHITELIST = Statement(
    name="whitelist",
    postgresql="SELECT openid FROM whitelist WHERE appid = %(appid)s",
    sqlite="SELECT openid FROM whitelist WHERE appid = :appid",
)
LOCK_QR = Statement(
    name="lock_qr",
    postgresql="SELECT scan_id, card_id, code, openid, once, outer_str, outer_id, expire_time, used_by FROM qr "
    "WHERE appid = %(appid)s AND scan_id = ANY(%(scans)s) ORDER BY scan_id FOR UPDATE",
    sqlite="SELECT scan_id, card_id, code, openid, once, outer_str, outer_id, expire_time, used_by FROM qr "
    "WHERE appid = :appid AND scan_id IN (SELECT value FROM json_each(:scans))",
)
USED_SIGNATURES = Statement(
    name="used_signatures",
    postgresql="SELECT signature FROM used_signature WHERE appid = %(appid)s AND signature = ANY(%(signatures)s)",
    sqlite="SELECT signature FROM used_signature "
    "WHERE appid = :appid AND signature IN (SELECT value FROM json_each(:signatures))",
)
TAKE_STOCK = Statement(
    name="take_stock",
    postgresql="UPDATE stock SET quantity = stock.quantity - r.taken, reminded_at = r.reminded_at "
    "FROM json_to_recordset(%(rows)s::json) AS r(card_id text, taken bigint, reminded_at bigint) "
    "WHERE stock.appid = %(appid)s AND stock.card_id = r.card_id",
    sqlite="UPDATE stock SET quantity = quantity - :taken, reminded_at = :reminded_at "
    "WHERE appid = :appid AND card_id = :card_id",
    reads=False,
)
USE_QR = Statement(
    name="use_qr",
    postgresql="UPDATE qr SET used_by = r.used_by FROM json_to_recordset(%(rows)s::json) AS r(scan_id text, used_by text) "
    "WHERE qr.appid = %(appid)s AND qr.scan_id = r.scan_id",
    sqlite="UPDATE qr SET used_by = :used_by WHERE appid = :appid AND scan_id = :scan_id",
    reads=False,
)
INSERT_CODE = insert(
    "code",
    code="text",
    scope="text",
    card_id="text",
    openid="text",
    status="text",
    origin="text",
    begin_time="bigint",
    end_time="bigint",
    claim_time="bigint",
    event_time="bigint",
    status_time="bigint",
    outer_str="text",
    reason="text",
)
INSERT_JOURNAL = insert(
    "journal",
    id="bigint",
    kind="text",
    event="text",
    create_time="bigint",
    openid="text",
    card_id="text",
    code="text",
    fields="text",
)
INSERT_OUTBOX = insert("outbox", id="bigint", openid="text", due_time="bigint", attempts="integer")
INSERT_USED_SIGNATURE = insert("used_signature", signature="text", expire_time="bigint")
INSERT_FAILED_CALL = insert(
    "failed_call",
    rid="text",
    create_time="bigint",
    millis="integer",
    method="text",
    path="text",
    query="text",
    body="text",
    answer="text",
    errcode="integer",
    cause="text",
    facts="text",
    client_ip="text",
)
JOURNAL_HAS = Statement(
    name="journal_has",
    postgresql="SELECT 1 FROM journal WHERE appid = %(appid)s AND id = %(id)s",
    sqlite="SELECT 1 FROM journal WHERE appid = :appid AND id = :id",
)

CODE_COLUMNS = (
    "code, scope, card_id, openid, status, begin_time, end_time, outer_str, event_time, "
    "(SELECT k.card_type FROM card k WHERE k.appid = {appid} AND k.card_id = c.card_id), "
    "(SELECT k.use_limit FROM card k WHERE k.appid = {appid} AND k.card_id = c.card_id)"
)
CODES = Statement(
    name="codes",
    postgresql=f"SELECT {CODE_COLUMNS.format(appid='%(appid)s')} FROM code c "
    "WHERE c.appid = %(appid)s AND c.code = ANY(%(codes)s)",
    sqlite=f"SELECT {CODE_COLUMNS.format(appid=':appid')} FROM code c "
    "WHERE c.appid = :appid AND c.code IN (SELECT value FROM json_each(:codes))",
)
LOCK_CODES = Statement(
    name="lock_codes",
    postgresql=CODES.postgresql + " ORDER BY c.code, c.scope FOR UPDATE",
    sqlite=CODES.sqlite,
)
WALLETS = Statement(
    name="wallets",
    postgresql="SELECT w.openid, w.card_id, count(*), sum(CASE WHEN w.status = 'CONSUMED' THEN 1 ELSE 0 END)::bigint, "
    "max(w.event_time) FROM code w WHERE w.appid = %(appid)s AND w.openid IN "
    "(SELECT c.openid FROM code c WHERE c.appid = %(appid)s AND c.code = ANY(%(codes)s)) GROUP BY w.openid, w.card_id",
    sqlite="SELECT w.openid, w.card_id, count(*), sum(w.status = 'CONSUMED'), max(w.event_time) "
    "FROM code w WHERE w.appid = :appid AND w.openid IN "
    "(SELECT c.openid FROM code c WHERE c.appid = :appid AND c.code IN (SELECT value FROM json_each(:codes))) "
    "GROUP BY w.openid, w.card_id",
)
# Where use_limit could bind, all the codes a person holds are locked, so that callers are counted one by one.
LOCK_WALLETS = Statement(
    name="lock_wallets",
    postgresql="SELECT openid, card_id, status FROM code WHERE appid = %(appid)s "
    "AND openid = ANY(%(openids)s) ORDER BY code, scope FOR UPDATE",
    sqlite="SELECT openid, card_id, status FROM code WHERE appid = :appid "
    "AND openid IN (SELECT value FROM json_each(:openids))",
)
CONSUME = Statement(
    name="consume",
    postgresql="UPDATE code SET status = 'CONSUMED', status_time = r.status_time, event_time = r.event_time "
    "FROM json_to_recordset(%(rows)s::json) AS r(code text, scope text, status_time bigint, event_time bigint) "
    "WHERE code.appid = %(appid)s AND code.code = r.code AND code.scope = r.scope "
    "AND code.status IN ('NORMAL', 'GIFT_TIMEOUT')",
    sqlite="UPDATE code SET status = 'CONSUMED', status_time = :status_time, event_time = :event_time "
    "WHERE appid = :appid AND code = :code AND scope = :scope AND status IN ('NORMAL', 'GIFT_TIMEOUT')",
    reads=False,
)
