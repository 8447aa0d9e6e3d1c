"""Our server over one database, with a hot card, its people and a ledger of what was acknowledged."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from bench.fill import codes_of_fill, fill
from bench.generator import Generator, Job, Load, get, post
from bench.machine import Meter, owner_of_port
from kaquan.actions.manage_app import change_app
from kaquan.store.tx import Tx
from support.api import Api
from support.database import Database
from support.server import Server

STOCK = 50_000_000
GET_LIMIT = 50
PEOPLE_PER_CALL = 1000
# Figures follow a journal some seconds behind it, so that one quiet look tells nothing.
LOOK_SECONDS = 6.0
QUIET = 0.1
SETTLE_SECONDS = 120.0
GOOD = b'{"errcode":0,'
# Where the code stands in the answer of a claim.
CODE = slice(len(b'{"errcode":0,"errmsg":"ok","code":"'), len(b'{"errcode":0,"errmsg":"ok","code":"') + 12)
CARD: dict[str, Any] = {
    "card": {
        "card_type": "GROUPON",
        "groupon": {
            "base_info": {
                "logo_url": "https://example.com/logo.png",
                "brand_name": "熊猫茶馆",
                "code_type": "CODE_TYPE_QRCODE",
                "title": "双人下午茶",
                "color": "Color010",
                "notice": "使用时向服务员出示此券",
                "description": "不可与其他优惠同享",
                "date_info": {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 30, "fixed_begin_term": 0},
                "sku": {"quantity": STOCK},
                "get_limit": GET_LIMIT,
                "use_limit": GET_LIMIT,
            },
            "deal_detail": "双人下午茶套餐一份",
        },
    }
}


class Shop:
    """One server process; every load on it is noted down.

    Args:
        name: tells its requests apart from another shop's.
        database: fresh and migrated.
        generator: sends the load.
        people: how many claim in turn.
        roots: further processes to measure.
        environment: of the server.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        generator: Generator,
        people: int,
        roots: dict[str, int],
        **environment: Any,
    ) -> None:
        self._name = name
        self._database = database
        self._generator = generator
        self._server = Server(database, fresh=True, **environment)
        self._server.start()
        self._running = True
        port = urlsplit(self._server.base_url).port
        assert port is not None
        self._port = port
        pid = self._owner()
        self._meter = Meter({"server": pid, **roots}, pid)
        self._api = self._server.demo
        database.transact(lambda tx: change_app(tx, self._api.appid, quota="none"))
        self.people = enroll(self._api, people)
        self._card_id = self._api.create_card(CARD)
        self._filled = 0
        self._claimed: set[str] = set()
        self._consumed: set[str] = set()
        self._usable: list[str] = []
        self._feed()

    def _owner(self) -> int:
        pid = owner_of_port(self._port)
        assert pid is not None
        assert pid == self._server.group, f"port {self._port} belongs to {pid}, which is not ours"
        return pid

    def _feed(self) -> None:
        path = self._path("/ext/claim")
        bodies = (json.dumps({"card_id": self._card_id, "openid": one}).encode() for one in self.people)
        self._generator.feed(f"{self._name} claims", [post(path, body) for body in bodies], repeat=True)
        self._generator.feed("cheapest", [get("/healthz")], repeat=True)

    def _path(self, path: str) -> str:
        return f"{path}?access_token={self._api.token}"

    def fill(self, count: int) -> None:
        """Issue codes without calls, as if they had been claimed before."""
        self._database.transact(lambda tx: fill(tx, self._api.appid, self._card_id, count, int(time.time())))
        self._filled = count
        self._usable += codes_of_fill(count)

    def set_callback(self, port: int) -> None:
        """Have events pushed to a port of loopback."""
        settings = {"url": f"http://127.0.0.1:{port}/", "token": "token", "mode": "plain", "format": "xml"}
        self._api.ok("/sandbox/callback", settings)

    def settle(self) -> None:
        """Wait until the server has caught up with what it does behind the calls, such as daily figures."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while self._busy() > QUIET:
            if time.monotonic() > deadline:
                raise RuntimeError("the server does not come to rest")

    def _busy(self) -> float:
        """Return how much of a processor the server and the database use while nobody calls."""
        self._meter.start()
        time.sleep(LOOK_SECONDS)
        spent = self._meter.stop()
        return (spent["server"] + spent.get("database", 0.0)) / LOOK_SECONDS

    def claims(self, connections: int, warm: float, seconds: float) -> Load:
        """Claim the hot card, each person in turn."""
        load = self._run(f"{self._name} claims", connections, warm, seconds, GOOD, keep=True)
        codes = [body[CODE].decode() for body in load.bodies]
        self._claimed.update(codes)
        self._usable += codes
        return load

    def consumes(self, connections: int, warm: float, seconds: float) -> Load:
        """Consume what was claimed before, each code once."""
        random.shuffle(self._usable)
        wanted = self._usable[:]
        self._generator.feed("consumes", [post(self._path("/card/code/consume"), asking(code)) for code in wanted])
        load = self._run("consumes", connections, warm, seconds, GOOD)
        # Requests go out in their order, and each that went out was answered.
        self._consumed.update(wanted[: load.good])
        self._usable = wanted[load.good :]
        return load

    def gets(self, connections: int, warm: float, seconds: float) -> Load:
        """Look up usable codes."""
        requests = [post(self._path("/card/code/get"), asking(code)) for code in self._usable[-50_000:]]
        self._generator.feed("gets", requests, repeat=True)
        return self._run("gets", connections, warm, seconds, GOOD)

    def cheapest(self, connections: int, warm: float, seconds: float) -> Load:
        """Ask whether the server is there."""
        return self._run("cheapest", connections, warm, seconds, b"ok")

    def _run(self, feed: str, connections: int, warm: float, seconds: float, good: bytes, keep: bool = False) -> Load:
        load = self._generator.run(Job(self._port, feed, connections, warm, seconds, good, keep), self._meter)
        if load.refused:
            raise RuntimeError(f"{feed}: {len(load.refused)} of {load.good} refused, {load.refused[0].decode()}")
        return load

    def stop(self) -> None:
        """Stop the server if it still runs."""
        if self._running:
            self._running = False
            self._server.stop()

    def check(self) -> dict[str, bool]:
        """Return the invariants, by SQL on what is in the database."""
        found: dict[str, bool] = self._database.transact(self._check)
        return found

    def _check(self, tx: Tx) -> dict[str, bool]:
        of_card = {"appid": self._api.appid, "card_id": self._card_id}

        def rows(text: str) -> list[Any]:
            return tx.all(sa.text(f"{text} WHERE appid = :appid AND card_id = :card_id").bindparams(**of_card))

        codes = rows("SELECT code, openid, status FROM code")
        ((quantity, total),) = rows("SELECT quantity, total_quantity FROM stock")
        lines = Counter((row.kind, row.code) for row in rows("SELECT kind, code FROM journal") if row.code)
        failed = tx.all(sa.text("SELECT path, errcode, answer FROM failed_call"))
        issued = {row.code for row in codes}
        consumed = {row.code for row in codes if row.status == "CONSUMED"}
        expected = {("claim", code) for code in issued} | {("consume", code) for code in self._consumed}
        return {
            "issued codes = acknowledged claims": issued == self._claimed | set(codes_of_fill(self._filled)),
            "stock + issued = total": quantity + len(codes) == total,
            "no code twice": len(issued) == len(codes),
            "nobody over the limit": max(Counter(row.openid for row in codes).values()) <= GET_LIMIT,
            "consumed codes = acknowledged consumptions": consumed == self._consumed,
            "one journal line per claim and consumption": lines == dict.fromkeys(expected, 1),
            "no failed call": not failed,
        }


def asking(code: str) -> bytes:
    """Return the body that names a code."""
    return json.dumps({"code": code}).encode()


def enroll(api: Api, count: int) -> list[str]:
    """Return the openids of so many users of the merchant."""
    openids: list[str] = []
    for start in range(0, count, PEOPLE_PER_CALL):
        names = [f"person-{number}" for number in range(start, min(start + PEOPLE_PER_CALL, count))]
        openids += [user["openid"] for user in api.ok("/ext/user", {"external_ids": names})["users"]]
    random.shuffle(openids)
    return openids
