"""``python -m bench.desk``: the desks' pages over a million codes, and the memory of a server that exports them."""

from __future__ import annotations

import http.client
import statistics
import sys
import time
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa
import typer
from rich.console import Console

from bench.fill import codes_of_fill, fill
from bench.machine import owner_of_port
from bench.place import place
from bench.shop import CARD
from kaquan.sources import wall_clock
from kaquan.store.tx import Tx
from support.api import Api
from support.database import Database
from support.server import Server
from support.worker import Worker

# As many claims in a second as a sale has.
PEOPLE = 1000
TURNS = 21
CHUNK = 1 << 16
# The lines get ids of the seconds in which their codes were claimed, as the server gives them.
SPREAD = (
    "UPDATE code SET claim_time = event_time, status_time = event_time WHERE appid = :appid",
    "DELETE FROM journal WHERE appid = :appid AND kind = 'claim'",
    r"""
INSERT INTO journal (appid, id, kind, event, create_time, openid, card_id, code, fields)
SELECT appid, (event_time * 1000000 + row_number() OVER (ORDER BY event_time, code) % 1000000) * 4096, 'claim',
    'user_get_card', event_time, openid, card_id, code, '{"CardId"\:"' || card_id || '","UserCardCode"\:"' || code ||
    '","FriendUserName"\:"","OldUserCardCode"\:"","OuterStr"\:""}'
FROM code WHERE appid = :appid
""",
)
console = Console(width=None if sys.stdout.isatty() else 200)


def main(
    count: Annotated[int, typer.Option(help="codes, and lines of the journal")] = 1_000_000,
    only: Annotated[str, typer.Option(help="sqlite or postgresql; both unless given")] = "",
) -> None:
    """Measure what the desks' pages cost over many codes."""
    for dialect in (one for one in ("sqlite", "postgresql") if only in {"", one}):
        with place(dialect) as here:
            measure(here.databases.create(), count)


def measure(database: Database, count: int) -> None:
    """Fill a shop, open its pages, and export its codes."""
    with Server(database) as server:
        api = server.new_app()
        card_id = api.create_card(stocked(count))
        api.people(PEOPLE)
        database.transact(lambda tx: crowd(tx, api.appid, card_id, count))
        codes = codes_of_fill(count)
        for place_ in range(TURNS):
            api.ok("/card/code/consume", {"code": codes[place_ * count // TURNS]})
        staff = Worker(server, api.appid, "staff")
        root = f"/console/{api.appid}"
        some = [codes[place_ * count // TURNS] for place_ in range(TURNS)]
        pages = {
            "codes claimed last": [f"{root}/codes"] * TURNS,
            "search by code": [f"{root}/codes?q={code}" for code in some],
            "a code with its steps": [f"{root}/codes/{code}" for code in some],
            "a code, all of the journal": [f"{root}/codes/{code}?all=1" for code in some[:3]],
            "people": [f"{root}/people"] * TURNS,
            "till, a code that was used": [f"/till/{api.appid}?code={code}" for code in some],
        }
        for name, paths in pages.items():
            console.print(f"{database.dialect} {name}: {timed(staff, paths)}", highlight=False)
        console.print(f"{database.dialect} {export(server, api, staff)}", highlight=False)


def stocked(count: int) -> dict[str, object]:
    """Return a card with so many in stock."""
    base = {**CARD["card"]["groupon"]["base_info"], "sku": {"quantity": count}}
    return {"card": {**CARD["card"], "groupon": {**CARD["card"]["groupon"], "base_info": base}}}


def crowd(tx: Tx, appid: str, card_id: str, count: int) -> None:
    """Issue the codes, a thousand a second."""
    fill(tx, appid, card_id, count, wall_clock())
    for text in SPREAD:
        tx.run(sa.text(text).bindparams(appid=appid))
    if tx.dialect == "postgresql":
        tx.run(sa.text("ANALYZE code, journal"))


def timed(staff: Worker, paths: list[str]) -> str:
    """Open pages one after another and say how long they took."""
    took = []
    for path in paths:
        started = time.perf_counter()
        status = staff.get(path)
        took.append((time.perf_counter() - started) * 1e3)
        assert status in {200, 303}, (path, status)
    return f"p50 {statistics.median(took):.0f} ms, at most {max(took):.0f} ms"


def export(server: Server, api: Api, staff: Worker) -> str:
    """Download every code, and say how long it took and how the server's memory grew."""
    address = urlsplit(server.base_url)
    pid = owner_of_port(address.port or 0)
    staff.get(f"/console/{api.appid}/code-export")
    connection = http.client.HTTPConnection(address.netloc, timeout=60)
    headers = {"Cookie": staff.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    before, most, size, lines = resident(pid), 0, 0, 0
    started = time.monotonic()
    connection.request("POST", f"/console/{api.appid}/code-export", urlencode(staff.hidden), headers)
    answer = connection.getresponse()
    while chunk := answer.read(CHUNK):
        size, lines = size + len(chunk), lines + chunk.count(b"\r\n")
        most = max(most, resident(pid))
    took = time.monotonic() - started
    connection.close()
    return (
        f"export: {lines - 1} codes, {size >> 20} MB in {took:.1f} s; the server held {before} MB before and at most "
        f"{most} MB"
    )


def resident(pid: int | None) -> int:
    """Return the memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) >> 10


if __name__ == "__main__":
    typer.run(main)
