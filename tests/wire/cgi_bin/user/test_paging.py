"""``/cgi-bin/user/get``: more people than one page holds."""

from __future__ import annotations

import sqlalchemy as sa

from kaquan.store import tables
from kaquan.store.schema import open_engine
from support.server import Server

MANY = 10_003


def test_pages_of_ten_thousand_give_everybody_once(server: Server) -> None:
    api = server.new_app()
    openids = [f"o{number:027d}" for number in range(MANY)]
    rows = [{"appid": api.appid, "openid": one, "external_id": one, "create_time": 1} for one in openids]
    engine = open_engine(server.database.settings)
    with engine.begin() as connection:
        connection.execute(sa.insert(tables.person), rows)
    engine.dispose()
    first = api.get("/cgi-bin/user/get")
    assert (first["total"], first["count"], len(first["data"]["openid"])) == (MANY, 10_000, 10_000)
    second = api.get("/cgi-bin/user/get", next_openid=first["next_openid"])
    assert (second["total"], second["count"]) == (MANY, 3)
    assert api.get("/cgi-bin/user/get", next_openid=second["next_openid"]) == {
        "total": MANY,
        "count": 0,
        "next_openid": "",
    }
    assert sorted(first["data"]["openid"] + second["data"]["openid"]) == openids
