"""What is kept of a ticket that a merchant changes, and what is written down of it."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from card_bodies import card

from kaquan.store import tables
from support.api import Api
from support.server import Server

FLIGHT = {"passenger_name": "乘客甲", "class": "Y", "etkt_bnr": "99912345678901"}


def kept(server: Server, api: Api) -> Any:
    """Return what is kept of the account's one code, None for nothing."""
    query = sa.select(tables.code.c.ticket).where(tables.code.c.appid == api.appid)
    (row,) = server.database.transact(lambda tx: tx.all(query))
    return json.loads(row[0]) if row[0] else None


def noted(server: Server, api: Api) -> list[tuple[str, Any]]:
    """Return the event and the fields of each journal line about tickets."""
    table = tables.journal.c
    query = sa.select(table.event, table.fields).where((table.appid == api.appid) & (table.kind == "ticket"))
    rows = server.database.transact(lambda tx: tx.all(query.order_by(table.id)))
    return [(event, json.loads(fields)) for event, fields in rows]


def test_a_later_call_replaces_what_it_names_and_a_cancellation_takes_all_away(server: Server) -> None:
    api, path = server.new_app(), "/card/boardingpass/checkin"
    code = api.claim(api.create_card(card("BOARDING_PASS")), api.person("ann"))
    assert kept(server, api) is None
    api.ok(path, {"code": code, "seat": "12A", **FLIGHT})
    assert kept(server, api) == {"seat": "12A", **FLIGHT}
    api.ok(path, {"code": code, "seat": "", "gate": "A11", **FLIGHT, "class": "F"})
    api.ok(path, {"code": code, **FLIGHT, "class": "F"})
    assert kept(server, api) == {"seat": "12A", "gate": "A11", **FLIGHT, "class": "F"}
    api.ok(path, {"code": code, "is_cancel": True})
    assert kept(server, api) is None
    api.ok(path, {"code": code, "is_cancel": True})
    every = ["class", "etkt_bnr", "passenger_name", "seat"]
    assert noted(server, api) == [
        ("", {"changed": every}),
        ("", {"changed": ["class", "gate"]}),
        ("", {"changed": ["class", "etkt_bnr", "gate", "passenger_name", "seat"]}),
    ]


def test_a_refused_change_leaves_the_ticket_as_it_was(server: Server) -> None:
    api, path = server.new_app(), "/card/meetingticket/updateuser"
    code = api.claim(api.create_card(card("MEETING_TICKET")), api.person("ann"))
    event = {"begin_time": 1_500_000_000, "end_time": 1_500_007_200, "zone": "A"}
    api.ok(path, {"code": code, **event})
    assert api.post(path, {"code": code, "zone": "B", "end_time": 1})["errcode"] == 40079
    assert kept(server, api) == event


def test_the_state_of_a_code_does_not_tell_of_its_ticket(server: Server) -> None:
    api = server.new_app()
    code = api.claim(api.create_card(card("MOVIE_TICKET")), api.person("ann"))
    film = {"ticket_class": "3D", "show_time": "1500000000", "duration": 90, "screening_room": "5", "seat_number": "A1"}
    before = api.ok("/card/code/get", {"code": code})
    api.ok("/card/movieticket/updateuser", {"code": code, **film})
    assert api.ok("/card/code/get", {"code": code}) == before
    assert kept(server, api) == {**film, "show_time": 1_500_000_000, "seat_number": ["A1"]}
