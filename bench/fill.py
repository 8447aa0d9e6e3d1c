"""Codes claimed before: written by one statement, as many claims would have left them."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.store.tx import Tx

# Numbered in a table of its own: SQLite joins a numbering subquery row by row.
PEOPLE = (
    """
CREATE TEMPORARY TABLE numbered (place bigint PRIMARY KEY, openid text NOT NULL)
""",
    """
INSERT INTO numbered SELECT row_number() OVER (ORDER BY openid) - 1, openid FROM person WHERE appid = :appid
""",
)
# The factor has no divisor in common with the modulus, so the codes are spread and all different.
CODES = """
INSERT INTO code (appid, code, scope, card_id, openid, status, origin, begin_time, end_time,
    claim_time, event_time, status_time, outer_str, reason)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
SELECT :appid, CAST(100000000000 + (n.i * 7654321987) % 900000000000 AS text), '', :card_id, numbered.openid,
    'NORMAL', 'claim', :now - 86400, :now + 2592000, :now - 86400, :now - 86400 + n.i / :people, :now - 86400, '', ''
FROM n JOIN numbered ON numbered.place = n.i % :people
"""
JOURNAL = r"""
INSERT INTO journal (appid, id, kind, event, create_time, openid, card_id, code, fields)
SELECT appid, row_number() OVER (ORDER BY event_time, code), 'claim', 'user_get_card', event_time, openid, card_id,
    code, '{"CardId":"' || card_id || '","IsGiveByFriend"\:0,"UserCardCode":"' || code ||
    '","FriendUserName":"","OuterId"\:0,"OuterStr":""}'
FROM code WHERE appid = :appid AND card_id = :card_id
"""
STOCK = "UPDATE stock SET quantity = quantity - :count WHERE appid = :appid AND card_id = :card_id"


def codes_of_fill(count: int) -> list[str]:
    """Return the codes that :func:`fill` issues."""
    return [str(100000000000 + number * 7654321987 % 900000000000) for number in range(1, count + 1)]


def fill(tx: Tx, appid: str, card_id: str, count: int, now: int) -> None:
    """Issue ``count`` codes of a card to the app's people in turn, and take them from the stock."""
    known = tx.one(sa.text("SELECT count(*) FROM person WHERE appid = :appid").bindparams(appid=appid))
    assert known is not None
    values = {"appid": appid, "card_id": card_id, "count": count, "now": now, "people": known[0]}
    for text in (*PEOPLE, CODES, JOURNAL, STOCK):
        statement = sa.text(text)
        wanted = {name: values[name] for name in statement.compile().params}
        tx.run(statement.bindparams(**wanted))
    if tx.dialect == "postgresql":
        tx.run(sa.text("ANALYZE code, journal, stock"))
