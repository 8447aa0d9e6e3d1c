"""What has to hold for each answer, and for the server and its database behind all of them."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from card_bodies import card

from fuzz.drive import Answer
from fuzz.request import Request
from kaquan.api.dispatch import PREFIXES
from kaquan.rules.code import GIFT_SUCC, GIFTING
from kaquan.store import tables
from kaquan.store.tx import Tx
from kaquan.watch.exposition import CONTENT_TYPE
from support.database import Database
from support.server import Server

TRACE = re.compile(r" rid: ([0-9a-f]{8}(?:-[0-9a-f]{8}){2})")
JSON = "application/json; charset=utf-8"
# Whatever is served as it is: its media types; a name that is none is not found.
SERVED = {
    "/cgi-bin/showqrcode": ("image/png", "text/plain"),
    "/healthz": ("text/plain; charset=utf-8",),
    "/image/": ("image/png", "image/jpeg", "text/plain"),
    "/metrics": (CONTENT_TYPE, "text/plain"),
    "/sandbox/save": ("application/gzip",),
}
NOT_FOUND = {*PREFIXES, "/cgi-bin/showqrcode"}
# Who seems to come from elsewhere is not told the metrics.
FORBIDDEN = {"/metrics"}
# The original says errcode in their refusals alone.
WITHOUT_ERRCODE = {
    "/cgi-bin/callback/check",
    "/cgi-bin/get_api_domain_ip",
    "/cgi-bin/getcallbackip",
    "/cgi-bin/media/uploadimg",
    "/cgi-bin/message/mass/get",
    "/cgi-bin/stable_token",
    "/cgi-bin/token",
    "/cgi-bin/user/get",
    "/cgi-bin/user/info",
    "/cgi-bin/user/info/batchget",
    "/datacube/getcardbizuininfo",
    "/datacube/getcardcardinfo",
    "/readyz",
    "/sns/oauth2/access_token",
    "/sns/oauth2/refresh_token",
    "/sns/userinfo",
}
# Causes that are a fault of the server, never of a request.
OWN_FAULTS = ("internal", "bad_data", "database")
LOGGED = ("Traceback", "call failed", "batch failed", "refused by the database")
PATIENCE_SECONDS = 10.0


def fault_of(answer: Answer) -> str:
    """Return what is wrong with an answer, "" when nothing is."""
    request, kind = answer.request, answer.headers.get("content-type", "")
    if not request.sound and answer.status == 400:
        return ""
    if answer.status == 0:
        return f"no answer: {answer.body.decode()}"
    if answer.status != 200 and request.path not in {404: NOT_FOUND, 403: FORBIDDEN}.get(answer.status, ()):
        return f"status {answer.status}"
    if "x-injected" in answer.headers:
        return "a header of the request's making"
    if kind != JSON:
        return "" if kind in SERVED.get(request.path, ()) else f"content-type {kind!r}"
    return "" if request.method == "HEAD" else _fault_of_json(request, answer.body)


def _fault_of_json(request: Request, body: bytes) -> str:
    try:
        value = json.loads(body.decode())
    except ValueError as fault:
        return f"no JSON: {fault}"
    if b"\n" in body or not isinstance(value, dict):
        return "not one line with an object"
    if "errcode" not in value and value and request.path in WITHOUT_ERRCODE:
        return ""
    if type(value.get("errcode")) is not int or not isinstance(value.get("errmsg"), str):
        return "no errcode, or no errmsg"
    return "" if value["errcode"] == 0 or TRACE.search(value["errmsg"]) else "a refusal without its rid"


def rid_of(answer: Answer) -> str:
    """Return the reference of a refusal, "" for anything else."""
    found = TRACE.search(answer.body.decode("utf-8", "replace")) if answer.headers.get("content-type") == JSON else None
    return found[1] if found else ""


def kept_faults(database: Database, rids: dict[str, Answer]) -> list[tuple[Answer, str]]:
    """Return the refusals that were not kept, and those whose cause is a fault of the server."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    table = tables.failed_call.c
    query = sa.select(table.rid, table.cause, table.facts)
    while True:
        rows = {row[0]: row[1] for row in database.transact(lambda tx: tx.all(query))}
        missing = [rid for rid in rids if rid not in rows]
        if not missing or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    wrong = [(rids[rid], f"-1 {cause}") for rid, cause in rows.items() if cause in OWN_FAULTS and rid in rids]
    return wrong + [(rids[rid], "the refusal was not kept") for rid in missing]


def log_faults(log: str) -> list[str]:
    """Return the lines of the log that tell of a fault."""
    return [line for line in log.splitlines() if any(word in line for word in LOGGED)]


def broken_invariants(tx: Tx) -> Iterator[str]:
    """Yield what does not hold in the database, whatever was called."""
    for what, query in INVARIANTS.items():
        if rows := tx.all(query):
            yield f"{what}: {len(rows)}, the first {tuple(rows[0])}"


def _without(child: sa.Table, parent: sa.Table, *columns: str, where: Any = None) -> sa.Select[Any]:
    """Return the rows of a table whose row in another one is not there."""
    names = ("appid", *columns)
    same = sa.and_(*(child.c[name] == parent.c[name] for name in names))
    absent = ~sa.exists().where(same)
    return sa.select(*(child.c[name] for name in names)).where(absent if where is None else absent & where)


def _issued() -> sa.Select[Any]:
    """Return the cards whose stock and codes are not all that was ever stocked."""
    # Of what was given away the giver keeps a line.
    stock, issued = tables.stock.c, _counted(tables.code, tables.code.c.status != GIFT_SUCC)
    wrong = stock.quantity + issued != stock.total_quantity
    return sa.select(stock.card_id, stock.quantity, stock.total_quantity, issued).where(wrong)


def _deposited() -> sa.Select[Any]:
    """Return the cards of which the free and the claimed codes together are not those that were deposited."""
    stock = tables.stock.c
    free = _counted(tables.pool, ~tables.pool.c.taken)
    # A line without a code of its own stands for one that changed hands as it was.
    claimed = _counted(tables.code, (tables.code.c.status != GIFT_SUCC) | (tables.code.c.reason == ""))
    wrong = (stock.deposited > 0) & (free + claimed != stock.deposited)
    return sa.select(stock.card_id, stock.deposited, free, claimed).where(wrong)


def _counted(table: sa.Table, where: Any) -> Any:
    """Return how many rows of a table belong to a stock's card."""
    mine = (table.c.appid == tables.stock.c.appid) & (table.c.card_id == tables.stock.c.card_id)
    return sa.select(sa.func.count()).select_from(table).where(mine & where).scalar_subquery()


def _given() -> sa.Select[Any]:
    """Return the codes that are given away, but not in exactly one gift."""
    code, gift = tables.code.c, tables.gift.c
    mine = (gift.appid == code.appid) & (gift.code == code.code) & (gift.scope == code.scope) & OPEN
    gifts = sa.select(sa.func.count()).select_from(tables.gift).where(mine).scalar_subquery()
    return sa.select(code.appid, code.code).where((code.status == GIFTING) & (gifts != 1))


OPEN = tables.gift.c.status == "open"
INVARIANTS: dict[str, sa.Select[Any]] = {
    "stock and issued codes are the total": _issued(),
    "free and claimed codes are those deposited": _deposited(),
    "a card has a stock": _without(tables.card, tables.stock, "card_id"),
    "a stock has a card": _without(tables.stock, tables.card, "card_id"),
    "a code has a card": _without(tables.code, tables.card, "card_id"),
    "a deposited code has a card": _without(tables.pool, tables.card, "card_id"),
    "a ticket has a card": _without(tables.qr, tables.card, "card_id"),
    "an open gift has its code": _without(tables.gift, tables.code, "code", "scope", where=OPEN),
    "a code is given away in one open gift": _given(),
    "a message has a recipient": _without(tables.message, tables.person, "openid"),
    "a mass message is there": _without(tables.message, tables.mass, "msg_id", where=tables.message.c.msg_id != 0),
    "an event that waits is in the journal": _without(tables.outbox, tables.journal, "id"),
}


def life_of_a_coupon(server: Server) -> None:
    """Live through one: created, claimed, looked up, consumed once."""
    api = server.new_app()
    card_id, person = api.create_card(card()), api.person("ann")
    code = api.claim(card_id, person)
    assert api.ok("/card/code/get", {"code": code})["can_consume"] is True
    assert api.ok("/card/code/consume", {"code": code}) == {"card": {"card_id": card_id}, "openid": person}
    assert api.post("/card/code/consume", {"code": code})["errcode"] == 40099
    assert api.stock(card_id) == {"quantity": 499_999, "total_quantity": 500_000}


def memory(group: int) -> int:
    """Return the resident bytes of every process of a group."""
    return sum(_resident(one) for one in Path("/proc").iterdir() if one.name.isdigit() and _group(one.name) == group)


def _group(pid: str) -> int:
    try:
        return os.getpgid(int(pid))
    except ProcessLookupError:
        return 0


def _resident(process: Path) -> int:
    try:
        pages = int((process / "statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
