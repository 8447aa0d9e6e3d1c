"""The hot statements, by name. Ordinary ones are SQLAlchemy Core, beside what they serve.

Each names ``appid`` as a plain parameter for every table it touches, takes times and ids as parameters, and an
INSERT over rows joins the app row: rules that keep a statement on one shard.

A text is written once. ``:name`` is a parameter, ``= ANY(:name)`` a list of them, ``FOR UPDATE`` a lock, and ``ROWS``
the rows a statement writes, called ``r``.
"""

from __future__ import annotations

import re

from kaquan.store.hot import Statement

PARAMETER = re.compile(r"(?<!:):(\w+)")
LIST = re.compile(r"= ANY\(:(\w+)\)")
LOCK = re.compile(r" FOR UPDATE( OF c)?")
COLUMN = re.compile(r"\br\.(\w+)")


def reading(name: str, text: str) -> Statement:
    """Return a SELECT; the one writer of SQLite needs no row locks, and lists reach it as JSON arrays."""
    sqlite = LIST.sub(r"IN (SELECT value FROM json_each(:\1))", LOCK.sub("", text))
    return Statement(name, for_postgresql(text), sqlite)


def updating(name: str, text: str, **columns: str) -> Statement:
    """Return an UPDATE over rows, column name -> PostgreSQL type; SQLite runs it once per row."""
    return Statement(name, for_postgresql(text, columns), COLUMN.sub(r":\1", text.replace("FROM ROWS ", "")))


def inserting(table: str, of_app: bool = True, **columns: str) -> Statement:
    """Return an INSERT over rows, column name -> PostgreSQL type.

    The app row is joined so that the rows go straight to its shard, unless they may belong to no app.
    """
    picked = ", ".join(f"r.{name}" for name in columns)
    source = f"a.appid, {picked} FROM app a, ROWS WHERE a.appid = :appid" if of_app else f":appid, {picked} FROM ROWS"
    into = f"INSERT INTO {table} (appid, {', '.join(columns)})"
    values = ", ".join(f":{name}" for name in ("appid", *columns))
    return Statement(f"insert_{table}", for_postgresql(f"{into} SELECT {source}", columns), f"{into} VALUES ({values})")


def for_postgresql(text: str, columns: dict[str, str] | None = None) -> str:
    """Return the text with psycopg's parameters and the rows as one JSON array of objects."""
    typed = ", ".join(f"{column} {kind}" for column, kind in (columns or {}).items())
    rows = f"json_to_recordset(%(rows)s::json) AS r({typed})"
    return PARAMETER.sub(r"%(\1)s", text).replace("ROWS", rows)


STOCK_SELECTED = (
    "SELECT card_id, quantity, total_quantity, reminded_at, deposited "
    "FROM stock WHERE appid = :appid AND card_id = ANY(:cards) ORDER BY card_id"
)
# Apart from the card and its holders: what is counted afterwards must be read after the lock is held.
LOCK_STOCK = reading("lock_stock", f"{STOCK_SELECTED} FOR UPDATE")
STOCK = reading("stock", STOCK_SELECTED)
HAS_CALLBACK = reading("has_callback", "SELECT 1 FROM callback WHERE appid = :appid")
CARDS = reading(
    "cards",
    "SELECT card_id, card_type, status, use_custom_code, deposit, bind_openid, get_limit, use_limit, "
    "date_type, begin_time, end_time, fixed_term, fixed_begin_term, shown <> '' "
    "FROM card WHERE appid = :appid AND card_id = ANY(:cards)",
)
HELD = reading(
    "held",
    "SELECT openid, card_id, count(CASE WHEN origin = 'claim' THEN 1 END), max(event_time) "
    "FROM code WHERE appid = :appid AND openid = ANY(:openids) GROUP BY openid, card_id",
)
TAKEN = reading("taken", "SELECT code, scope FROM code WHERE appid = :appid AND code = ANY(:codes)")
WHITELIST = reading("whitelist", "SELECT openid FROM whitelist WHERE appid = :appid")
QR_SELECTED = (
    "SELECT scan_id, card_id, code, openid, once, outer_str, outer_id, expire_time, used_by "
    "FROM qr WHERE appid = :appid AND scan_id = ANY(:scans) ORDER BY scan_id, card_id"
)
LOCK_QR = reading("lock_qr", f"{QR_SELECTED} FOR UPDATE")
QR = reading("qr", QR_SELECTED)
USED_SIGNATURES = reading(
    "used_signatures", "SELECT signature FROM used_signature WHERE appid = :appid AND signature = ANY(:signatures)"
)
# The next :count free codes from a random place on, and from the first again where the last does not suffice.
POOL = reading(
    "pool",
    "SELECT code FROM (SELECT p.code FROM pool p WHERE p.appid = :appid AND p.card_id = :card AND NOT p.taken "
    "AND p.pick >= :start ORDER BY p.pick LIMIT :count) ahead UNION ALL "
    "SELECT code FROM (SELECT p.code FROM pool p WHERE p.appid = :appid AND p.card_id = :card AND NOT p.taken "
    "AND p.pick < :start ORDER BY p.pick LIMIT :count) around LIMIT :count",
)
TAKE_POOL = updating(
    "take_pool",
    "UPDATE pool SET taken = true FROM ROWS "
    "WHERE pool.appid = :appid AND pool.card_id = r.card_id AND pool.code = r.code",
    card_id="text",
    code="text",
)
TAKE_STOCK = updating(
    "take_stock",
    "UPDATE stock SET quantity = stock.quantity - r.taken, reminded_at = r.reminded_at FROM ROWS "
    "WHERE stock.appid = :appid AND stock.card_id = r.card_id",
    card_id="text",
    taken="bigint",
    reminded_at="bigint",
)
USE_QR = updating(
    "use_qr",
    "UPDATE qr SET used_by = r.used_by FROM ROWS "
    "WHERE qr.appid = :appid AND qr.scan_id = r.scan_id AND qr.card_id = r.card_id",
    scan_id="text",
    card_id="text",
    used_by="text",
)
INSERT_CODE = inserting(
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
INSERT_JOURNAL = inserting(
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
INSERT_OUTBOX = inserting("outbox", id="bigint", openid="text", due_time="bigint", attempts="integer")
INSERT_USED_SIGNATURE = inserting("used_signature", signature="text", expire_time="bigint")
INSERT_ANSWER = inserting("answer", key="text", digest="text", answer="text", create_time="bigint")
ANSWERS = reading("answers", "SELECT key, digest, answer FROM answer WHERE appid = :appid AND key = ANY(:keys)")
INSERT_FAILED_CALL = inserting(
    "failed_call",
    of_app=False,
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
# The last of :count times for events that no person caused; each such event of an account has a second of its own.
SYSTEM_EVENT_TIME = reading(
    "system_event_time",
    "UPDATE app SET system_event_time = CASE WHEN system_event_time < :now THEN :now + :count - 1 "
    "ELSE system_event_time + :count END WHERE appid = :appid RETURNING system_event_time",
)
JOURNAL_HAS = reading("journal_has", "SELECT 1 FROM journal WHERE appid = :appid AND id = :id")

CODES_SELECTED = (
    "SELECT c.code, c.scope, c.card_id, c.openid, c.status, "
    # A range of days can be widened after codes were claimed.
    "CASE WHEN k.date_type = 'DATE_TYPE_FIX_TIME_RANGE' THEN k.begin_time ELSE c.begin_time END, "
    "CASE WHEN k.date_type = 'DATE_TYPE_FIX_TIME_RANGE' THEN k.end_time ELSE c.end_time END, "
    "c.outer_str, c.event_time, c.status_time, k.card_type, k.use_limit "
    "FROM code c JOIN card k ON k.appid = c.appid AND k.card_id = c.card_id "
    "WHERE c.appid = :appid AND k.appid = :appid AND c.code = ANY(:codes)"
)
CODES = reading("codes", CODES_SELECTED)
LOCK_CODES = reading("lock_codes", f"{CODES_SELECTED} ORDER BY c.code, c.scope FOR UPDATE OF c")
WALLETS = reading(
    "wallets",
    "SELECT w.openid, w.card_id, count(*), count(CASE WHEN w.status = 'CONSUMED' THEN 1 END), max(w.event_time) "
    "FROM code w WHERE w.appid = :appid AND w.openid IN "
    "(SELECT c.openid FROM code c WHERE c.appid = :appid AND c.code = ANY(:codes)) GROUP BY w.openid, w.card_id",
)
# Where use_limit could bind, all the codes a person holds are locked, so that callers are counted one by one. They are
# locked in one order with the codes of the batch: whoever held one already and then waited for the others would wait
# for ever for another process that began with another code of the same person.
LOCK_WALLETS = reading(
    "lock_wallets",
    "SELECT code FROM code WHERE appid = :appid AND (openid = ANY(:openids) OR code = ANY(:codes)) "
    "ORDER BY code, scope FOR UPDATE",
)
CONSUME = updating(
    "consume",
    "UPDATE code SET status = 'CONSUMED', status_time = r.status_time, event_time = r.event_time FROM ROWS "
    "WHERE code.appid = :appid AND code.code = r.code AND code.scope = r.scope "
    "AND code.status IN ('NORMAL', 'GIFT_TIMEOUT')",
    code="text",
    scope="text",
    status_time="bigint",
    event_time="bigint",
)
# Gifts that nobody accepted in time and nobody has brought back yet.
OPEN_GIFTS = reading(
    "open_gifts",
    "SELECT gift_id, card_id, code, scope, openid, receiver, chat_room, greeting, status, taker, new_code, "
    "create_time, due_time, end_time FROM gift WHERE appid = :appid AND code = ANY(:codes) AND status = 'open'",
)
END_GIFT = updating(
    "end_gift",
    "UPDATE gift SET status = 'timed_out', end_time = r.end_time FROM ROWS "
    "WHERE gift.appid = :appid AND gift.gift_id = r.gift_id AND gift.status = 'open'",
    gift_id="text",
    end_time="bigint",
)
RETURN_CODE = updating(
    "return_code",
    "UPDATE code SET status = 'GIFT_TIMEOUT' FROM ROWS "
    "WHERE code.appid = :appid AND code.code = r.code AND code.scope = r.scope AND code.status = 'GIFTING'",
    code="text",
    scope="text",
)
